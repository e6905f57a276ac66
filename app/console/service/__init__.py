"""What the console shows and keeps."""

from app.console.service.keeping import (
    change_preferences,
    preferences_of,
    put_saved_filter,
    remove_saved_filter,
    saved_filters_of,
)
from app.console.service.overview import counts_for, overview_for
from app.console.service.searching import search

__all__ = [
    "change_preferences",
    "counts_for",
    "overview_for",
    "preferences_of",
    "put_saved_filter",
    "remove_saved_filter",
    "saved_filters_of",
    "search",
]
