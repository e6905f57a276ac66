"""What can go wrong with a request for figures."""

from app.core.errors import Invalid, NotFound, Unavailable


class BadPeriod(Invalid):
    slug = "bad-period"
    title = "This is no period that can be asked for"


class FiguresNotReady(Unavailable):
    slug = "figures-not-ready"
    title = "The figures are still being counted"


class SubjectNotFound(NotFound):
    slug = "subject-not-found"
    title = "Nobody and nothing of this kind is yours to see"
