"""Who is asked to go and look: the one order in which inspectors are taken.

Source: domain.md §5 (`request_verify`, `check`); docs/adr/0017-duty.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID


class Candidate(NamedTuple):
    """An inspector whose grant covers the case.

    Shape: `distance_m` from the last position on shift to the case, None where that is unknown or too old; `in_zone`:
           patrols the duty zone of the case; `load` counts open tasks; `took_part`: verified the case, or was asked to.
    """

    user_id: UUID
    on_shift: bool
    distance_m: float | None
    in_zone: bool
    load: int
    took_part: bool


def whom_to_ask(
    candidates: Iterable[Candidate], without: Collection[UUID], *, on_shift_only: bool = False
) -> UUID | None:
    """The inspector to ask; None where there is nobody.

    On shift comes first: whoever did not take part before, then the nearest, then those of the duty zone, then who
    has least to do. With nobody on shift it is the inspector of the duty zone who has least to do.

    Example:
        >>> near, far = (Candidate(UUID(int=n), True, m, False, 0, False) for n, m in ((1, 80.0), (2, 300.0)))
        >>> whom_to_ask([far, near], without=[]) == near.user_id
        True
    """
    left = [one for one in candidates if one.user_id not in without]
    on_shift = [one for one in left if one.on_shift]
    if on_shift or on_shift_only:
        return min(on_shift, key=_nearness).user_id if on_shift else None
    of_zone = [one for one in left if one.in_zone]
    return min(of_zone, key=lambda one: (one.load, one.user_id)).user_id if of_zone else None


def _nearness(one: Candidate) -> tuple[Any, ...]:
    unknown = one.distance_m is None
    return one.took_part, unknown, one.distance_m or 0.0, not one.in_zone, one.load, one.user_id
