"""What the grid does for other features and for its own views, jobs and commands."""

from app.grid.queries.imports import lock_grid
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
from app.grid.service.repairing import repair_file, write_areas
from app.grid.service.zones import (
    BaseLine,
    NewZone,
    ZonePerson,
    change_zone_people,
    find_duty_zone,
    people_of_zone,
    put_duty_zone,
    replace_base_layer,
    zones_of_person,
)

__all__ = [
    "MAX_FILE_BYTES",
    "MIXED",
    "BaseLine",
    "HandedIn",
    "LiveGrid",
    "Located",
    "NewZone",
    "Place",
    "Successor",
    "Verdict",
    "Wanted",
    "ZoneName",
    "ZonePerson",
    "accept",
    "chain",
    "change_zone_people",
    "check_file",
    "conclude_import",
    "find_duty_zone",
    "find_import",
    "import_file",
    "live_grid",
    "locate",
    "locate_many",
    "lock_grid",
    "people_of_zone",
    "put_duty_zone",
    "repair_file",
    "replace_base_layer",
    "request_import",
    "successors",
    "wanted_of",
    "write_areas",
    "zones_of_person",
]
