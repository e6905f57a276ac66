"""What the rest of the house may do with statements."""

from app.statements.queries import forget_delivery as forget
from app.statements.queries import known_keys
from app.statements.service.claiming import claim_due
from app.statements.service.delivering import PREFIX, Attempt, begin, end, finish, note_error
from app.statements.service.keeping import By, asked_of, change, create, find, remove, shown, statements_of
from app.statements.service.log import deliveries_of, file_for, outlived
from app.statements.service.recipients import put_recipients, recipients
from app.statements.service.running import Asked, File, answer_of, as_job, file_of

__all__ = [
    "PREFIX",
    "Asked",
    "Attempt",
    "By",
    "File",
    "answer_of",
    "as_job",
    "asked_of",
    "begin",
    "change",
    "claim_due",
    "create",
    "deliveries_of",
    "end",
    "file_for",
    "file_of",
    "find",
    "finish",
    "forget",
    "known_keys",
    "note_error",
    "outlived",
    "put_recipients",
    "recipients",
    "remove",
    "shown",
    "statements_of",
]
