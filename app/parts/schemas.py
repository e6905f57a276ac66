"""Shapes of parts, proposals and files of parts in requests and answers."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from flask_openapi3 import FileStorage
from pydantic import Field, model_validator

from app.catalog.rules import Kind as TypeKind
from app.catalog.schemas import TypeRef
from app.core.paging import PageQuery
from app.core.schemas import Body, Day, Id, Instant, Out, Patch, Path, Query
from app.grid.rules.coordinates import Crs, to_wgs84
from app.grid.schemas import AreaNameOut, Latitude, LocateQuery, Longitude
from app.parts.rules import SETTABLE, PartState
from app.parts.rules.faults import FaultKind
from app.parts.rules.proposals import ProposalKind, ProposalState

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Code = Annotated[str, Field(min_length=1, max_length=40, examples=["3101010102000017"])]
Settable = Literal["intact", "damaged", "missing", "occupied"]
MOST_CORNERS = 1_000
assert {state.value for state in SETTABLE} == {"intact", "damaged", "missing", "occupied"}


class PartPath(Path):
    code: str = Field(min_length=1, max_length=40, pattern=r"^[^\x00]+$", description="Such as 3101010102000017")


class PlaceIn(Body):
    """Where a part stands: a point by `lon` and `lat`, or a line by its corners."""

    lon: Longitude | None = None
    lat: Latitude | None = None
    line: Annotated[list[tuple[Longitude, Latitude]], Field(min_length=2, max_length=MOST_CORNERS)] | None = None
    crs: Crs = Crs.WGS84

    @model_validator(mode="after")
    def _one_of_both(self) -> PlaceIn:
        point = self.lon is not None and self.lat is not None
        if point == (self.line is not None) or (self.lon is None) != (self.lat is None):
            message = "give lon and lat, or line, and not both"
            raise ValueError(message)
        return self

    def wgs84(self) -> list[tuple[float, float]]:
        """The point, or the corners of the line, in WGS 84 (longitude, latitude) degrees."""
        corners = self.line or [(self.lon or 0.0, self.lat or 0.0)]
        return [to_wgs84(lon, lat, self.crs) for lon, lat in corners]


class PartFilterQuery(Query):
    """Which parts are asked for; what is left out does not narrow. Several values are separated by commas."""

    type: str | None = Field(None, max_length=2000, description="Type codes, or exactly scheme|kind|code")
    owner: str | None = Field(None, min_length=1, max_length=80, description="Whose they are, by id or code")
    state: str | None = Field(None, max_length=100, description="States; without any, all but the retired")
    area: str | None = Field(None, max_length=15, pattern=r"^\d+$", description="Code of an area of any level")
    bbox: str | None = Field(None, description="west,south,east,north in degrees, WGS 84")
    q: str | None = Field(None, min_length=1, max_length=100, description="How codes begin, or part of a name")


class PartsQuery(PageQuery, PartFilterQuery):
    """Which parts are listed."""


class NearQuery(Query):
    """How many parts are looked for, and how far."""

    limit: int = Field(5, ge=1, le=20)
    within_m: float = Field(100.0, gt=0, le=500, allow_inf_nan=False, description="How far, metres")


class NearestQuery(NearQuery, LocateQuery):
    """Around which point parts are looked for."""

    type: str | None = Field(None, max_length=2000, description="Type codes, or exactly scheme|kind|code")


class PartCountsQuery(Query):
    area: str | None = Field(None, max_length=15, pattern=r"^\d+$", description="Code of an area of any level")


class NewPartIn(Body):
    """A part. Without a code it gets the next one of its district and type."""

    code: Code | None = None
    type: TypeRef
    owner_id: Id | None = None
    state: Settable = "intact"
    name: Name | None = None
    position: PlaceIn
    surveyed_on: Day | None = None


class PartPatch(Patch):
    """Changes of a part."""

    nullable: ClassVar[frozenset[str]] = frozenset({"owner_id", "name", "surveyed_on"})

    owner_id: Id | None = None
    state: Settable | None = None
    name: Name | None = None
    position: PlaceIn | None = None
    surveyed_on: Day | None = None


class PartTypeOut(Out):
    scheme: str
    kind: TypeKind
    code: str
    name: str


class PartOwnerOut(Out):
    id: Id
    code: str
    name: str


class PartItemOut(Out):
    """A part as lists show it."""

    code: str
    type: PartTypeOut
    owner: PartOwnerOut | None
    state: PartState
    name: str | None
    geometry: dict[str, Any] = Field(description="GeoJSON Point or LineString, WGS 84")
    cell_code: str
    surveyed_on: Day | None
    version: int
    changed_at: Instant
    retired_at: Instant | None


class PartsPage(Out):
    items: list[PartItemOut]
    next_cursor: str | None


class PartOut(PartItemOut):
    """A part with the ground it stands on."""

    areas: list[AreaNameOut] = Field(description="City first")
    created_at: Instant


class NearPartOut(Out):
    code: str
    type: PartTypeOut
    state: PartState
    name: str | None
    distance_m: float
    geometry: dict[str, Any]
    owner: PartOwnerOut | None = Field(None, description="Staff only")


class NearPartsOut(Out):
    items: list[NearPartOut]


class PartTypeCountOut(Out):
    type: PartTypeOut
    count: int
    states: dict[str, int]


class PartCountsOut(Out):
    """How many parts there are, by type, the many first."""

    area: str | None
    total: int
    items: list[PartTypeCountOut]


class ProposedChanges(Body):
    """What else ought to be so."""

    state: Settable | None = None
    name: Name | None = None
    owner_id: Id | None = None


class ProposalIn(Body):
    """A correction of the register, as seen in the field. A client-made `id` makes it safe to send again."""

    id: Id | None = None
    kind: ProposalKind
    part_code: Code | None = None
    type: TypeRef | None = None
    position: PlaceIn | None = None
    changes: ProposedChanges | None = None
    photo_ids: list[Id] = Field(default_factory=list, max_length=20)
    reason: str = Field(min_length=1, max_length=2000, pattern=r"\S")


class AcceptIn(Body):
    code: Code | None = Field(None, description="Of a new part; without it the next one of its district and type")


class RefuseIn(Body):
    reason: str = Field(min_length=1, max_length=2000, pattern=r"\S")


class ProposalPath(Path):
    proposal_id: UUID


class ProposalsQuery(PageQuery):
    state: ProposalState | None = None
    area: str | None = Field(None, max_length=15, pattern=r"^\d+$", description="Code of an area of any level")


class ProposalPersonOut(Out):
    id: Id
    name: str


class ProposalOut(Out):
    id: Id
    kind: ProposalKind
    state: ProposalState
    part_code: str | None
    type: PartTypeOut | None
    changes: dict[str, Any]
    geometry: dict[str, Any] | None
    cell_code: str
    reason: str
    photo_ids: list[Id]
    proposed_by: ProposalPersonOut
    proposed_at: Instant
    decided_by: ProposalPersonOut | None
    decided_at: Instant | None
    decision: str | None = Field(description="Why it was refused")
    before: dict[str, Any] | None = Field(description="The part before it was accepted")
    after: dict[str, Any] | None


class ProposalsPage(Out):
    items: list[ProposalOut]
    next_cursor: str | None


class PartFields(Body):
    """Which column of the file holds what; a column of our own name needs no mention."""

    code: str | None = Field(None, min_length=1, max_length=100)
    type: str | None = Field(None, min_length=1, max_length=100)
    owner: str | None = Field(None, min_length=1, max_length=100)
    state: str | None = Field(None, min_length=1, max_length=100)
    name: str | None = Field(None, min_length=1, max_length=100)
    surveyed_on: str | None = Field(None, min_length=1, max_length=100)
    lon: str | None = Field(None, min_length=1, max_length=100)
    lat: str | None = Field(None, min_length=1, max_length=100)
    wkt: str | None = Field(None, min_length=1, max_length=100)


class PartImportForm(Body):
    """A file of parts and how to read it."""

    file: FileStorage = Field(description="CSV or GeoPackage of at most 512 MiB")
    mode: Literal["merge", "replace"] = Field(
        "merge", description="replace: parts of the file's districts that it does not name are retired"
    )
    scheme: str | None = Field(None, max_length=100, description="Of the types; without it told by the codes' lengths")
    crs: str | None = Field(
        None, max_length=60, description="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; without it the file's own, else wgs84"
    )
    dry_run: bool = Field(default=False, description="Only check")
    fields: PartFields = Field(default=PartFields(), description='JSON: {"code": column, …}')


class PartImportPath(Path):
    import_id: UUID


class PartImportQueuedOut(Out):
    id: Id
    status: Literal["pending"]


class PartFaultOut(Out):
    row: int | None = Field(description="As a spreadsheet numbers it; of a GeoPackage the feature, from 1")
    code: str | None
    kind: FaultKind
    detail: str


class PartImportItemOut(Out):
    """A file of parts and what became of it."""

    id: Id
    status: Literal["pending", "refused", "accepted", "checked"]
    mode: str
    scheme: str | None
    crs: str | None
    dry_run: bool
    file_name: str
    counts: dict[str, int]
    created_by: Id | None
    created_at: Instant
    finished_at: Instant | None


class PartImportOut(PartImportItemOut):
    faults: list[PartFaultOut] = Field(description="The first 1 000; counts has how many of each kind")


class PartImportsPage(Out):
    items: list[PartImportItemOut]
    next_cursor: str | None
