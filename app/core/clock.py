"""The one place that reads the machine's clock. Services and rules take ``now`` as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def to_rfc3339(instant: datetime) -> str:
    """An instant as clients get it: UTC with ``Z``, microseconds only where there are any.

    Raises: ValueError for a naive datetime.
    """
    if instant.tzinfo is None:
        message = "an instant needs a time zone"
        raise ValueError(message)
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
