"""Who is bound to a part or to the strip before a door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.models import Organization
from app.grid.models import Area
from app.routing.models import PartOwner, ShopfrontContract
from app.routing.rules import KnownOwners

# One statement for both. A part's own row goes before what the register says of it, that before a row for many parts,
# the longer beginning before the shorter (ADR 0026); a point on the edge of two strips belongs to the lower number, as
# one on the edge of two cells does.
_BOUND = text("""
    SELECT (SELECT json_build_array(b.organization_id, b.name)
              FROM (SELECT p.organization_id, CASE WHEN p.is_prefix THEN 3 ELSE 1 END AS rank, length(p.code) AS size,
                           p.code || CASE WHEN p.is_prefix THEN '*' ELSE '' END AS name
                      FROM part_owners p
                     WHERE p.retired_at IS NULL AND p.code = ANY (cast(:beginnings AS text[]))
                       AND (p.is_prefix OR p.code = :part)
                       AND daterange(p.valid_from, p.valid_to) @> cast(:on AS date)
                     UNION ALL
                    SELECT r.owner_id, 2, length(r.code), r.code
                      FROM parts r JOIN organizations o ON o.id = r.owner_id AND o.closed_at IS NULL
                     WHERE r.code = :part) b
             ORDER BY b.rank, b.size DESC LIMIT 1) AS part,
           (SELECT json_build_array(s.organization_id, s.code, s.shop_name)
              FROM shopfront_contracts s
             WHERE s.retired_at IS NULL AND cast(:class AS text) IS NOT NULL
               AND ST_Covers(s.geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))
               AND (s.classes = '{}' OR (s.scheme = :scheme AND :class = ANY (s.classes)))
               AND daterange(s.valid_from, s.valid_to) @> cast(:on AS date)
             ORDER BY s.code LIMIT 1) AS shop
""")
_ADD_PARTS = text("""
    INSERT INTO part_owners (id, said, code, is_prefix, organization_id, valid_from, valid_to, created_at)
    SELECT id, said, code, is_prefix, organization_id, valid_from, valid_to, :now
      FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
           id uuid, said uuid, code text, is_prefix boolean, organization_id uuid, valid_from date, valid_to date)
""")
_ADD_CONTRACTS = text("""
    INSERT INTO shopfront_contracts (id, said, code, shop_name, organization_id, scheme, classes, geom, valid_from,
                                     valid_to, created_at)
    SELECT id, said, code, shop_name, organization_id, scheme, classes, ST_GeomFromWKB(decode(wkb, 'hex'), 4326),
           valid_from, valid_to, :now
      FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
           id uuid, said uuid, code text, shop_name text, organization_id uuid, scheme text, classes text[], wkb text,
           valid_from date, valid_to date)
""")
_RETIRE_PARTS = text(
    "UPDATE part_owners SET retired_at = :now WHERE retired_at IS NULL AND said = ANY (cast(:gone AS uuid[]))"
)
_RETIRE_CONTRACTS = text(
    "UPDATE shopfront_contracts SET retired_at = :now WHERE retired_at IS NULL AND said = ANY (cast(:gone AS uuid[]))"
)


class Binding(NamedTuple):
    """An organisation that is bound, and to what in short."""

    organization_id: UUID
    of: str


def bound_to(
    session: Session, part: str | None, matter: tuple[str, str] | None, lon: float, lat: float, on: date
) -> tuple[Binding | None, Binding | None]:
    """Who owns the part and whose contract covers the point for this (scheme, class) of matters, on a day.

    Units: lon, lat in degrees, WGS 84.
    """
    scheme, class_code = matter or (None, None)
    beginnings = [] if part is None else [part[:n] for n in range(1, len(part) + 1)]
    values = {"part": part, "beginnings": beginnings, "scheme": scheme, "class": class_code, "on": on}
    row = session.execute(_BOUND, values | {"lon": lon, "lat": lat}).one()
    owner = row.part and Binding(UUID(row.part[0]), row.part[1])
    shop = row.shop and Binding(UUID(row.shop[0]), f"{row.shop[1]} ({row.shop[2]})")
    return owner, shop


def known_owners(session: Session, classes: Collection[tuple[str, str]]) -> KnownOwners:
    """What lists may name beside these classes of matters: organisations that are not closed."""
    query = select(Organization.code, Organization.id).where(Organization.closed_at.is_(None))
    return KnownOwners({row.code: row.id for row in session.execute(query)}, frozenset(classes))


def city_outline(session: Session) -> bytes | None:
    """The city's ground as WKB, EPSG:4326 (lon, lat); None while there is no grid."""
    query = select(Area.geom.ST_AsBinary()).where(Area.level == 0, Area.valid_to.is_(None))
    found = session.execute(query).scalar()
    return None if found is None else bytes(found)


def said_part_owners(session: Session) -> frozenset[UUID]:
    """What the owners in force say, by the marks made from it."""
    return frozenset(session.execute(select(PartOwner.said).where(PartOwner.retired_at.is_(None))).scalars())


def said_contracts(session: Session) -> frozenset[UUID]:
    """What the contracts in force say, by the marks made from it."""
    query = select(ShopfrontContract.said).where(ShopfrontContract.retired_at.is_(None))
    return frozenset(session.execute(query).scalars())


def retire_part_owners(session: Session, gone: Collection[UUID], now: datetime) -> None:
    """End the rows that say one of these."""
    session.execute(_RETIRE_PARTS, {"gone": [str(one) for one in gone], "now": now})


def retire_contracts(session: Session, gone: Collection[UUID], now: datetime) -> None:
    """End the contracts that say one of these."""
    session.execute(_RETIRE_CONTRACTS, {"gone": [str(one) for one in gone], "now": now})


def add_part_owners(session: Session, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Store new owners."""
    session.execute(_ADD_PARTS, {"rows": orjson.dumps(rows).decode(), "now": now})


def add_contracts(session: Session, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Store new contracts."""
    session.execute(_ADD_CONTRACTS, {"rows": orjson.dumps(rows).decode(), "now": now})
