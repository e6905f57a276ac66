"""The ground as tiles draw it, computed anew when it changed; until then tiles show what it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.tiles.queries import preparing
from app.tiles.queries.preparing import Live, Stale
from app.tiles.rules.outlines import Drawn, Geometries, bands, label_points

AREAS = "areas"


@dataclass(frozen=True, slots=True)
class Found:
    """Areas that are not drawn as they are now: all that drawing them needs, so that it needs no open transaction."""

    stale: Stale
    live: Live


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be kept of the areas; without `drawn` only names and duty zones changed."""

    found: Found
    digest: str
    drawn: Sequence[Drawn]
    labels: Geometries | None


def find_areas(session: Session) -> Found | None:
    """The areas, where they changed since they were drawn."""
    was = next((one for one in preparing.stale(session) if one.subject == AREAS), None)
    return None if was is None else Found(was, preparing.live(session))


def draw(found: Found) -> Picture:
    """Draw the areas for all zooms; asks nobody and takes a second for 20 000 cells."""
    areas = found.live.areas
    digest = areas.digest()
    if digest == found.stale.digest:
        return Picture(found, digest, (), None)
    return Picture(found, digest, list(bands(areas)), label_points(areas))


def keep(session: Session, picture: Picture, *, now: datetime) -> bool:
    """Let tiles show the picture from the end of this session on; False where somebody else was quicker."""
    was = picture.found.stale
    if preparing.locked(session, AREAS) != was.stamp:
        return False
    if picture.labels is None:
        changed = preparing.rename_areas(session) > 0
    else:
        preparing.replace_areas(session, picture.found.live, picture.drawn, picture.labels)
        changed = True
    preparing.settle(session, was, picture.digest, changed=changed, now=now)
    return True


def prepare_layers(session: Session, *, now: datetime) -> list[str]:
    """Draw base layers anew that changed; their names."""
    done = []
    for was in preparing.stale(session):
        if was.subject != AREAS and preparing.locked(session, was.subject) == was.stamp:
            preparing.replace_layer(session, was.subject)
            preparing.settle(session, was, "", changed=True, now=now)
            done.append(was.subject)
    return done


def prepare_ground(session: Session, *, now: datetime) -> None:
    """Draw everything anew that changed, at once: for commands, after which people look at the map."""
    found = find_areas(session)
    if found is not None:
        keep(session, draw(found), now=now)
    prepare_layers(session, now=now)
