"""What can be wrong with shifts and positions."""

from app.core.errors import Conflict, Invalid, NotFound


class NotOnShift(Conflict):
    """Positions are taken from people on shift only."""

    slug = "not-on-shift"
    title = "You are not on shift"


class ShiftOpen(Conflict):
    """Facts: ``shift_id`` and ``zone_code`` of the shift that is open."""

    slug = "shift-open"
    title = "You are on shift already"


class ShiftIdTaken(Conflict):
    """The client's id belongs to another shift; whose it is, is not said."""

    slug = "shift-id-taken"
    title = "This id belongs to another shift"


class ShiftNotFound(NotFound):
    """There is none with this id, or it is not the caller's to see."""

    slug = "shift-not-found"
    title = "No such shift, or not visible to you"


class PositionInFuture(Invalid):
    """The position that a shift begins with lies ahead of the server's clock."""

    slug = "position-in-future"
    title = "The position lies in the future"


class BadDutyTerms(Invalid):
    """A time that would leave people no time to answer, or keep their tracks for ever."""

    slug = "bad-duty-terms"
    title = "The terms of duty cannot be like this"


class UnknownShiftZone(Invalid):
    """The body names a duty zone that is not there: the input is wrong, not the address."""

    slug = "unknown-shift-zone"
    title = "There is no such duty zone"
