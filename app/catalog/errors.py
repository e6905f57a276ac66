"""What can go wrong with the catalogue."""

from app.core.errors import Invalid, NotFound


class UnknownType(NotFound):
    slug = "unknown-type"
    title = "There is no such type"


class UnknownCondition(NotFound):
    slug = "unknown-condition"
    title = "The type has no such filing condition"


class BadCatalogue(Invalid):
    slug = "bad-catalogue"
    title = "The catalogue has faults"
