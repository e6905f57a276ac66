"""What can go wrong with a request for figures."""

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class BadPeriod(Invalid):
    slug = "bad-period"
    title = "This is no period that can be asked for"


class FiguresNotReady(Unavailable):
    slug = "figures-not-ready"
    title = "The figures are still being counted"


class SubjectNotFound(NotFound):
    slug = "subject-not-found"
    title = "Nobody and nothing of this kind is yours to see"


class TooManyCases(Invalid):
    slug = "too-many-cases"
    title = "More cases stand behind this number than one answer lists"


class BadDefinition(Invalid):
    slug = "bad-definition"
    title = "By this definition nothing can be scored"


class DefinitionNotFound(NotFound):
    slug = "definition-not-found"
    title = "There is no such version of the definition"


class PeriodNotOver(Conflict):
    slug = "period-not-over"
    title = "This period is not over for long enough"


class PeriodNotReady(Conflict):
    slug = "period-not-ready"
    title = "The period is not where this step begins"


class SameReviewer(Forbidden):
    slug = "same-reviewer"
    title = "Whoever reviewed a period does not publish it"


class RevisionNotFound(NotFound):
    slug = "revision-not-found"
    title = "This period was never published under this revision"


class WholeCityOnly(Forbidden):
    slug = "whole-city-only"
    title = "This is for those whose ground is the whole city"


class NotPublic(NotFound):
    slug = "not-public"
    title = "This ranking is not public"
