"""All SQL of statements."""

from app.statements.queries.deliveries import (
    add_delivery,
    change_delivery,
    deliveries_page,
    delivery,
    forget_delivery,
    known_keys,
    outlived,
)
from app.statements.queries.recipients import known_addresses, put_recipients, recipients
from app.statements.queries.register import (
    add_statement,
    change_statement,
    count_of,
    due,
    lock_statements_of,
    remove_statement,
    statement,
    statements_page,
)

__all__ = [
    "add_delivery",
    "add_statement",
    "change_delivery",
    "change_statement",
    "count_of",
    "deliveries_page",
    "delivery",
    "due",
    "forget_delivery",
    "known_addresses",
    "known_keys",
    "lock_statements_of",
    "outlived",
    "put_recipients",
    "recipients",
    "remove_statement",
    "statement",
    "statements_page",
]
