"""Names, phone numbers and passwords: what is accepted, what is shown."""

import re
import unicodedata
from enum import StrEnum

from app.accounts.errors import BadPhone
from app.core.errors import Fault

# A mainland mobile number is eleven digits from 13 to 19 (MIIT numbering plan); +86, 0086 and 86 are ways to say it.
_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_SEPARATORS = re.compile(r"[\s\-().]")
_DIGITS = "0123456789 "

SHORTEST_PASSWORD = 10
# argon2 reads any length; a bound keeps one request from costing more than another.
LONGEST_PASSWORD = 256
FEWEST_DIFFERENT_CHARACTERS = 4


class UserKind(StrEnum):
    """Staff sign in by password, citizens by a code sent to their phone."""

    STAFF = "staff"
    CITIZEN = "citizen"


class OrganizationKind(StrEnum):
    """Territory (块), department (条), or a unit that owns and repairs.

    Source: domain.md §4
    """

    TERRITORY = "territory"
    DEPARTMENT = "department"
    UNIT = "unit"


def normal_phone(text: str) -> str:
    """The number in E.164, "+86" and eleven digits.

    Raises: BadPhone
    Example:
        >>> normal_phone("138 0000-0001")
        '+8613800000001'
        >>> normal_phone("008613800000001")
        '+8613800000001'
    """
    found = _MOBILE.fullmatch(_SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))
    if found is None:
        advice = "Give eleven digits such as 13800000001, with or without +86."
        raise BadPhone(advice, faults=[Fault("/phone", advice)])
    return "+86" + found[1]


def mask_phone(phone: str) -> str:
    """A phone number as others may see it.

    Example:
        >>> mask_phone("+8613800000001")
        '138****0001'
        >>> mask_phone("12319")
        '****'
    """
    digits = phone.removeprefix("+86")
    if len(digits) < 9:
        return "****"
    return f"{digits[:3]}****{digits[-4:]}"


def mask_name(name: str) -> str:
    """A person's name as others may see it: the first character; how many follow is hidden too.

    Example:
        >>> mask_name("张三丰")
        '张*'
        >>> mask_name("")
        '*'
    """
    return name.strip()[:1] + "*"


def normal_username(text: str) -> str:
    """The form in which user names are stored and compared: compatibility form, folded, without spaces around it.

    Example:
        >>> normal_username(" Inspector1 ")
        'inspector1'
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


def password_fault(password: str, *, username: str, name: str) -> str | None:
    """What to change about a new password, or None where it is good enough.

    Length is what counts (NIST SP 800-63B §5.1.1.2): no forced digits or signs, but not the name of its owner either.
    """
    folded = normal_username(password)
    if len(password) < SHORTEST_PASSWORD:
        return f"Use at least {SHORTEST_PASSWORD} characters."
    if len(password) > LONGEST_PASSWORD:
        return f"Use at most {LONGEST_PASSWORD} characters."
    if len(set(folded)) < FEWEST_DIFFERENT_CHARACTERS:
        return f"Use at least {FEWEST_DIFFERENT_CHARACTERS} different characters."
    own = {normal_username(username), normal_username(name)} - {""}
    bare = folded.strip(_DIGITS)
    if folded in own or (bare and bare in {word.strip(_DIGITS) for word in own}):
        return "Do not use your own name, with or without digits around it."
    return None
