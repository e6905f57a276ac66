"""What can go wrong with a statement."""

from app.core.errors import Conflict, Forbidden, Gone, Invalid, NotFound


class StatementNotFound(NotFound):
    slug = "statement-not-found"
    title = "There is no such statement of yours"


class BadStatement(Invalid):
    slug = "bad-statement"
    title = "By this definition no statement can be made"


class TooManyStatements(Conflict):
    slug = "too-many-statements"
    title = "You keep as many statements as one person may"


class NotItsOwner(Forbidden):
    slug = "not-its-owner"
    title = "A statement is its owner's"


class StatementFileGone(Gone):
    slug = "statement-file-gone"
    title = "This delivery has no file for you"
