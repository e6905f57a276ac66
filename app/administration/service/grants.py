"""The table of grants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.accounts.service import NewGrant, registers
from app.administration.queries import registers as queries
from app.administration.rules.cells import instant_text
from app.administration.rules.comparing import told
from app.administration.rules.registers import GRANTS
from app.administration.rules.sheets import Key, Line, Row
from app.administration.service.work import Hand, Present, Table, Work
from app.cases.service import leaving


class Names(NamedTuple):
    """Who and what a grant may name."""

    users: Mapping[str, UUID]
    organizations: Mapping[str, UUID]


def read(session: Session, hand: Hand) -> Sequence[Present]:
    return [
        Present(
            {
                "username": row.username,
                "role": row.role,
                "organization": row.organization,
                "area_code": row.area_code,
                "valid_from": instant_text(row.valid_from, hand.zone),
                "valid_to": "" if row.valid_to is None else instant_text(row.valid_to, hand.zone),
            },
            row.id,
        )
        for row in queries.grants(session, hand.now)
    ]


def _whose(row: Row) -> Key:
    return row["username"], row["role"], row["organization"], row["area_code"]


def settle(_session: Session, lines: Sequence[Line], present: Mapping[Key, Present], _hand: Hand) -> list[Line]:
    """A line that leaves the beginning open means the grant that is there, where there is one of its kind."""
    there: dict[Key, list[Row]] = defaultdict(list)
    for one in present.values():
        there[_whose(one.row)].append(one.row)
    return [
        Line(line.number, {**line.row, "valid_from": there[_whose(line.row)][0]["valid_from"]})
        if not line.row["valid_from"] and _whose(line.row) in there
        else line
        for line in lines
    ]


def apply(session: Session, work: Work) -> None:
    """New grants first, then other ends, last what ends now, so that the role admin can be handed over."""
    names = Names(queries.user_ids(session), queries.organization_ids(session))
    for line in work.changes.added:
        _check_names(work, line, names)
    _check_times(work)
    if work.faults:
        return
    _add(session, work, names)
    for change in work.changes.changed:
        there = work.there(change.before)
        assert there.id is not None, "grants have ids"
        ends = _instant(change.after["valid_to"])
        user_id = names.users[change.after["username"]]
        if not registers.move_end(session, user_id, there.id, ends, now=work.hand.now, actor_id=work.hand.actor_id):
            work.blame(change.number, None, "somebody else ended this grant meanwhile: export again")
    for row in work.changes.ended:
        there = work.there(row)
        assert there.id is not None, "grants have ids"
        with work.on(None, told(GRANTS, row)):
            leaving.end_grant(
                session,
                names.users[row["username"]],
                there.id,
                expected=None,
                now=work.hand.now,
                actor_id=work.hand.actor_id,
            )


def _check_names(work: Work, line: Line, names: Names) -> None:
    row = line.row
    if row["username"] not in names.users:
        work.blame(line.number, "username", f"there is no member of staff {row['username']}: import people first")
    if row["organization"] not in names.organizations:
        work.blame(line.number, "organization", f"there is no open organisation {row['organization']}")
    if row["area_code"] and not (row["area_code"].isascii() and row["area_code"].isalnum()):
        work.blame(line.number, "area_code", "an area code has letters and digits only")


def _check_times(work: Work) -> None:
    """A grant ends after it begins and after now, and the same thing is granted once at a time."""
    begin_now = instant_text(work.hand.now, work.hand.zone)
    held: dict[Key, list[tuple[str, str]]] = defaultdict(list)
    changed = {work.sheet.key_of(one.after) for one in work.changes.changed}
    for key, one in work.present.items():
        if key not in changed and one.row not in work.changes.ended:
            held[_whose(one.row)].append((one.row["valid_from"], one.row["valid_to"]))
    lines = [*work.changes.added, *(Line(one.number, one.after) for one in work.changes.changed)]
    for line in lines:
        begins, ends = line.row["valid_from"] or begin_now, line.row["valid_to"]
        if ends and _at(ends) <= max(_at(begins), work.hand.now):
            work.blame(line.number, "valid_to", "must be after valid_from and still to come; a past grant is left out")
        elif any(_overlap((begins, ends), other) for other in held[_whose(line.row)]):
            work.blame(line.number, "valid_from", "the same role is granted already for part of this time")
        held[_whose(line.row)].append((begins, ends))


def _overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return (not one[1] or _at(one[1]) > _at(other[0])) and (not other[1] or _at(other[1]) > _at(one[0]))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _instant(text: str) -> datetime | None:
    return _at(text) if text else None


def _add(session: Session, work: Work, names: Names) -> None:
    new = [
        (
            names.users[line.row["username"]],
            NewGrant(
                Role(line.row["role"]),
                names.organizations[line.row["organization"]],
                line.row["area_code"],
                _instant(line.row["valid_from"]) or work.hand.now,
                _instant(line.row["valid_to"]),
            ),
        )
        for line in work.changes.added
    ]
    if not new:
        return
    registers.hold_open(session, {grant.organization_id for _, grant in new})
    registers.add_grants(session, new, now=work.hand.now, actor_id=work.hand.actor_id)


TABLE = Table(GRANTS, read, apply, settle)
