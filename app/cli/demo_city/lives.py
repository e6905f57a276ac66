"""The past of the demo city as a plan: what happened to which case, when, by whom. Nothing is carried out here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.catalog.rules import Condition, Unit
from app.cli.demo_city.matters import MATTERS, WITHOUT_RULE, Matter
from app.cli.demo_city.places import Place, Places
from app.cli.demo_city.staff import FALLBACK_STREET

PAST = timedelta(days=90)
CITY_TZ = ZoneInfo("Asia/Shanghai")
VARIANTS = 2

# How long one unit of a limit takes on the wall, on average over nights and weekends.
ON_THE_WALL = {
    Unit.URGENT_HOUR: timedelta(hours=1),
    Unit.WORKING_HOUR: timedelta(hours=4.2),
    Unit.WORKING_DAY: timedelta(days=1.4),
    Unit.NATURAL_DAY: timedelta(days=1),
}
# Minutes from the step before, at least and at most; steps of the unit are shares of its limit instead.
MINUTES: Mapping[str, tuple[float, float]] = {
    "accept": (2, 24),
    "request_verify": (2, 18),
    "verify_real": (8, 55),
    "verify_not_real": (8, 55),
    "reject": (3, 30),
    "merge": (4, 25),
    "file": (1, 22),
    "dispatch": (1, 20),
    "decide_extension": (10, 120),
    "decide_hold": (10, 120),
    "absorb": (20, 200),
    "self_handle": (6, 30),
    "supervise": (30, 400),
    "void": (20, 400),
    "check": (8, 70),
    "check_failed": (8, 70),
    "close": (1, 25),
    "rate": (30, 2600),
    "reopen": (300, 4000),
}
SHARES: Mapping[str, tuple[float, float]] = {
    "assign": (0.01, 0.08),
    "return": (0.02, 0.10),
    "request_extension": (0.05, 0.15),
    "request_hold": (0.05, 0.20),
    "resume": (0.30, 0.90),
}

TO_OWNER = ("accept", "file", "dispatch", "assign")
DONE = ("finish", "check", "close")
# How often each life happens. The last step is where the case stands today.
PATHS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (16, ()),
    (9, ("request_verify",)),
    (11, ("accept",)),
    (4, ("request_verify", "verify_real")),
    (12, ("accept", "file")),
    (40, TO_OWNER),
    (12, ("accept", "file", "dispatch")),
    (5, (*TO_OWNER, "finish", "check_failed")),
    (4, (*TO_OWNER, "supervise")),
    (4, (*TO_OWNER, "request_extension")),
    (9, (*TO_OWNER, "request_hold", "decide_hold")),
    (18, (*TO_OWNER, "finish")),
    (11, (*TO_OWNER, "finish", "check")),
    (3, ("self_handle",)),
    (125, (*TO_OWNER, *DONE)),
    (80, (*TO_OWNER, *DONE, "rate")),
    (20, (*TO_OWNER, "finish", "check_failed", *DONE, "rate")),
    (14, ("request_verify", "verify_real", *TO_OWNER, *DONE)),
    (14, ("accept", "file", "dispatch", "return", "dispatch_again", "assign", *DONE)),
    (12, (*TO_OWNER, "request_extension", "decide_extension", *DONE)),
    (8, (*TO_OWNER, "request_hold", "decide_hold", "resume", *DONE)),
    (9, (*TO_OWNER, *DONE, "reopen", "assign", *DONE)),
    (14, ("self_handle", "close")),
    (18, (*TO_OWNER, "absorb", *DONE, "rate")),
    (4, (*TO_OWNER, "absorb")),
    (24, ("reject",)),
    (9, ("request_verify", "verify_not_real")),
    (8, ("accept", "file", "void")),
    (4, (*TO_OWNER, "void")),
)
# Cases without a rule, on the ground of the street that has an account.
STREET_PATHS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, ("accept", "file")),
    (3, ("accept", "file", "dispatch")),
    (2, ("accept", "file", "dispatch", "finish")),
    (4, ("accept", "file", "dispatch", *DONE)),
)
ENDED = frozenset({"close", "rate", "reject", "verify_not_real", "void"})
IN_UNIT = frozenset({"assign", "dispatch", "check_failed", "supervise", "request_extension", "absorb"})
BY_INSPECTOR = frozenset({"self_handle"})
NOT_BY_INSPECTOR = frozenset({"rate", "request_verify"})


@dataclass(frozen=True)
class Life:
    """One case as it shall be: what, where, who reported, and each step with its instant."""

    matter: Matter
    condition: Condition
    place: Place
    joined: Place
    reporter: str
    variant: int
    words: str
    opened_at: datetime
    steps: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True)
class Ground:
    """What a plan needs to know: the places and the filing conditions by (scheme, kind, code)."""

    places: Places
    conditions: Mapping[tuple[str, str, str], Sequence[Condition]]


def plan_past(ground: Ground, now: datetime, dice: Random) -> list[Life]:
    """All lives, the oldest case first; nothing in them lies after `now`."""
    lives = [_life(ground, path, now, dice) for count, path in PATHS for _ in range(count)]
    lives += [
        _life(ground, path, now, dice, WITHOUT_RULE, FALLBACK_STREET)
        for count, path in STREET_PATHS
        for _ in range(count)
    ]
    return sorted(lives, key=lambda life: life.opened_at)


def wall_time(condition: Condition) -> timedelta:
    """About how long the limit of a condition lasts on the wall."""
    return float(condition.limit.amount) * ON_THE_WALL[condition.limit.unit]


def _life(
    ground: Ground, path: tuple[str, ...], now: datetime, dice: Random, matter: Matter | None = None, within: str = ""
) -> Life:
    matter = matter or _matter(path, dice)
    place = ground.places.pick(matter.ground, dice, within)
    condition = dice.choice(ground.conditions[matter.scheme, matter.kind, matter.code])
    limit = wall_time(condition)
    delays = _delays(path, limit, dice)
    opened_at = _opened_at(path, delays, limit, now, dice)
    at, steps = opened_at, []
    for step, delay in zip(path, delays, strict=True):
        at += delay
        steps.append((step, at))
    return Life(
        matter=matter,
        condition=condition,
        place=place,
        joined=ground.places.beside(place, dice),
        reporter=_reporter(path, place, dice),
        variant=dice.randrange(VARIANTS),
        words=dice.choice(matter.words).format(road=place.road),
        opened_at=opened_at,
        steps=tuple(steps),
    )


def _matter(path: tuple[str, ...], dice: Random) -> Matter:
    fitting = [one for one in MATTERS if one.self_handled or "self_handle" not in path]
    return dice.choices(fitting, [one.weight for one in fitting])[0]


def _reporter(path: tuple[str, ...], place: Place, dice: Random) -> str:
    """A user name, `citizen1` to `citizen9`, or `passer-by` for somebody who gave no name."""
    inspector = dice.choice(place.inspectors)
    if BY_INSPECTOR & set(path):
        return inspector
    draw = dice.random()
    if draw < 0.26 and path[:1] == ("accept",) and len(path) > 1 and not NOT_BY_INSPECTOR & set(path):
        return inspector
    if draw < 0.38 and not {"rate", "absorb"} & set(path):
        return "operator"
    if draw < 0.44 and "rate" not in path:
        return "passer-by"
    return f"citizen{dice.randint(1, 9)}"


def _delays(path: tuple[str, ...], limit: timedelta, dice: Random) -> list[timedelta]:
    late = dice.random() < 0.16
    result: list[timedelta] = []
    for step in path:
        name = step.removesuffix("_again")
        if name == "finish":
            share = dice.uniform(1.15, 2.2) if late else dice.triangular(0.08, 0.95, 0.4)
            # A second piece of work on the same case is a small one.
            result.append(limit * (share if "finish" not in path[: len(result)] else 0.2 * share))
        elif name in SHARES:
            result.append(limit * dice.uniform(*SHARES[name]))
        else:
            low, high = MINUTES[name]
            result.append(timedelta(minutes=math.exp(dice.uniform(math.log(low), math.log(high)))))
    return result


def _opened_at(
    path: tuple[str, ...], delays: Sequence[timedelta], limit: timedelta, now: datetime, dice: Random
) -> datetime:
    """Ended lives lie anywhere in the past, by day; open ones so that their last step is a matter of today's work."""
    took = sum(delays, timedelta())
    if path and path[-1] in ENDED:
        spare = PAST - took - timedelta(days=2)
        opened = now - took - timedelta(hours=26) - max(spare, timedelta()) * dice.random()
        local = opened.astimezone(CITY_TZ)
        by_day = local.replace(hour=dice.choice((7, 8, 8, 9, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20)))
        return by_day.astimezone(now.tzinfo)
    if path and path[-1] in IN_UNIT:
        since = min(limit * dice.uniform(0.03, 1.35), timedelta(days=24))
    elif path and path[-1] == "decide_hold":
        since = timedelta(days=dice.uniform(0.2, 6))
    else:
        since = timedelta(minutes=math.exp(dice.uniform(math.log(1.5), math.log(240))))
    return now - took - since - timedelta(minutes=1)
