"""Words of cases: found by pairs of letters, as most Chinese words have just two characters."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.cases.models import Case

# As in the index ix_cases_unit_ids_words.
_PAIRS = func.bigrams(Case.description, Case.address)
_LAST = "\U0010ffff"


def contains(words: str) -> ColumnElement[bool]:
    """Whether the description or the address contains these words, whatever their case: asked of each row."""
    columns = (Case.description, Case.address)
    # Ignoring case costs much in every row, and means nothing where there is none, as in Chinese.
    if words.lower() == words.upper():
        return or_(*(column.contains(words, autoescape=True) for column in columns))
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


def says(words: str) -> ColumnElement[bool]:
    """The same, found by the index of words; one letter has no pairs, and is looked for in each row."""
    return contains(words) if len(words) == 1 else and_(_PAIRS.op("@>")(func.bigrams(words)), contains(words))


def begins(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """As a stretch of the index, whatever the collation of the database lets a pattern do."""
    return and_(column >= text, column < text + _LAST)
