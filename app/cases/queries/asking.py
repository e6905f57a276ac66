"""Who could be asked to look at a case, who was, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, null, select, text, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cases.models import Case, CaseTask
from app.cases.rules.asking import Candidate
from app.core.ids import new_id
from app.core.models import table

_TASKS = table(CaseTask)
_COLUMNS = [column for column in Case.__table__.c if column.name != "geom"]

# Those on shift anywhere, and those of the duty zone who are not; of both those whose grant covers the cell.
_CANDIDATES = text("""
    WITH people AS (
        SELECT s.user_id, true AS on_shift, s.lon, s.lat, s.position_at, s.zone_code
          FROM shifts s WHERE s.ended_at IS NULL
        UNION ALL
        SELECT DISTINCT p.user_id, false, NULL::float8, NULL::float8, NULL::timestamptz, NULL
          FROM duty_zone_people p
         WHERE p.zone_code = :zone AND p.valid_from <= :now AND (p.valid_to IS NULL OR p.valid_to > :now)
           AND NOT EXISTS (SELECT FROM shifts s WHERE s.user_id = p.user_id AND s.ended_at IS NULL))
    SELECT u.id, p.on_shift,
           CASE WHEN p.position_at >= CAST(:now AS timestamptz) - make_interval(secs => d.position_fresh_s)
                THEN ST_DistanceSphere(ST_MakePoint(p.lon, p.lat), ST_MakePoint(:lon, :lat)) END AS distance_m,
           CASE WHEN p.zone_code IS NOT NULL THEN p.zone_code IS NOT DISTINCT FROM :zone
                ELSE u.id IN (SELECT z.user_id FROM duty_zone_people z
                               WHERE z.zone_code = :zone AND z.valid_from <= :now
                                 AND (z.valid_to IS NULL OR z.valid_to > :now)) END AS in_zone,
           (SELECT count(*) FROM case_tasks t WHERE t.assignee_id = u.id AND t.closed_at IS NULL) AS load,
           u.id IN (SELECT v.assignee_id FROM case_tasks v
                     WHERE v.case_id = :case AND v.kind = 'verify'
                       AND (:kind = 'verify' OR coalesce(v.outcome, 'done') = 'done')) AS took_part
      FROM people p
      JOIN users u ON u.id = p.user_id AND u.disabled_at IS NULL
     CROSS JOIN duty_terms d
     WHERE EXISTS (SELECT FROM grants g
                    WHERE g.user_id = u.id AND g.role = 'inspector' AND starts_with(:cell, g.area_code)
                      AND g.valid_from <= :now AND (g.valid_to IS NULL OR g.valid_to > :now))""")


def candidates(session: Session, found: Mapping[str, Any], kind: str, now: datetime) -> list[Candidate]:
    """Inspectors who could be asked about a case: everybody on shift, and those of its duty zone.

    Shape: `found` is the case's row; in no order.
    """
    values = {
        "case": found["id"],
        "kind": kind,
        "zone": found["zone_code"],
        "cell": found["current_cell"],
        "lon": found["lon"],
        "lat": found["lat"],
        "now": now,
    }
    return [Candidate(*row) for row in session.execute(_CANDIDATES, values)]


_LEAST_BUSY = text("""
    SELECT u.id FROM users u
     WHERE u.disabled_at IS NULL AND u.id <> ALL (CAST(:without AS uuid[]))
       AND EXISTS (SELECT FROM grants g
                    WHERE g.user_id = u.id AND g.role = 'inspector' AND starts_with(:cell, g.area_code)
                      AND g.valid_from <= :now AND (g.valid_to IS NULL OR g.valid_to > :now))
     ORDER BY (SELECT count(*) FROM case_tasks t WHERE t.assignee_id = u.id AND t.closed_at IS NULL), u.id
     LIMIT 1""")


def least_busy(session: Session, cell: str, without: Collection[UUID], now: datetime) -> UUID | None:
    """The inspector with the fewest open tasks among all whose grant covers a cell."""
    values = {"cell": cell, "without": [str(one) for one in without], "now": now}
    return session.execute(_LEAST_BUSY, values).scalar()


# Where nobody finished it yet, or whoever did was erased, there is nobody to leave out.
_FINISHER = text("""
    SELECT CAST(d.details -> 'actor' ->> 'id' AS uuid)
      FROM case_events e JOIN event_details d USING (case_month, case_id, seq)
     WHERE e.case_month = :month AND e.case_id = :case AND e.action = 'finish'
     ORDER BY e.seq DESC LIMIT 1""")


def finisher(session: Session, found: Mapping[str, Any]) -> UUID | None:
    """Who said last that the work on a case is done."""
    return session.execute(_FINISHER, {"month": found["case_month"], "case": found["id"]}).scalar()


def asked_since(session: Session, case_id: UUID, kind: str, since: datetime) -> Sequence[UUID]:
    """Who was asked this about a case since an instant."""
    query = select(CaseTask.assignee_id).where(CaseTask.case_id == case_id, CaseTask.kind == kind)
    return session.execute(query.where(CaseTask.created_at >= since)).scalars().all()


# An offer waits for an answer only while its inspector is on shift; the time for it is the city's.
_ADD_TASK = text("""
    INSERT INTO case_tasks (id, case_id, kind, assignee_id, created_at, suggested, offered_at, accepted_at, expires_at)
    VALUES (:id, :case_id, :kind, :assignee_id, :created_at, :suggested, :offered_at, :accepted_at,
            CASE WHEN :suggested THEN (
                SELECT CAST(:created_at AS timestamptz) + make_interval(secs => d.answer_within_s)
                  FROM duty_terms d, shifts s WHERE s.user_id = :assignee_id AND s.ended_at IS NULL) END)""")


def add_task(session: Session, values: Mapping[str, Any]) -> None:
    """Write that somebody is asked: case_id, kind, assignee_id, created_at, suggested, offered_at, accepted_at."""
    session.execute(_ADD_TASK, {"id": new_id(), **values})


def close_tasks(session: Session, case_id: UUID, now: datetime, *kinds: str, done_by: UUID | None = None) -> None:
    """Close the case's open tasks, of these kinds or all; who did what they were asked has accepted it by that."""
    mine = _TASKS.c.assignee_id == done_by
    statement = update(_TASKS).where(_TASKS.c.case_id == case_id, _TASKS.c.closed_at.is_(None))
    if kinds:
        statement = statement.where(_TASKS.c.kind.in_(kinds))
    values = {
        "closed_at": now,
        "outcome": case((mine, "done"), else_="superseded"),
        "accepted_at": case((mine, func.coalesce(_TASKS.c.accepted_at, now)), else_=_TASKS.c.accepted_at),
    }
    session.execute(statement.values(values))


def end_offer(session: Session, task_id: UUID, values: Mapping[str, Any]) -> None:
    """Change a task that this session has locked."""
    session.execute(update(_TASKS).where(_TASKS.c.id == task_id).values(dict(values)))


def own_task(session: Session, task_id: UUID, user_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """A task of this person, open or closed; None where there is none."""
    query = select(_TASKS).where(_TASKS.c.id == task_id, _TASKS.c.assignee_id == user_id)
    return session.execute(query.with_for_update() if lock else query).one_or_none()


def unanswered(session: Session, now: datetime, most: int, without: Sequence[UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Offers whose time has passed with their cases, the most urgent first: task_id, kind, … and the case's columns.

    Both rows are locked, the case first as every action does; what somebody else is busy with is left out.
    """
    offer = (
        CaseTask.id.label("task_id"),
        CaseTask.kind.label("kind"),
        CaseTask.created_at.label("asked_at"),
        CaseTask.offered_at.label("offered_at"),
        CaseTask.outcome.label("task_outcome"),
    )
    query = (
        select(*_COLUMNS, *offer)
        .join(CaseTask, CaseTask.case_id == Case.id)
        .where(
            CaseTask.expires_at <= now,
            CaseTask.accepted_at.is_(None),
            CaseTask.closed_at.is_(None),
            CaseTask.id.notin_(without),
        )
        .order_by(Case.supervised.desc(), Case.due_at.nulls_last(), Case.id, CaseTask.id)
        .limit(most)
        .with_for_update(of=[Case.__table__, _TASKS], key_share=True, skip_locked=True)
    )
    return session.execute(query).all()


_WAIT = text("""
    UPDATE case_tasks SET expires_at = CAST(:now AS timestamptz) + make_interval(
               secs => (SELECT answer_within_s FROM duty_terms))
     WHERE id = :task""")


def keep_waiting(session: Session, task_id: UUID, now: datetime) -> None:
    """There is nobody else to ask: the offer stays where it is, and its time begins anew."""
    session.execute(_WAIT, {"task": task_id, "now": now})


_ON_SHIFT = text("""
    UPDATE case_tasks SET expires_at = CAST(:now AS timestamptz) + make_interval(
               secs => (SELECT answer_within_s FROM duty_terms))
     WHERE assignee_id = :user AND closed_at IS NULL AND suggested AND accepted_at IS NULL AND expires_at IS NULL""")


def await_answers(session: Session, user_id: UUID, now: datetime) -> None:
    """Somebody is on shift from now on: what they were offered meanwhile waits for their answer."""
    session.execute(_ON_SHIFT, {"user": user_id, "now": now})


def expire_offers(session: Session, user_id: UUID, now: datetime) -> None:
    """Somebody left their shift: what they did not accept can be offered to others at once."""
    mine = (_TASKS.c.assignee_id == user_id, _TASKS.c.closed_at.is_(None), _TASKS.c.accepted_at.is_(None))
    statement = update(_TASKS).where(*mine, _TASKS.c.expires_at > now)
    session.execute(statement.values(expires_at=now))


def tasks_of(session: Session, case_id: UUID) -> Sequence[Row[Any]]:
    """Who was asked about a case, with their names, in the order of asking."""
    query = select(_TASKS, User.name.label("assignee_name")).join(User, User.id == _TASKS.c.assignee_id)
    query = query.where(_TASKS.c.case_id == case_id).order_by(_TASKS.c.created_at, _TASKS.c.id)
    return session.connection().execute(query).all()


def accept_task(session: Session, task_id: UUID, now: datetime) -> None:
    """The person will do it; a refusal of before is taken back."""
    values = {"accepted_at": func.coalesce(_TASKS.c.accepted_at, now), "outcome": null(), "reason": null()}
    session.execute(update(_TASKS).where(_TASKS.c.id == task_id).values(values))
