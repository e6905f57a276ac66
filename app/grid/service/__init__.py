"""What the grid does for other features and for its own views, jobs and commands."""

from app.grid.queries.imports import lock_grid
from app.grid.rules.checking import Verdict
from app.grid.rules.index import Located, Place, ZoneName
from app.grid.service.base_layers import (
    BaseLine,
    BaseOrder,
    clear_base_layer,
    import_base_layer,
    read_base_layer,
    replace_base_layer,
)
from app.grid.service.files import MAX_FILE_BYTES
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
from app.grid.service.reading import MIXED, Wanted
from app.grid.service.repairing import repair_file, write_areas
from app.grid.service.zones import (
    NewZone,
    ZonePerson,
    change_duty_zone,
    change_zone_people,
    create_duty_zone,
    find_duty_zone,
    people_of_zone,
    put_duty_zone,
    retire_duty_zone,
    who_answers,
    zones_of_person,
)

__all__ = [
    "MAX_FILE_BYTES",
    "MIXED",
    "BaseLine",
    "BaseOrder",
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
    "change_duty_zone",
    "change_zone_people",
    "check_file",
    "clear_base_layer",
    "conclude_import",
    "create_duty_zone",
    "find_duty_zone",
    "find_import",
    "import_base_layer",
    "import_file",
    "live_grid",
    "locate",
    "locate_many",
    "lock_grid",
    "people_of_zone",
    "put_duty_zone",
    "read_base_layer",
    "repair_file",
    "replace_base_layer",
    "request_import",
    "retire_duty_zone",
    "successors",
    "wanted_of",
    "who_answers",
    "write_areas",
    "zones_of_person",
]
