"""Working calendars for tests."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from app.sla import service
from app.sla.rules import Calendar

PUBLISHED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def city_calendar(session: Session) -> Calendar:
    """The default calendar `city`: Asia/Shanghai, 8–12 and 14–18, Chinese holidays."""
    return service.ensure_calendar(session, now=PUBLISHED_AT)


def a_calendar(session: Session, code: str = "berlin", tz: str = "Europe/Berlin", holidays: str = "DE-BE") -> Calendar:
    """Another city's calendar with the same hours."""
    return service.set_calendar(session, service.Definition(code=code, tz=tz, holidays=holidays), now=PUBLISHED_AT)


def a_day_off(session: Session, day: date, note: str = "防汛应急，全市停工一天") -> Calendar:
    """The default calendar with one more day off."""
    return service.set_correction(session, service.Correction(day, False, note), now=PUBLISHED_AT)
