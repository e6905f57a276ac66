"""What can go wrong with the catalogue."""

from app.core.errors import Conflict, Invalid, NotFound


class UnknownType(NotFound):
    slug = "unknown-type"
    title = "There is no such type"


class UnknownCondition(NotFound):
    slug = "unknown-condition"
    title = "The type has no such filing condition"


class BadCatalogue(Invalid):
    slug = "bad-catalogue"
    title = "The catalogue has faults"


class ConditionRetired(Conflict):
    slug = "condition-retired"
    title = "The filing condition is not in force any more"


class LastCondition(Conflict):
    slug = "last-condition"
    title = "It is the type's only filing condition"


class ConditionRowTaken(Conflict):
    slug = "condition-row-taken"
    title = "Another filing condition of the type has this row"
