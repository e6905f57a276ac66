"""Base layers of maps: their features, and what is known of each layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

# Rows that are sent to the database at once.
_AT_ONCE = 10_000
_LAYERS = text("""
    SELECT layer, features, source, changed_at FROM base_layers
    WHERE CAST(:layer AS text) IS NULL OR layer = :layer
    ORDER BY array_position(ARRAY['water', 'green', 'roads', 'buildings'], layer)
""")
_LOCK = text("SELECT features FROM base_layers WHERE layer = :layer FOR UPDATE")
_CLEAR = text("DELETE FROM base_features WHERE layer = :layer")
_ADD = text("""
    INSERT INTO base_features (layer, name, class, geom)
    SELECT :layer, name, class, ST_GeomFromWKB(geom, 4326)
    FROM unnest(CAST(:names AS text[]), CAST(:classes AS text[]), CAST(:geoms AS bytea[])) AS given (name, class, geom)
""")
_CHANGED = text("""
    UPDATE base_layers SET stamp = :stamp, features = :features, source = :source, changed_at = :now
    WHERE layer = :layer
""")


class NewFeature(NamedTuple):
    """A feature of a base layer; `geom` as WKB, EPSG:4326, (longitude, latitude)."""

    name: str | None
    class_: str | None
    geom: bytes


def layers(session: Session, layer: str | None = None) -> Sequence[Row[Any]]:
    """Rows (layer, features, source, changed_at) of every base layer, or of this one, in the order of drawing."""
    return session.execute(_LAYERS, {"layer": layer}).all()


def lock_layer(session: Session, layer: str) -> int:
    """How many features a layer has; nobody else changes it until the session ends."""
    found: int = session.execute(_LOCK, {"layer": layer}).scalar_one()
    return found


def clear(session: Session, layer: str) -> None:
    """Remove the features of a layer."""
    session.execute(_CLEAR, {"layer": layer})


def add(session: Session, layer: str, features: Sequence[NewFeature]) -> None:
    """Add features to a layer."""
    for first in range(0, len(features), _AT_ONCE):
        names, classes, geoms = zip(*features[first : first + _AT_ONCE], strict=True)
        given = {"layer": layer, "names": list(names), "classes": list(classes), "geoms": list(geoms)}
        session.execute(_ADD, given)


def changed(session: Session, layer: str, features: int, source: str | None, now: datetime) -> None:
    """Record how many features a layer has now and where the last ones came from; tiles of it are stale."""
    row: Mapping[str, Any] = {"layer": layer, "features": features, "source": source}
    session.execute(_CHANGED, {**row, "stamp": uuid4(), "now": now})
