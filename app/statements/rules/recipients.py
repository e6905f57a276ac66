"""Who may be sent figures: people the system knows, and domains that an administrator allowed."""

from __future__ import annotations

import re
from collections.abc import Collection

_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")
LONGEST_DOMAIN = 253


def domain_of(address: str) -> str:
    """Behind the last @, in small letters.

    Example:
        >>> domain_of('Wang@City.Example')
        'city.example'
    """
    return address.rpartition("@")[2].lower()


def fault_of_domain(domain: str) -> str | None:
    """What is wrong with a domain of mail addresses, or None.

    Example:
        >>> [fault_of_domain(one) is None for one in ("city.example", "@city.example", "example")]
        [True, False, False]
    """
    if len(domain) <= LONGEST_DOMAIN and _DOMAIN.fullmatch(domain):
        return None
    return "write what stands behind the @ of an address, in small letters, such as city.example"


def permitted(address: str, known: Collection[str], domains: Collection[str]) -> bool:
    """Whether figures may go to an address: one that a user confirmed as theirs, or one of an allowed domain.

    A domain allows itself, not what stands below it.

    Example:
        >>> permitted("a@x.example", ["a@x.example"], []), permitted("b@x.example", [], ["x.example"])
        (True, True)
        >>> permitted("b@evil.x.example", [], ["x.example"]), permitted("b@x.example", ["a@x.example"], [])
        (False, False)
    """
    return address in known or domain_of(address) in domains
