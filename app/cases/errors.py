"""What can be wrong with an action on a case."""

from app.core.errors import Conflict, Forbidden, Invalid, NotFound


class IllegalMove(Conflict):
    """Facts: ``state`` and ``possible`` actions; ``because`` names the conditions of the case that do not hold."""

    slug = "illegal-move"
    title = "This action is not possible now"


class NotYourMove(Forbidden):
    """Facts: ``state``, ``action``, and ``who`` may do it."""

    slug = "not-your-move"
    title = "Somebody else has to do this"


class FactMissing(Invalid):
    """Facts: ``missing`` names what has to be brought; the faults point into the body."""

    slug = "fact-missing"
    title = "Something that the action needs is missing"


class CaseNotFound(NotFound):
    """There is none with this number, or the caller's grants do not cover it."""

    slug = "case-not-found"
    title = "No such case, or not visible to you"


class TaskNotFound(NotFound):
    """There is none with this id that the caller was ever asked."""

    slug = "task-not-found"
    title = "You have no such task"


class TaskClosed(Conflict):
    """Facts: ``outcome`` of the task."""

    slug = "task-closed"
    title = "This task is closed"


class TypeNotKnown(Invalid):
    """The body names a type that is not there: the input is wrong, not the address."""

    slug = "unknown-type"
    title = "There is no such type"


class ConditionNotKnown(Invalid):
    """The body names a filing condition that its type does not have."""

    slug = "unknown-condition"
    title = "The type has no such filing condition"


class NotInBulk(Invalid):
    """An action, or an input, that belongs to one case."""

    slug = "not-in-bulk"
    title = "This is done to one case at a time"


class RecalculationRunning(Conflict):
    slug = "recalculation-running"
    title = "Deadlines are being recalculated already"


class BadLadder(Invalid):
    slug = "bad-ladder"
    title = "The ladder of reminders cannot be like this"


class BadFilter(Invalid):
    slug = "bad-filter"
    title = "The filter cannot be understood"
