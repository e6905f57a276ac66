"""The table of organisations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import NewOrganization, registers
from app.administration.queries import registers as queries
from app.administration.rules.comparing import told
from app.administration.rules.registers import ORGANIZATIONS
from app.administration.rules.sheets import Line, Row
from app.administration.service.work import Hand, Present, Table, Work, numbered
from app.cases.service import leaving
from app.core.ids import new_id

_MEMBERS = {"parent_id": "parent", "area_code": "area_code", "name": "name"}


def read(session: Session, _hand: Hand) -> Sequence[Present]:
    return [
        Present(
            {
                "code": row.code,
                "name": row.name,
                "kind": row.kind,
                "parent": row.parent or "",
                "area_code": row.area_code or "",
            },
            row.id,
            row.version,
        )
        for row in queries.organizations(session)
    ]


def apply(session: Session, work: Work) -> None:
    """New ones first, those above before those below; then what changed; last what closes, those below first."""
    ids = {one.row["code"]: one.id for one in work.present.values() if one.id is not None}
    ids |= {line.row["code"]: new_id() for line in work.changes.added}
    for number, row in numbered(work.changes):
        if row["parent"] and row["parent"] not in ids:
            work.blame(number, "parent", f"there is no open organisation {row['parent']}")
        if row["area_code"] and not (row["area_code"].isascii() and row["area_code"].isalnum()):
            work.blame(number, "area_code", "an area code has letters and digits only")
    added = _in_order(work)
    if work.faults:
        return
    _add(session, work, added, ids)
    _change(session, work, ids)
    _close(session, work)


def _in_order(work: Work) -> list[Line]:
    """The new organisations, each after the one above it; rings among them are blamed."""
    lines = {line.row["code"]: line for line in work.changes.added}
    above = {code: {line.row["parent"]} & lines.keys() for code, line in lines.items()}
    try:
        return [lines[code] for code in TopologicalSorter(above).static_order()]
    except CycleError as ring:
        codes = list(dict.fromkeys(ring.args[1]))
        work.blame(lines[codes[0]].number, "parent", f"is below itself: {', '.join(codes)} form a ring")
        return []


def _add(session: Session, work: Work, added: Sequence[Line], ids: Mapping[str, UUID]) -> None:
    new = [
        NewOrganization(
            code=line.row["code"],
            name=line.row["name"],
            kind=line.row["kind"],
            parent_id=ids.get(line.row["parent"]),
            area_code=line.row["area_code"] or None,
            id=ids[line.row["code"]],
        )
        for line in added
    ]
    if not new:
        return
    made = registers.add_organizations(session, new, now=work.hand.now, actor_id=work.hand.actor_id)
    for line in added:
        if ids[line.row["code"]] not in made:
            work.blame(line.number, "code", "a closed organisation has this code: choose another one")


def _change(session: Session, work: Work, ids: Mapping[str, UUID]) -> None:
    for change in work.changes.changed:
        there = work.there(change.before)
        assert there.id is not None, "organisations have ids"
        values = {_member(name): _value(change.after, name, ids) for name in change.columns}
        with work.on(change.number, **_MEMBERS):
            accounts.change_organization(
                session, there.id, values, expected=there.version, now=work.hand.now, actor_id=work.hand.actor_id
            )


def _member(column: str) -> str:
    return "parent_id" if column == "parent" else column


def _value(row: Row, column: str, ids: Mapping[str, UUID]) -> Any:
    return ids.get(row["parent"]) if column == "parent" else row[column] or None


def _close(session: Session, work: Work) -> None:
    closing = {row["code"]: row for row in work.changes.ended}
    below = {code: {one["code"] for one in closing.values() if one["parent"] == code} for code in closing}
    for code in TopologicalSorter(below).static_order():
        there = work.there(closing[code])
        assert there.id is not None, "organisations have ids"
        with work.on(None, told(ORGANIZATIONS, closing[code])):
            leaving.close_organization(session, there.id, expected=None, now=work.hand.now, actor_id=work.hand.actor_id)


TABLE = Table(ORGANIZATIONS, read, apply)
