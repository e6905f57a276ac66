"""Keyed hashes under which sign-ins and codes are found without keeping names, numbers or addresses."""

import hashlib
import hmac
from uuid import UUID

from app.accounts.queries.sign_in import TallyKeys
from app.accounts.rules import address_key, normal_username
from app.core.config import config


def keyed(purpose: str, *parts: str) -> bytes:
    """HMAC-SHA256 of the parts under the data key; another purpose gives another hash. 32 bytes."""
    # Length before each part: ("ab", "c") and ("a", "bc") are different things.
    message = purpose + "".join(f"\n{len(part)}:{part}" for part in parts)
    return hmac.new(config().data_key.encode(), message.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def of_attempt(username: str, address: str | None) -> TallyKeys:
    """The keys of the tallies that an attempt touches."""
    name, place = normal_username(username), address_key(address)
    return TallyKeys(
        address=keyed("sign-in address", place),
        pair=keyed("sign-in pair", name, place),
        username=keyed("sign-in username", name),
    )


def of_phone(phone: str) -> bytes:
    """The key of a normal phone number."""
    return keyed("code phone", phone)


def of_asking_address(address: str | None) -> bytes:
    """The key of the address that asks for a code or gives one."""
    return keyed("code address", address_key(address))


def of_contact(owner: UUID, channel: str) -> bytes:
    """The key of somebody's way of being reached, whatever the address: many addresses are no way to many codes."""
    return keyed("code contact", str(owner), channel)


def of_code(code_id: UUID, code: str, *bound: str) -> bytes:
    """What is stored of a one-time code; where it is bound to an address, it is worth nothing for another one."""
    return keyed("code", str(code_id), code, *bound)
