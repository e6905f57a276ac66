"""Which network addresses a webhook may be delivered to.

Whoever registers a webhook makes this server send requests; it must not become a door into the network it stands in.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

# IPv6 addresses that stand for IPv4 ones behind a translator (RFC 6052, RFC 8215).
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def networks_of(text: str) -> tuple[Network, ...]:
    """Networks written with commas between them.

    Raises: ValueError where one is none.

    Example:
        >>> [str(one) for one in networks_of("10.1.0.0/16, ::1")]
        ['10.1.0.0/16', '::1/128']
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def permitted(address: str, allowed: Sequence[Network]) -> bool:
    """Whether a request may go to this address: the public internet, and what is allowed beside it.

    Example:
        >>> permitted("127.0.0.1", ()), permitted("127.0.0.1", networks_of("127.0.0.0/8"))
        (False, True)
        >>> permitted("::ffff:169.254.169.254", ())
        False
    """
    found = _unwrapped(ip_address(address.partition("%")[0]))
    if any(found in network for network in allowed):
        return True
    if isinstance(found, IPv6Address) and any(found in network for network in TRANSLATED):
        return False
    return found.is_global and not found.is_multicast


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one carries, where it does."""
    if isinstance(address, IPv6Address):
        teredo = address.teredo
        return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)
    return address
