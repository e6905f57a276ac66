"""Tiles of people on duty: where they are, and from near the trail of the last two hours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.core.disclosure import note_read
from app.tiles.queries import tracks
from app.tiles.queries.layer import Asked, Layer, VectorLayer
from app.tiles.rules.ground import MAX_ZOOM, MIN_ZOOM
from app.tiles.rules.tile import Tile

TRAILS_FROM = 12
# A map asks for the tiles of a trail every few seconds: that somebody looks at it is noted once in this time.
NOTED_FOR = timedelta(hours=1)
WHY = "live map"


@dataclass(frozen=True)
class TrackTile:
    """A tile of trails and officers; drawn once, before it is known whether the caller has it already."""

    tile: Tile
    _drawn: list[bytes] = field(default_factory=list)

    def draw(self, session: Session, principal: Principal, now: datetime) -> None:
        """Draw the tile, and note whose trails are in it."""
        shifts = tracks.running(session, principal)
        data = b""
        if shifts and self.tile.z >= TRAILS_FROM:
            data, seen = tracks.trails(session, shifts, self.tile, now)
            own = {row.id for row in shifts if row.user_id == principal.id}
            assert principal.id is not None, "the verb is for signed-in staff only"
            others = [one for one in seen if one not in own]
            for one in tracks.not_noted(session, others, principal.id, now - NOTED_FOR) if others else ():
                note_read(session, what="track", subject_id=one, why=WHY, user_id=principal.id, now=now)
        self._drawn.append(data + (tracks.officers(session, shifts, self.tile) if shifts else b""))

    @property
    def data(self) -> bytes:
        return self._drawn[0]


def _stamp(session: Session, asked: Asked) -> str:
    del session
    wanted: TrackTile = asked.wanted
    return hashlib.sha256(wanted.data).hexdigest()


def _cut(session: Session, asked: Asked, tile: Tile, coarseness: int) -> bytes:
    del session, tile, coarseness
    wanted: TrackTile = asked.wanted
    return wanted.data


LAYER = Layer(
    name="tracks",
    description="People on duty on the ground of the caller's desk, and where they went in the last two hours",
    inside=(
        VectorLayer(
            "tracks",
            "Trails of running shifts; that they were shown is noted",
            {"user_id": "String", "name": "String", "zone": "String", "shift_id": "String", "started_at": "Number"},
            TRAILS_FROM,
            MAX_ZOOM,
        ),
        VectorLayer(
            "officers",
            "Last positions",
            {"user_id": "String", "name": "String", "zone": "String", "at": "Number"},
            MIN_ZOOM,
            MAX_ZOOM,
        ),
    ),
    public=False,
    stamp=_stamp,
    cut=_cut,
    coarsest=0,
)
