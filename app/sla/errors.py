"""What can go wrong with working time."""

from app.core.errors import Invalid, NotFound, Unavailable


class CalendarMissing(Unavailable):
    slug = "calendar-missing"
    title = "The working calendar has not been loaded"


class BadCalendar(Invalid):
    slug = "bad-calendar"
    title = "The calendar cannot be used"


class BadSource(Invalid):
    slug = "bad-source"
    title = "The rule of this source cannot be kept"


class CalendarNotFound(NotFound):
    slug = "calendar-not-found"
    title = "There is no such calendar"
