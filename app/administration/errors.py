"""What can be wrong with a table that was handed in."""

from app.core.errors import Invalid, NotFound, Stale, TooLarge, Unavailable


class UnknownTable(NotFound):
    slug = "unknown-table"
    title = "There is no such table"


class UnreadableTable(Invalid):
    """The file is no table at all: nothing in it can be pointed to."""

    slug = "unreadable-table"
    title = "The file cannot be read as a table"


class TableRefused(Invalid):
    """Facts: ``table``, ``rows`` and ``faults`` with the row, the column and the reason of each."""

    slug = "table-refused"
    title = "The table has faults: nothing was changed"


class TableChanged(Stale):
    slug = "table-changed"
    title = "The table changed since it was exported"


class TableTooLarge(TooLarge):
    slug = "table-too-large"
    title = "The file is too large"


class TablesBusy(Unavailable):
    slug = "tables-busy"
    title = "Too many workbooks are being read"
