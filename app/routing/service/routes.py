"""Whose a case is: routing with its trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.catalog import service as catalog
from app.catalog.rules import Kind, TypeRow
from app.grid.service import Place
from app.routing import queries
from app.routing.rules import (
    Candidate,
    Coverage,
    Owner,
    RuleBook,
    Spot,
    branches_at,
    candidates,
    coverage,
    trace,
    winner,
)

_kept: list[tuple[UUID, RuleBook]] = []  # The last state this process read; another stamp replaces it.


@dataclass(frozen=True, slots=True)
class Bound:
    """Who is bound to the thing itself, before any rule: the part's own owner, the shop whose strip it is.

    `part` and `contract` say in short which.
    """

    part_owner_id: UUID | None = None
    shopfront_id: UUID | None = None
    part: str | None = None
    contract: str | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """Who answers, and why. `auto`: the router dispatches by itself. `trace` holds JSON values, best first."""

    lead: Owner | None
    helpers: tuple[Owner, ...]
    auto: bool
    version: int
    trace: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """The routing as the API shows it and as a case keeps it."""
        return {
            "lead": self.lead and self.lead.as_json(),
            "helpers": [helper.as_json() for helper in self.helpers],
            "auto": self.auto,
            "version": self.version,
            "trace": self.trace,
        }


def route(session: Session, *, type_row: TypeRow | None, place: Place, on: date, bound: Bound | None = None) -> Routing:
    """Who answers for a type at a place on a day of the city; two statements while the rules stay the same.

    type_row: None while nobody knows the type; then only rules for any type match.
    place: its areas from the city down; where a point lies in a gap, as many as are known.
    """
    bound = bound or Bound()
    zone = place.duty_zone.code if place.duty_zone else None
    spot = Spot(
        type_row, place.areas, zone, bound.part_owner_id, bound.shopfront_id, part=bound.part, contract=bound.contract
    )
    book = rule_book(session)
    ids = _ids(candidates(book, spot, None, on))
    owners = queries.owners(session, ids, spot.street.code if spot.street else None, spot.place)
    found = candidates(book, spot, owners.territory_id, on, branches_at(owners.branches, spot.place))
    first = winner(found)
    return Routing(
        lead=None if first is None or first.lead_id is None else owners.by_id[first.lead_id],
        helpers=tuple(owners.by_id[one] for one in first.helper_ids if one in owners.by_id) if first else (),
        auto=first is not None and first.auto,
        version=book.version,
        trace=trace(spot, found, owners.by_id, on),
    )


def bound(
    session: Session, *, type_row: TypeRow | None, part_code: str | None, lon: float, lat: float, on: date
) -> Bound:
    """Who is bound to the part, or to the strip at the point, on a day of the city; at most one statement.

    A part's owner answers for parts, a shop for matters before its door; where nobody knows the type, only the part's
    code can say whose it is.

    Units: lon, lat in degrees, WGS 84.
    """
    matter = type_row is not None and type_row.kind is Kind.MATTER
    if not matter and not part_code:
        return Bound()
    of_matter = (type_row.scheme, type_row.class_code) if type_row is not None and matter else None
    owner, shop = queries.bound_to(session, None if matter else part_code, of_matter, lon, lat, on)
    return Bound(
        part_owner_id=owner and owner.organization_id,
        shopfront_id=shop and shop.organization_id,
        part=owner and owner.of,
        contract=shop and shop.of,
    )


def _ids(found: Sequence[Candidate]) -> list[UUID]:
    leads = [one.lead_id for one in found if one.lead_id is not None]
    return list(dict.fromkeys([*leads, *(helper for one in found for helper in one.helper_ids)]))


def rule_book(session: Session) -> RuleBook:
    """The rules as this unit of work sees them: one statement of one row, and all rules only after a change."""
    stamp = queries.stamp(session)
    for kept, book in _kept:
        if kept == stamp:
            return book
    found = queries.snapshot(session)
    book = RuleBook.of(found.version, found.rules)
    _kept[:] = [(found.stamp, book)]
    return book


def coverage_on(session: Session, on: date) -> Coverage:
    """Which types have no rule on which ground on a day of the city, so that only the fallback answers."""
    return coverage(rule_book(session), catalog.catalogue(session).by_id.values(), queries.ground(session), on)
