"""What exports are: their formats and columns, how long they are kept, how many there are at once."""

from app.core.languages import Language, language_of
from app.exports.rules.columns import COLUMNS, MAP_COLUMNS, Column, Kind
from app.exports.rules.formats import DIRECT_ROWS, MEDIA_TYPES, MOST_ROWS, Format, file_name
from app.exports.rules.keeping import (
    AT_ONCE,
    ATTEMPTS,
    KEPT,
    VERBS,
    Contents,
    ExportStatus,
    percent,
    scope_of,
    told_query,
)

__all__ = [
    "ATTEMPTS",
    "AT_ONCE",
    "COLUMNS",
    "DIRECT_ROWS",
    "KEPT",
    "MAP_COLUMNS",
    "MEDIA_TYPES",
    "MOST_ROWS",
    "VERBS",
    "Column",
    "Contents",
    "ExportStatus",
    "Format",
    "Kind",
    "Language",
    "file_name",
    "language_of",
    "percent",
    "scope_of",
    "told_query",
]
