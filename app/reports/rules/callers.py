"""Who rang: the phone number as it is stored and recognised again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from app.accounts.errors import BadPhone
from app.accounts.rules import normal_phone
from app.core.errors import Fault

# Area codes are 10, 2x, or three digits from 3 to 9; a subscriber's number has 7 or 8 digits and begins with 2 to 9.
# Source: 电信网编号计划 (MIIT), fixed networks.
_LANDLINE = re.compile(r"(?:\+86|0086)?0?((?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7})")
_ABROAD = re.compile(r"(?:\+|00)((?!86)[1-9][0-9]{6,14})")
_SEPARATORS = re.compile(r"[\s\-().]")

KEPT_AFTER_END = timedelta(days=30)
"""How long after the end of its cases a caller's name and number are kept: nobody reopens them any more."""
REPEAT_WITHIN = timedelta(days=365)
"""Calls of the same number that are counted as the same caller's."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who rang.

    Shape: `phone` in E.164; `language` a tag of BCP 47, such as zh-CN.
    """

    phone: str
    name: str | None = None
    call_back: bool = True
    language: str | None = None


def caller_phone(text: str) -> str:
    """A caller's number in E.164: a mobile, a landline with its area code, or one abroad with + and the country.

    Raises: BadPhone.

    Example:
        >>> caller_phone("138 0000-0001"), caller_phone("021-62345678"), caller_phone("+49 (151) 2345678")
        ('+8613800000001', '+862162345678', '+491512345678')
    """
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if found := _ABROAD.fullmatch(digits):
        return "+" + found[1]
    if digits.startswith(("0", "+86")) and (found := _LANDLINE.fullmatch(digits)):
        return "+86" + found[1]
    try:
        return normal_phone(text)
    except BadPhone as error:
        advice = "Give eleven digits such as 13800000001, a landline with its area code, or + and the country."
        raise BadPhone(advice, faults=[Fault("/caller/phone", advice)]) from error
