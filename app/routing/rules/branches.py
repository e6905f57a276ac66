"""Which branch of a department answers on some ground: the one whose own ground lies closest around the place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple
from uuid import UUID


class BranchRow(NamedTuple):
    """An organisation somewhere below another one, with ground of its own."""

    root_id: UUID
    id: UUID
    code: str
    area_code: str


@dataclass(frozen=True, slots=True)
class Branch:
    """The branch that answers for an organisation; where several stand on the same ground none does, and `twins` are
    their codes.
    """

    id: UUID | None
    twins: tuple[str, ...] = ()


def branches_at(rows: Iterable[BranchRow], place: str | None) -> dict[UUID, Branch]:
    """For each organisation the branch on whose ground the place lies, that with the longest area code.

    place: code of the smallest area that is known to hold it.
    Source: domain.md §4 "Routing rules"
    """
    here = [row for row in rows if place is not None and row.area_code and place.startswith(row.area_code)]
    ordered = sorted(here, key=lambda row: (str(row.root_id), -len(row.area_code), row.code))
    found: dict[UUID, Branch] = {}
    for root_id, group in groupby(ordered, key=lambda row: row.root_id):
        nearest = list(group)
        closest = [row for row in nearest if row.area_code == nearest[0].area_code]
        one = len(closest) == 1
        found[root_id] = Branch(closest[0].id) if one else Branch(None, tuple(row.code for row in closest))
    return found


def twins(rows: Iterable[BranchRow]) -> Mapping[UUID, tuple[str, tuple[str, ...]]]:
    """Organisations two of whose branches stand on the same ground: (its code, the codes of the branches)."""
    by_ground: dict[tuple[UUID, str], list[str]] = {}
    for row in rows:
        by_ground.setdefault((row.root_id, row.area_code), []).append(row.code)
    return {
        root_id: (area_code, tuple(sorted(codes)))
        for (root_id, area_code), codes in by_ground.items()
        if len(codes) > 1
    }
