"""What can go wrong in the console."""

from app.core.errors import Conflict, NotFound


class SavedFilterNotFound(NotFound):
    slug = "saved-filter-not-found"
    title = "No such saved filter"


class TooManySavedFilters(Conflict):
    slug = "too-many-saved-filters"
    title = "No more filters can be saved"
