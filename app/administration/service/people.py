"""The table of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import registers
from app.accounts.service.registers import MemberChange, NewMember
from app.administration.queries import registers as queries
from app.administration.rules.comparing import Change, told
from app.administration.rules.registers import PEOPLE
from app.administration.rules.sheets import Line, Row
from app.administration.service.work import Hand, Present, Table, Work, numbered
from app.cases.service import leaving
from app.core.ids import new_id


def read(session: Session, _hand: Hand) -> Sequence[Present]:
    return [
        Present(
            {
                "username": row.username,
                "name": row.name,
                "organization": row.organization,
                "disabled": "false" if row.disabled_at is None else "true",
            },
            row.id,
            row.version,
        )
        for row in queries.people(session)
    ]


def apply(session: Session, work: Work) -> None:
    """New people, then new names and organisations, then who is let in again, last who is shut out."""
    ids = queries.organization_ids(session)
    named = {row["organization"] for _, row in numbered(work.changes)} & ids.keys()
    opened = registers.hold_open(session, {ids[code] for code in named}) if named else set()
    for number, row in numbered(work.changes):
        if ids.get(row["organization"]) not in opened and not _stays(work, row):
            work.blame(number, "organization", f"there is no open organisation {row['organization']}")
    for line in work.changes.added:
        if line.row["username"].split() != [line.row["username"]]:
            work.blame(line.number, "username", "has spaces in it: people sign in with one word")
    if work.faults:
        return
    _add(session, work, ids)
    _change(session, work, [one for one in work.changes.changed if {*one.columns} - {"disabled"}], ids)
    _let_in_and_out(session, work)


def _stays(work: Work, row: Row) -> bool:
    """Somebody who is or will be shut out may stay with an organisation that closed."""
    there = work.present.get(work.sheet.key_of(row))
    return there is not None and there.row["organization"] == row["organization"] and row["disabled"] == "true"


def _add(session: Session, work: Work, ids: Mapping[str, UUID]) -> None:
    lines = {new_id(): line for line in work.changes.added}
    if not lines:
        return
    new = [_member(id_, line, ids) for id_, line in lines.items()]
    made = registers.add_members(session, new, now=work.hand.now, actor_id=work.hand.actor_id)
    for id_, line in lines.items():
        if id_ not in made:
            work.blame(line.number, "username", "somebody else has got this user name meanwhile: import again")


def _member(id_: UUID, line: Line, ids: Mapping[str, UUID]) -> NewMember:
    row = line.row
    return NewMember(id_, row["username"], row["name"], ids[row["organization"]], disabled=row["disabled"] == "true")


def _change(session: Session, work: Work, changes: Sequence[Change], ids: Mapping[str, UUID]) -> None:
    if not changes:
        return
    every = {**ids, **_closed_too(session)}
    by_id = {work.there(one.before).id: one for one in changes}
    asked = [
        MemberChange(
            id_,
            work.there(one.before).version or 0,
            (one.before["name"], every[one.before["organization"]]),
            one.after["name"],
            every[one.after["organization"]],
        )
        for id_, one in by_id.items()
        if id_ is not None
    ]
    done = registers.change_members(session, asked, now=work.hand.now, actor_id=work.hand.actor_id)
    for id_, one in by_id.items():
        if id_ not in done:
            work.blame(one.number, None, "somebody else changed this person meanwhile: export again")


def _closed_too(session: Session) -> dict[str, UUID]:
    return {row.organization: row.organization_id for row in queries.people(session)}


def _let_in_and_out(session: Session, work: Work) -> None:
    turned = [one for one in work.changes.changed if "disabled" in one.columns]
    for one in turned:
        if one.after["disabled"] == "false":
            there = work.there(one.before)
            assert there.id is not None, "people have ids"
            with work.on(one.number, organization_id="organization"):
                accounts.enable_user(session, there.id, expected=None, now=work.hand.now, actor_id=work.hand.actor_id)
    out: list[tuple[int | None, Row]] = [(one.number, one.before) for one in turned if one.after["disabled"] == "true"]
    out += [(None, row) for row in work.changes.ended]
    for number, row in out:
        there = work.there(row)
        assert there.id is not None, "people have ids"
        with work.on(number, told(PEOPLE, row)):
            leaving.disable_user(session, there.id, expected=None, now=work.hand.now, actor_id=work.hand.actor_id)


TABLE = Table(PEOPLE, read, apply)
