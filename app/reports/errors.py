"""What can be wrong with a report."""

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany


class ReportNotFound(NotFound):
    slug = "report-not-found"
    title = "No such report, or not visible to you"


class UnknownTrackingCode(NotFound):
    slug = "unknown-tracking-code"
    title = "No report has this tracking code"


class ReportIdTaken(Conflict):
    slug = "report-id-taken"
    title = "This id belongs to another report"


class PlaceOutsideCity(Invalid):
    slug = "outside-city"
    title = "Outside the city"


class CapturedInFuture(Invalid):
    slug = "captured-in-future"
    title = "The photo's time lies ahead of the server's clock"


class NothingReported(Invalid):
    slug = "nothing-reported"
    title = "A report needs words or a photo"


class IntakeLimit(TooMany):
    slug = "intake-limit"
    title = "Too many reports from here in one hour"


class TooManyPhotosInForm(Invalid):
    slug = "too-many-photos-in-report"
    title = "A report has at most 20 photos"


class SourceNotYours(Forbidden):
    slug = "source-not-yours"
    title = "Your roles may not enter reports of this source"


class SourceNotKnown(NotFound):
    slug = "source-not-known"
    title = "There is no such source"


class CallerNotFound(NotFound):
    slug = "caller-not-found"
    title = "The report has no caller, or not one that you may see"


class CallBackNotFound(NotFound):
    slug = "call-back-not-found"
    title = "No such call-back, or not visible to you"


class CallBackOver(Conflict):
    slug = "call-back-over"
    title = "The call-back is done or no longer due"


class NotTriedEnough(Conflict):
    slug = "not-tried-enough"
    title = "Too few attempts to give up"


class TooManyAttemptsNoted(Conflict):
    slug = "too-many-call-back-attempts"
    title = "The call-back has too many attempts"
