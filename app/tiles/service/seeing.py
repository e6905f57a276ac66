"""What somebody may see of the cases, counted from memory where it can be, looked up where it has to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.cases.queries.visibility import BY_AREA
from app.cases.rules.filters import CaseFilter
from app.core.auth import Principal
from app.core.errors import Fault
from app.tiles.errors import SearchTooWide
from app.tiles.queries import case_points
from app.tiles.queries.case_points import CASES, SOURCES, STATES, Question, TypeName
from app.tiles.queries.points import micros
from app.tiles.rules.case_points import ENDED, KINDS, kinds_of, rests
from app.tiles.rules.counting import Seen
from app.tiles.rules.ledger import Ledger
from app.tiles.rules.points import Chosen, Mask, Points, joined
from app.tiles.rules.tile import Box
from app.tiles.service.ledgers import Kept, Shelf

# What is looked up for one answer; more than any desk reads, and a tenth of a second's work.
MOST_LOOKED_UP = 50_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the points: the types, and which organisations stand behind a value of `units`."""

    types: Mapping[int, TypeName]
    units: Mapping[int, frozenset[UUID]]


def _know(session: Session, facts: Facts | None, ids: list[Any] | None) -> Facts:
    if facts is None or ids is None:
        return Facts(case_points.type_names(session), case_points.unit_sets(session))
    return Facts(facts.types, {**facts.units, **case_points.unit_sets(session, ids)})


SHELF = Shelf(
    Kept(
        source=CASES,
        rests=rests,
        moving_only=("yellow", "due", "paused"),
        know=_know,
        small={"type": "uint16", "lead": "uint16"},
    )
)


@dataclass(frozen=True, slots=True)
class Wide:
    """By what a principal sees many cases: areas, and organisations that had them. All of both None: every case."""

    areas: tuple[str, ...] | None
    units: tuple[UUID, ...] | None

    def everything(self, ledger: Ledger) -> bool:
        """Whether no case lies outside of the areas: there is nothing more to look up then."""
        return self.areas is not None and ("" in self.areas or bool(ledger.beginning("cell", self.areas).all()))


def _wide(principal: Principal) -> Wide:
    if principal.kind == "system":
        return Wide(("",), None)
    if principal.kind != "staff":
        return Wide(None, None)
    return Wide(principal.areas(*BY_AREA) or None, tuple(sorted(principal.organizations(Role.UNIT_MANAGER))) or None)


def seen_by(session: Session, asked: Question, box: Box | None) -> Seen:
    """The cases that are asked for and seen; of those that have to be looked up, the ones in a box.

    Units:  `box` in degrees, WGS 84: west, south, east, north.
    Raises: SearchTooWide.
    """
    found, wide = asked.found, _wide(asked.principal)
    ledger = SHELF.ledger(session)
    if _rarely_asked(found):
        everything = _looked_up(session, ledger, asked, box, every=True)
        return Seen(ledger, None, None, _with_kind(everything, asked.now), len(KINDS), ENDED)
    rare = None
    if not wide.everything(ledger) and case_points.rare(asked.principal):
        rare = _looked_up(session, ledger, asked, box, every=False)
    chosen = _chosen(session, ledger, found, wide)
    moving = _with_kind(ledger.moving.taken(chosen.mask(ledger.moving)), asked.now)
    if found.lamps:
        moving = moving.taken(np.isin(moving["kind"], [KINDS.index(lamp) for lamp in found.lamps]))
    if rare is not None:
        # Looked up were also some that are in memory: each counts once.
        moving = joined([moving, _with_kind(rare.taken(~chosen.seen(rare)), asked.now)])
    key = (found.states, found.types, found.area, found.owner, found.sources, found.since, found.until, wide)
    return Seen(ledger, None if found.lamps else chosen, key, moving, len(KINDS), ENDED)


def _with_kind(points: Points, now: datetime) -> Points:
    return Points({**points.columns, "kind": kinds_of(points, micros(now))})


def _looked_up(session: Session, ledger: Ledger, asked: Question, box: Box | None, *, every: bool) -> Points:
    raw = case_points.looked_up(session, asked, box, every=every, most=MOST_LOOKED_UP + 1)
    if len(raw["key"]) > MOST_LOOKED_UP:
        name = next(iter(_rarely_asked(asked.found)), "bbox")
        fault = Fault(f"/{name}", "write more of it, or narrow by something else as well")
        detail = f"More than {MOST_LOOKED_UP} cases match here: write more words, zoom in, or narrow the filter."
        raise SearchTooWide(detail, faults=[fault], most=MOST_LOOKED_UP)
    return SHELF.looked_up(raw, ledger)


def _rarely_asked(found: CaseFilter) -> tuple[str, ...]:
    """What a filter narrows by that the points in memory do not know: such cases are looked up."""
    values = {"q": found.q, "mark": found.mark, "part": found.part, "bbox": found.bbox}
    return tuple(name for name, value in values.items() if value is not None)


def _chosen(session: Session, ledger: Ledger, found: CaseFilter, wide: Wide) -> Chosen:
    codes, facts = ledger.codes, ledger.facts
    among: list[tuple[str, Mask]] = []
    if found.states:
        among.append(("state", np.array([state in found.states for state in STATES])))
    if found.sources:
        among.append(("source", np.array([source in found.sources for source in SOURCES])))
    if found.types:
        among.append(("type", codes["type"].among(_types(facts, found.types))))
    if found.area:
        among.append(("filed", ledger.beginning("filed", (found.area,))))
    if found.owner:
        among.append(("lead", codes["lead"].among(case_points.owner_values(session, found.owner))))
    either = None if wide.everything(ledger) else _either(ledger, wide)
    since, until = (None if at is None else micros(at) for at in (found.since, found.until))
    return Chosen(tuple(among), either, since, until)


def _either(ledger: Ledger, wide: Wide) -> tuple[tuple[str, Mask], ...]:
    either: list[tuple[str, Mask]] = []
    if wide.areas is not None:
        either.append(("cell", ledger.beginning("cell", wide.areas)))
    if wide.units is not None:
        mine, sets = set(wide.units), ledger.facts.units
        either.append(
            ("units", ledger.codes["units"].wanted(lambda value: not mine.isdisjoint(sets.get(value, frozenset()))))
        )
    return tuple(either)


def _types(facts: Facts, wanted: tuple[str, ...]) -> list[int]:
    """A type is named by its code, or exactly as `scheme|kind|code`."""
    names = set(wanted)
    return [
        value
        for value, one in facts.types.items()
        if one.code in names or f"{one.scheme}|{one.kind}|{one.code}" in names
    ]
