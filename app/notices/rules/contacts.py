"""Contacts of staff: channels, what an address looks like, what others see of it."""

from __future__ import annotations

import re
from enum import StrEnum

from app.accounts.errors import BadPhone
from app.accounts.rules import mask_phone, normal_phone

# One @, no spaces or signs that mean something in a header; the mail server knows better than any pattern what exists.
_MAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]\x00-\x1f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")
_WECHAT_WORK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
LONGEST_ADDRESS = 254


class Channel(StrEnum):
    """How a member of staff is reached beside the inbox."""

    EMAIL = "email"
    WECHAT_WORK = "wechat_work"
    SMS = "sms"


ADVICE = {
    Channel.EMAIL: "Give a mail address such as wang@example.org.",
    Channel.WECHAT_WORK: "Give the account of WeChat Work: letters, digits and _ - @ . only, at most 64.",
    Channel.SMS: "Give a mainland mobile number, eleven digits such as 13800000001.",
}


def normal_address(channel: Channel, text: str) -> str | None:
    """An address as it is kept; None where it is none of this channel.

    Example:
        >>> normal_address(Channel.EMAIL, " Wang@Example.ORG "), normal_address(Channel.EMAIL, "wang")
        ('Wang@example.org', None)
        >>> normal_address(Channel.SMS, "138 0000 0001")
        '+8613800000001'
    """
    given = text.strip()
    if channel is Channel.SMS:
        return _phone(given)
    if channel is Channel.WECHAT_WORK:
        return given if _WECHAT_WORK.fullmatch(given) else None
    if len(given) > LONGEST_ADDRESS or not given.isascii() or not _MAIL.fullmatch(given):
        return None
    local, _, host = given.rpartition("@")
    return f"{local}@{host.lower()}"


def _phone(given: str) -> str | None:
    try:
        return normal_phone(given)
    except BadPhone:
        return None


def masked(channel: Channel, address: str) -> str:
    """An address as others may see it.

    Example:
        >>> masked(Channel.EMAIL, "wang@example.org"), masked(Channel.WECHAT_WORK, "wangwei")
        ('w***@example.org', 'w***')
    """
    if channel is Channel.SMS:
        return mask_phone(address)
    local, at, host = address.partition("@") if channel is Channel.EMAIL else (address, "", "")
    return f"{local[:1]}***{at}{host}"
