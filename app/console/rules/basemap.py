"""The tiles that somebody else draws under the maps, and what a page may ask for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

Kind = Literal["tianditu", "amap", "xyz"]
_RANGE = re.compile(r"\{(\d)-(\d)\}")


class HasBasemap(Protocol):
    """The settings that say which tiles there are."""

    @property
    def basemap_url(self) -> str: ...
    @property
    def basemap_crs(self) -> str: ...
    @property
    def basemap_attribution(self) -> str: ...
    @property
    def basemap_max_zoom(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Basemap:
    """Tiles of somebody else: their kind, what they are drawn in, where they lie."""

    kind: Kind
    crs: str
    tiles: tuple[str, ...]
    attribution: str
    max_zoom: int


def basemap_of(settings: HasBasemap) -> Basemap | None:
    """The basemap that the settings name, or None where maps show only what the city has."""
    if not settings.basemap_url:
        return None
    tiles = addresses(settings.basemap_url)
    host = urlsplit(tiles[0]).hostname or ""
    return Basemap(_kind(host), settings.basemap_crs, tiles, settings.basemap_attribution, settings.basemap_max_zoom)


def addresses(template: str) -> tuple[str, ...]:
    """A template with a range of servers as one address for each of them.

    Example:
        >>> addresses("https://t{0-2}.example/{z}/{x}/{y}.png")[2]
        'https://t2.example/{z}/{x}/{y}.png'
        >>> addresses("https://tiles.example/{z}/{x}/{y}.png")
        ('https://tiles.example/{z}/{x}/{y}.png',)
    """
    found = _RANGE.search(template)
    if found is None:
        return (template,)
    first, last = sorted((int(found[1]), int(found[2])))
    return tuple(f"{template[: found.start()]}{number}{template[found.end() :]}" for number in range(first, last + 1))


def basemap_origins(settings: HasBasemap) -> tuple[str, ...]:
    """The origins that pages with maps must be allowed to fetch from, for their Content-Security-Policy."""
    basemap = basemap_of(settings)
    if basemap is None:
        return ()
    parts = [urlsplit(tile) for tile in basemap.tiles]
    return tuple(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))


def _kind(host: str) -> Kind:
    known: dict[str, Kind] = {"tianditu.gov.cn": "tianditu", "autonavi.com": "amap", "amap.com": "amap"}
    return next((kind for name, kind in known.items() if host == name or host.endswith(f".{name}")), "xyz")
