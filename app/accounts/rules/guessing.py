"""How guessing slows down, and why nobody can be locked out by somebody else.

Three tallies of failed sign-ins are kept. Refused attempts are not counted, only passwords that were looked at and
wrong.

- *Pair*: one user name from one address. Its wait falls on the address that guesses: a few free tries, then doubling
  waits up to 15 minutes; up to one minute where that user signed in from this address lately, so that forgetting a
  password at one's own desk costs a minute.
- *Crowd*: one address over all names (one password tried on everybody), and one name over all addresses (guessing from
  many). Where that user signed in from this address lately it is exempt. Another one takes a ticket: it is refused once
  and let in at most one minute after it first knocked, whatever others do meanwhile. An attacker can therefore never
  hold the door shut, and each of the attacker's addresses still has its own doubling wait.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# A pair's tally that rested so long starts again.
MEMORY = timedelta(hours=24)
# A sign-in from an address makes it a known one of this user for so long.
KNOWN_FOR = timedelta(days=30)

PAIR_FREE_TRIES = 5
PAIR_LONGEST_WAIT = timedelta(minutes=15)
PAIR_LONGEST_WAIT_KNOWN = timedelta(minutes=1)

ADDRESS_FREE_TRIES = 50
USERNAME_FREE_TRIES = 20
CROWD_LONGEST_WAIT = timedelta(minutes=1)
# Crowds leak one failure a minute, so that the mistypings of a large office never add up; an attack is over soon after.
CROWD_LEAK = timedelta(minutes=1)
CROWD_MOST = 120

# Codes by SMS cost money and ring somebody's phone. A code lives as long as the longest gap between two, so whoever
# holds the phone always has a live code or may ask for one, even while somebody else asks for codes to it.
CODE_LIFE = timedelta(minutes=10)
CODES_FREE = 5
CODE_FIRST_GAP = timedelta(minutes=1)
# Thousands of phones share one address of a mobile network.
CODES_PER_ADDRESS = 120
CODES_COUNTED_FOR = timedelta(hours=1)
# Tries per code from the address that asked for it, and from all others together: others cannot use up the asker's.
CODE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """Failed sign-ins of one key at the time of the last one."""

    failures: float = 0
    last_at: datetime | None = None

    def counting(self, now: datetime) -> int:
        """How many failures of a pair still count: all of them, until it rested long."""
        if self.last_at is None or now - self.last_at > MEMORY:
            return 0
        return int(self.failures)

    def level(self, now: datetime) -> float:
        """How many failures of a crowd have not leaked yet."""
        if self.last_at is None:
            return 0.0
        return max(0.0, self.failures - (now - self.last_at) / CROWD_LEAK)


def address_key(address: str | None) -> str:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 one (one household's or server's own).

    Example:
        >>> address_key("2001:db8:1:2:3:4:5:6")
        '2001:db8:1:2::/64'
        >>> address_key("::ffff:192.0.2.1")
        '192.0.2.1'
    """
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))


def is_known(succeeded_at: datetime | None, now: datetime) -> bool:
    """Whether a sign-in at that instant still makes the address a known one."""
    return succeeded_at is not None and now - succeeded_at <= KNOWN_FOR


def wait_of_pair(pair: Tally, now: datetime, *, known: bool) -> timedelta:
    """How long this name must still wait at this address: after the free tries 1, 2, 4… s from the last failure on."""
    if pair.last_at is None:
        return timedelta(0)
    longest = PAIR_LONGEST_WAIT_KNOWN if known else PAIR_LONGEST_WAIT
    return max(timedelta(0), pair.last_at + _doubling(pair.counting(now) - PAIR_FREE_TRIES, longest) - now)


def wait_of_crowd(
    address: Tally, username: Tally, now: datetime, *, known: bool, knocked_at: datetime | None
) -> timedelta:
    """How long this name must still wait at this address because of what others tried.

    Shape:  knocked_at is when the pair was first refused since its own last failure, None where it was not.
    """
    if known:
        return timedelta(0)
    wait = max(
        _doubling(address.level(now) - ADDRESS_FREE_TRIES, CROWD_LONGEST_WAIT),
        _doubling(username.level(now) - USERNAME_FREE_TRIES, CROWD_LONGEST_WAIT),
    )
    # The ticket is from the first knock on, never from the last failure of somebody else.
    return max(timedelta(0), (knocked_at or now) + wait - now)


def wait_for_code(to_phone: Sequence[datetime], from_address: Sequence[datetime], now: datetime) -> timedelta:
    """How long until another code may be sent to this phone and from this address.

    Shape:  when codes were sent within the last hour, in any order; to the phone only those that were not used: a used
    one shows that its owner asked.
    """
    waits = [timedelta(0)]
    if len(to_phone) >= CODES_FREE:
        gap = min(CODE_FIRST_GAP * 2 ** min(len(to_phone) - CODES_FREE, 20), CODE_LIFE)
        waits.append(max(to_phone) + gap - now)
    if len(from_address) >= CODES_PER_ADDRESS:
        waits.append(sorted(from_address)[-CODES_PER_ADDRESS] + CODES_COUNTED_FOR - now)
    return max(waits)


def _doubling(beyond: float, longest: timedelta) -> timedelta:
    if beyond < 0:
        return timedelta(0)
    # Twenty doublings of a second are twelve days, far above any longest wait: the power needs no more.
    return min(timedelta(seconds=2 ** min(int(beyond), 20)), longest)
