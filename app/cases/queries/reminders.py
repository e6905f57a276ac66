"""What the clock asks of cases: reminders that are due, holds that end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.models import GrantRow, Organization, User
from app.cases.models import Case, CaseReminder, ReminderRung
from app.cases.rules.reminders import Post
from app.core.models import table

_REMINDER = insert(table(CaseReminder)).on_conflict_do_nothing()

# The cases are locked, not their clocks: an action locks its case first, so neither waits for the other in a circle.
# Red ones come before yellow ones because their deadline is earlier. A case that somebody acts on is left for the
# next run; should two workers find the same row, the key of the table keeps one of them.
_DUE = text("""
    SELECT c.id AS case_id, k.ordinal, r.rung, r.audience, r.base, s.since, c.state, c.current_cell, c.lead_id,
           -- Where the work went back to the unit, whoever was assigned is gone; so is who works there no longer.
           CASE WHEN NOT EXISTS (SELECT FROM case_tasks h
                                  WHERE h.case_id = c.id AND h.kind = 'handle' AND h.closed_at IS NULL
                                    AND h.assignee_id <> c.handler_id)
                 AND EXISTS (SELECT FROM grants g JOIN users u ON u.id = g.user_id
                              WHERE g.user_id = c.handler_id AND u.disabled_at IS NULL
                                AND g.role IN ('handler', 'unit_manager') AND g.organization_id = c.lead_id
                                AND g.valid_from <= :now AND (g.valid_to IS NULL OR g.valid_to > :now))
                THEN c.handler_id END AS handler_id,
           c.holder_id, ARRAY(SELECT t.assignee_id FROM case_tasks t
                               WHERE t.case_id = c.id AND t.closed_at IS NULL) AS asked
      FROM cases c
      JOIN case_clocks k ON k.case_id = c.id AND k.ended_at IS NULL
      JOIN jsonb_to_recordset(CAST(:rungs AS jsonb)) AS r (
           ladder text, rung smallint, base text, audience text, before timestamptz, supervised_before timestamptz)
        ON r.ladder = CASE k.stage WHEN 'handling' THEN 'handling' ELSE 'stage' END
     CROSS JOIN LATERAL (SELECT CASE r.base WHEN 'yellow' THEN c.yellow_at WHEN 'red' THEN c.due_at
                                            ELSE c.supervised_due_at END AS since) s
     WHERE c.state NOT IN ('closed', 'rejected', 'void', 'merged') AND NOT c.paused
       AND s.since < CASE WHEN c.supervised THEN r.supervised_before ELSE r.before END
       AND NOT EXISTS (SELECT FROM case_reminders d
                        WHERE d.case_id = c.id AND d.ordinal = k.ordinal AND d.rung = r.rung)
     ORDER BY c.supervised DESC, c.due_at, c.id, r.rung
     LIMIT :most
       FOR NO KEY UPDATE OF c SKIP LOCKED""")


def ladder(session: Session) -> Sequence[Row[Any]]:
    """Every rung: ladder, rung, base, delay, unit, supervised_delay, audience."""
    rung = table(ReminderRung)
    return session.execute(select(rung).order_by(rung.c.ladder, rung.c.rung)).all()


_LADDER_VERSION = text("SELECT sum(CAST(CAST(xmin AS text) AS bigint)) FROM reminder_ladder")


def ladder_version(session: Session) -> int:
    """The version of the ladder: another one whenever a rung is written or taken away."""
    return int(session.execute(_LADDER_VERSION).scalar() or 0)


def lock_ladder(session: Session) -> None:
    """Let only one transaction at a time change the ladder; reminding goes on."""
    session.execute(text("LOCK TABLE reminder_ladder IN SHARE ROW EXCLUSIVE MODE"))


def replace_ladder(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put these rungs in the place of all."""
    rungs = table(ReminderRung)
    session.execute(rungs.delete())
    session.execute(rungs.insert(), list(rows))


def due_reminders(
    session: Session, rungs: Sequence[Mapping[str, Any]], *, now: datetime, most: int
) -> Sequence[Row[Any]]:
    """Rungs of running clocks that are reached and not recorded, the most urgent first; their cases are locked.

    Shape:  rungs with ladder, rung, base, audience, before, supervised_before (the borders, exclusive).
    """
    return session.execute(_DUE, {"rungs": orjson.dumps(list(rungs)).decode(), "now": now, "most": most}).all()


def add_reminders(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record reminders in this order; one that is recorded already stays as it is."""
    if rows:
        session.execute(_REMINDER, list(rows))


# What was recorded before the base was kept is told by the ladder as it is now.
_OF_CASE = text("""
    SELECT r.at, r.ordinal, r.rung, r.audience, r.since, k.stage, k.due_at,
           COALESCE(r.base, (SELECT l.base FROM reminder_ladder l
                              WHERE l.ladder = CASE k.stage WHEN 'handling' THEN 'handling' ELSE 'stage' END
                                AND l.rung = r.rung)) AS base,
           (SELECT json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name, u.id)
              FROM users u WHERE u.id = ANY(r.whom)) AS people
      FROM case_reminders r
      JOIN case_clocks k ON k.case_id = r.case_id AND k.ordinal = r.ordinal
     WHERE r.case_id = :case
     ORDER BY r.id""")


def reminders_of(session: Session, case_id: UUID) -> Sequence[Row[Any]]:
    """Every reminder of a case, oldest first: (at, ordinal, rung, audience, since, stage, due_at, base, people).

    Shape:  people [{id, name}], None where nobody had the post.
    """
    return session.execute(_OF_CASE, {"case": case_id}).all()


def posts(session: Session, now: datetime) -> list[Post]:
    """Whoever holds a post at an instant that a reminder may go to."""
    grant = GrantRow
    query = (
        select(grant.role, grant.user_id, grant.organization_id, grant.area_code, Organization.area_code)
        .join(User, User.id == grant.user_id)
        .join(Organization, Organization.id == grant.organization_id)
        .where(
            grant.role.in_(["operator", "shift_leader", "dispatcher", "unit_manager", "supervisor"]),
            grant.valid_from <= now,
            (grant.valid_to.is_(None)) | (grant.valid_to > now),
            User.disabled_at.is_(None),
        )
    )
    return [Post(*row) for row in session.execute(query)]


def ended_holds(session: Session, today: date, most: int, without: Sequence[UUID]) -> Sequence[UUID]:
    """Cases on hold whose date has come, the earliest first; locked, those that somebody acts on left out."""
    query = (
        select(Case.id)
        .where(Case.state == "on_hold", Case.hold_until <= today, Case.id.notin_(without))
        .order_by(Case.hold_until, Case.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return session.execute(query).scalars().all()
