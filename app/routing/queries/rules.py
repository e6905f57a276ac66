"""The rules: read as they are in force, checked against what is there, written as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Row, bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from app.routing.models import RoutingRule, RoutingState, RoutingVersion
from app.routing.rules import AreaRow, BranchRow, Ground, GroundMap, Key, Known, Owner, Rule, Target

_STAMP = select(RoutingState.stamp)
_LOCK = select(RoutingState.version).with_for_update()
_RESTAMP = update(RoutingState).values(
    version=bindparam("new_version"), stamp=bindparam("new_stamp"), changed_at=bindparam("now")
)

# One statement, so that the stamp and the rules belong to one state.
_SNAPSHOT = text("""
    SELECT s.stamp, s.version,
           (SELECT coalesce(json_agg(json_build_array(
                       r.id, r.target, r.scheme, r.kind, r.code, r.ground, r.place, r.lead_id, r.helper_ids, r.auto,
                       r.valid_from, r.valid_to, r.version)), '[]')
              FROM routing_rules r WHERE r.retired_at IS NULL) AS rules
      FROM routing_state s
""")

# A territory answers for its street, a branch for its department: all are found at once, by id, by ground and down the
# tree of organisations.
_TREE = """
    WITH RECURSIVE tree AS (
      SELECT id AS root_id, id FROM organizations WHERE id = ANY (cast(:ids AS uuid[])) AND kind <> 'territory'
      UNION
      SELECT t.root_id, o.id
        FROM tree t JOIN organizations o ON o.parent_id = t.id
       WHERE o.kind <> 'territory' AND o.closed_at IS NULL)
"""
_OWNERS = text(f"""
    {_TREE}
    SELECT o.id, o.code, o.name, o.area_code, t.root_id,
           o.kind = 'territory' AND o.area_code = :street AND o.closed_at IS NULL AS is_territory
      FROM organizations o
      LEFT JOIN tree t ON t.id = o.id AND t.root_id <> o.id AND o.area_code <> '' AND starts_with(:place, o.area_code)
     WHERE o.id = ANY (cast(:ids AS uuid[])) OR t.root_id IS NOT NULL
        OR (o.kind = 'territory' AND o.area_code = :street AND o.closed_at IS NULL)
     ORDER BY o.code
""")  # noqa: S608 -- a constant
_BRANCHES = text(f"""
    {_TREE}
    SELECT t.root_id, o.id, o.code, o.area_code
      FROM tree t JOIN organizations o ON o.id = t.id
     WHERE t.root_id <> o.id AND o.area_code <> ''
     ORDER BY o.code
""")  # noqa: S608 -- a constant

_KNOWN = text("""
    SELECT (SELECT coalesce(json_agg(json_build_array(code, level)), '[]') FROM areas WHERE valid_to IS NULL) AS areas,
           (SELECT coalesce(json_agg(code), '[]') FROM duty_zones WHERE valid_to IS NULL) AS zones,
           (SELECT coalesce(json_object_agg(code, id), '{}')
              FROM organizations WHERE closed_at IS NULL) AS organizations
""")
_GROUND_OF_LEVEL = (Ground.ANY, Ground.DISTRICT, Ground.STREET, Ground.COMMUNITY, Ground.CELL)

_GROUND = text("""
    SELECT (SELECT coalesce(json_agg(json_build_array(code, name, level, parent_code)), '[]')
              FROM areas WHERE valid_to IS NULL) AS areas,
           (SELECT coalesce(json_agg(json_build_array(zone_code, cell_code)), '[]')
              FROM duty_zone_cells WHERE valid_to IS NULL) AS zone_cells,
           (SELECT coalesce(json_agg(area_code), '[]')
              FROM organizations
             WHERE kind = 'territory' AND area_code IS NOT NULL AND closed_at IS NULL) AS territories
""")

_SAID = select(RoutingRule.said).where(RoutingRule.retired_at.is_(None))
_RETIRE = text("""
    UPDATE routing_rules SET retired_at = :now, retired_in = :version
     WHERE retired_at IS NULL AND said <> ALL (cast(:kept AS uuid[]))
    RETURNING said, target, scheme, kind, code, ground, place, lead_id, helper_ids, auto, valid_from, valid_to
""")
_ADD = text("""
    INSERT INTO routing_rules (id, said, target, scheme, kind, code, ground, place, lead_id, helper_ids, auto,
                               valid_from, valid_to, version, created_at)
    SELECT id, said, target, scheme, kind, code, ground, place, lead_id, helper_ids, auto, valid_from, valid_to,
           :version, :now
      FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
           id uuid, said uuid, target text, scheme text, kind text, code text, ground text, place text, lead_id uuid,
           helper_ids uuid[], auto boolean, valid_from date, valid_to date)
""")


class Snapshot(NamedTuple):
    """The rules in force or to come, and the state they belong to."""

    stamp: UUID
    version: int
    rules: list[Rule]


class Owners(NamedTuple):
    """Organisations by id, the one that answers for the street where there is one, and branches around the place."""

    by_id: Mapping[UUID, Owner]
    territory_id: UUID | None
    branches: Sequence[BranchRow]


def stamp(session: Session) -> UUID:
    """The mark of the present rules; another one means that something changed."""
    return session.execute(_STAMP).scalar_one()


def lock(session: Session) -> int:
    """Wait until no other import is under way, and keep others waiting; the version in force."""
    return session.execute(_LOCK).scalar_one()


def restamp(session: Session, version: int, new_stamp: UUID, now: datetime) -> None:
    """Tell every process that the rules changed."""
    session.execute(_RESTAMP, {"new_version": version, "new_stamp": new_stamp, "now": now})


def snapshot(session: Session) -> Snapshot:
    """All rules that are not retired, in one statement."""
    row = session.execute(_SNAPSHOT).one()
    return Snapshot(row.stamp, row.version, [_rule(values) for values in row.rules])


def _rule(values: Sequence[Any]) -> Rule:
    id_, target, scheme, kind, code, ground, place, lead, helpers, auto, start, end, version = values
    return Rule(
        id=UUID(id_),
        key=Key(Target(target), scheme, kind, code, Ground(ground), place),
        lead_id=UUID(lead),
        helper_ids=tuple(UUID(helper) for helper in helpers),
        auto=auto,
        valid_from=start and date.fromisoformat(start),
        valid_to=end and date.fromisoformat(end),
        version=version,
    )


def owners(session: Session, ids: Sequence[UUID], street: str | None, place: str | None) -> Owners:
    """The organisations with these ids, their branches on whose ground the place lies, and the street's territory."""
    rows = session.execute(_OWNERS, {"ids": list(ids), "street": street, "place": place}).all()
    territory = next((row.id for row in rows if row.is_territory), None)
    branches = [BranchRow(row.root_id, row.id, row.code, row.area_code) for row in rows if row.root_id is not None]
    return Owners({row.id: Owner(row.id, row.code, row.name) for row in rows}, territory, branches)


def branches(session: Session, ids: Sequence[UUID]) -> list[BranchRow]:
    """Every organisation below these that has ground of its own."""
    return [BranchRow(*row) for row in session.execute(_BRANCHES, {"ids": list(ids)})]


def known(session: Session, types: Sequence[tuple[str, str, str, str]]) -> Known:
    """What rules may name, beside these types (scheme, kind, code, class code) of the catalogue."""
    row = session.execute(_KNOWN).one()
    return Known(
        types={(scheme, kind, code) for scheme, kind, code, _ in types},
        classes={(scheme, kind, class_code) for scheme, kind, _, class_code in types},
        areas={code: _GROUND_OF_LEVEL[level] for code, level in row.areas},
        zones=frozenset(row.zones),
        organizations={code: UUID(id_) for code, id_ in row.organizations.items()},
    )


def ground(session: Session) -> GroundMap:
    """The live areas, the cells of the duty zones and the territories, in one statement."""
    row = session.execute(_GROUND).one()
    zones: dict[str, list[str]] = {}
    for zone, cell in row.zone_cells:
        zones.setdefault(zone, []).append(cell)
    return GroundMap([AreaRow(*area) for area in row.areas], zones, frozenset(row.territories))


def said(session: Session) -> frozenset[UUID]:
    """What the rules in force say, by the marks made from it."""
    return frozenset(session.execute(_SAID).scalars())


def retire(session: Session, kept: Sequence[UUID], version: int, now: datetime) -> Sequence[Row[Any]]:
    """Retire in this version every rule that does not say one of these; what they said, in the table's columns."""
    return session.execute(_RETIRE, {"kept": [str(one) for one in kept], "version": version, "now": now}).all()


def add_version(session: Session, row: Mapping[str, Any]) -> None:
    """Remember a version: its number, when, how many rules came and went, and by whom."""
    session.execute(insert(RoutingVersion), [row])


def add(session: Session, rows: Sequence[Mapping[str, Any]], version: int, now: datetime) -> None:
    """Store new rules of this version."""
    session.execute(_ADD, {"rows": orjson.dumps(rows).decode(), "version": version, "now": now})
