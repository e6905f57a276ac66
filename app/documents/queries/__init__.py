"""All SQL of papers."""

from app.documents.queries.register import (
    DocumentFilter,
    add_document,
    change_kind,
    document_page,
    find_document,
    kind_of,
    kinds,
    lock_document,
    next_serial,
    note,
    papers_of,
)
from app.documents.queries.surroundings import surroundings
from app.documents.queries.told import Names, names_of, organization, reminders_of, specimen_number

__all__ = [
    "DocumentFilter",
    "Names",
    "add_document",
    "change_kind",
    "document_page",
    "find_document",
    "kind_of",
    "kinds",
    "lock_document",
    "names_of",
    "next_serial",
    "note",
    "organization",
    "papers_of",
    "reminders_of",
    "specimen_number",
    "surroundings",
]
