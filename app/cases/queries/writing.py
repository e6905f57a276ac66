"""Writing cases and what hangs on them: fixed statements, no entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, bindparam, insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseClock, CasePhoto, CaseReport
from app.core.models import Base, table


def _bound(model: type[Base], what: str) -> Insert:
    """An insert into a table whose bound values are called `what_column`, to stand beside others in one statement."""
    columns = [column for column in table(model).columns if column.computed is None]
    return insert(table(model)).values({column.name: bindparam(f"{what}_{column.name}") for column in columns})


# What comes into being with a case is written in one statement: its row, its first clock, the tie to its report.
_OPENED = _bound(Case, "case").add_cte(_bound(CaseClock, "clock").cte("clock"))
_REPORTED = _OPENED.add_cte(_bound(CaseReport, "report").cte("report"))
_CLOCK = insert(table(CaseClock))
_PHOTO = upsert(table(CasePhoto)).on_conflict_do_nothing()

# The month's partitions are made on its first case; to_regclass answers from the catalogue cache.
_NUMBER = text("""
    SELECT nextval('case_numbers'),
           CASE WHEN to_regclass('event_details_' || to_char(CAST(:month AS date), 'YYYY_MM')) IS NULL
                THEN ensure_case_month(CAST(:month AS date)) END""")


def next_number(session: Session, day: date, month: date) -> str:
    """A fresh case number of this day (`YYYYMMDD-` and a sequence); makes room for the month's events where needed."""
    sequence = session.connection().execute(_NUMBER, {"month": month}).one()[0]
    return f"{day:%Y%m%d}-{sequence:06d}"


def ensure_month(session: Session, day: date) -> None:
    """Make room for the events of the cases opened in this day's month."""
    session.execute(text("SELECT ensure_case_month(CAST(:day AS date))"), {"day": day})


def add_case(
    session: Session, case: Mapping[str, Any], clock: Mapping[str, Any], report: Mapping[str, Any] | None
) -> None:
    """Write a new case with its first clock, tied to the report that opened it where one did."""
    values = {f"case_{name}": value for name, value in case.items()}
    values |= {f"clock_{name}": value for name, value in clock.items()}
    if report is None:
        session.connection().execute(_OPENED, values)
        return
    values |= {f"report_{name}": value for name, value in report.items()}
    session.connection().execute(_REPORTED, values)


def change_case(session: Session, case_id: UUID, values: Mapping[str, Any]) -> None:
    """Write the changed columns of a case that this session has locked."""
    session.execute(update(table(Case)).where(Case.id == case_id).values(dict(values)))


def add_clock(session: Session, values: Mapping[str, Any]) -> None:
    session.execute(_CLOCK, dict(values))


def change_clock(session: Session, clock_id: UUID, values: Mapping[str, Any]) -> None:
    session.execute(update(table(CaseClock)).where(CaseClock.id == clock_id).values(dict(values)))


def move_reports(session: Session, from_case: UUID, to_case: UUID) -> None:
    """The reports of a merged case belong to the other case from now on.

    One that belongs to it already (the cases were split from each other) keeps what its reporter said there.
    """
    session.execute(_DROP_SHARED, {"origin": from_case, "target": to_case})
    session.execute(update(table(CaseReport)).where(CaseReport.case_id == from_case).values(case_id=to_case))


def add_photos(session: Session, case_id: UUID, photo_ids: Sequence[UUID], role: str, seq: int, now: datetime) -> None:
    """Put photos on the case; one that is on it already stays as it came first."""
    if photo_ids:
        rows = [
            {"case_id": case_id, "photo_id": photo, "role": role, "seq": seq, "added_at": now} for photo in photo_ids
        ]
        session.execute(_PHOTO, rows)


def note_on_report(session: Session, case_id: UUID, report_id: UUID, values: Mapping[str, Any]) -> None:
    """What its reporter said about the case: the rating, or that it is not solved."""
    reports = table(CaseReport)
    session.execute(
        update(reports).where(CaseReport.case_id == case_id, CaseReport.report_id == report_id).values(dict(values))
    )


_COPY_REPORTS = text("""
    INSERT INTO case_reports (report_id, case_id, number, reporter_id, source, reported_at)
    SELECT report_id, :target, number, reporter_id, source, reported_at FROM case_reports WHERE case_id = :origin""")
_DROP_SHARED = text("""
    DELETE FROM case_reports r USING case_reports other
     WHERE r.case_id = :origin AND other.case_id = :target AND other.report_id = r.report_id""")
_COPY_PHOTOS = text("""
    INSERT INTO case_photos (case_id, photo_id, role, seq, added_at)
    SELECT :target, photo_id, role, :seq, :now FROM case_photos WHERE case_id = :origin
    ON CONFLICT DO NOTHING""")


def copy_reports_and_photos(session: Session, origin: UUID, target: UUID, now: datetime) -> None:
    """A case that was split off concerns the same reports and shows the same photos."""
    session.execute(_COPY_REPORTS, {"origin": origin, "target": target})
    copy_photos(session, origin, target, 1, now)


def copy_photos(session: Session, origin: UUID, target: UUID, seq: int, now: datetime) -> None:
    """A case shows the photos of another one from its event `seq` on."""
    session.execute(_COPY_PHOTOS, {"origin": origin, "target": target, "seq": seq, "now": now})


def forget_reporter(session: Session, report_id: UUID) -> None:
    """The report stays tied to its cases, its sender does not."""
    session.execute(update(table(CaseReport)).where(CaseReport.report_id == report_id).values(reporter_id=None))
