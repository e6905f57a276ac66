"""What the grid does for other features and for its own views, jobs and commands."""

from app.grid.rules.checking import Verdict
from app.grid.rules.index import Located, Place, ZoneName
from app.grid.service.importing import (
    HandedIn,
    LiveGrid,
    accept,
    check_file,
    conclude_import,
    find_import,
    import_file,
    live_grid,
    request_import,
    wanted_of,
)
from app.grid.service.locating import Successor, chain, locate, locate_many, successors
from app.grid.service.reading import MAX_FILE_BYTES, MIXED, Wanted

__all__ = [
    "MAX_FILE_BYTES",
    "MIXED",
    "HandedIn",
    "LiveGrid",
    "Located",
    "Place",
    "Successor",
    "Verdict",
    "Wanted",
    "ZoneName",
    "accept",
    "chain",
    "check_file",
    "conclude_import",
    "find_import",
    "import_file",
    "live_grid",
    "locate",
    "locate_many",
    "request_import",
    "successors",
    "wanted_of",
]
