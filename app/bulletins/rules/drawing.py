"""Charts and maps of a bulletin as SVG, in tenths of a millimetre.

They are printed in grey and read by people who do not see colours: grades become darker as they become worse, and
everything that a colour says stands there as a letter or a number too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import NamedTuple

from app.bulletins.rules.facts import GradeBand, Outline
from app.bulletins.rules.layout import TEXT_MM, em_width

WIDTH_MM = TEXT_MM
TENTHS = 10.0
TEXT, SMALL = 31.0, 24.0
"""Sizes of letters: 9 and 7.5 points."""
FONT = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',sans-serif"
INK, FAINT, EDGE = "#1a1a1a", "#c8c8c8", "#4d4d4d"

SHADES: Mapping[str, str] = MappingProxyType(
    {"green": "#cfe8cf", "blue": "#9cc3e6", "yellow": "#d9a520", "red": "#a8323a", "black": "#262626"}
)
"""The colours of grades, each darker than the one before: in grey 88, 74, 66, 33 and 15 per cent light."""
NO_SHADE = "#ffffff"
DARK = frozenset({"red", "black"})
SERIES = ("#1f5a8c", "#8fb8de", "#d9d9d9")
MARGIN = 8.0
"""Room beside a map for half of its outline."""
LENIENT = 1.15
"""Areas are seldom circles: a name may be so much longer than the largest circle in one."""
BAR, GAP, LABEL = 38.0, 20.0, 520.0
"""Height of a bar, the space below it, and the width of the names beside it."""


class Bar(NamedTuple):
    """A bar: whose, how long, what stands at its end, and its colour by name (None: none)."""

    name: str
    value: float
    said: str
    colour: str | None = None


class Drawing(NamedTuple):
    """A drawing and its height in millimetres; it is `WIDTH_MM` wide."""

    svg: str
    height_mm: float


def shortened(text: str, ems: float) -> str:
    """A text that is at most so wide; the rest is left out, as names are told in full in the tables."""
    if em_width(text) <= ems:
        return text
    cut = text
    while cut and em_width(cut) > ems - 1.0:
        cut = cut[:-1]
    return cut.rstrip() + "…"


def bars(found: Sequence[Bar], *, full: float) -> Drawing:
    """One bar below the other, from nothing to `full`."""
    room = WIDTH_MM * TENTHS - LABEL - 200
    height = len(found) * (BAR + GAP) + 2 * GAP
    parts = [_line(LABEL, GAP / 2, LABEL, height - GAP / 2, EDGE)]
    for place, bar in enumerate(found):
        top = GAP + place * (BAR + GAP)
        long = room * min(max(bar.value / full, 0.0), 1.0) if full else 0.0
        fill = SERIES[0] if bar.colour is None else SHADES.get(bar.colour, NO_SHADE)
        parts += [
            _text(LABEL - 14, top + BAR - 8, shortened(bar.name, (LABEL - 20) / TEXT), anchor="end"),
            _box(LABEL, top, long, BAR, fill),
            _text(LABEL + long + 14, top + BAR - 8, bar.said),
        ]
    return _drawing(parts, height)


def clusters(
    found: Sequence[tuple[str, Sequence[tuple[float, str] | None]]], legend: Sequence[str], *, full: float
) -> Drawing:
    """Groups of bars, such as a rate of this period, of the one before and of the year before; None is left out."""
    room = WIDTH_MM * TENTHS - LABEL - 240
    parts, top = _legend([(name, SERIES[place]) for place, name in enumerate(legend)], GAP), 3 * GAP + BAR
    begin = top
    for name, values in found:
        middle = top + len(values) * BAR * 0.75 / 2 + 10
        parts.append(_text(LABEL - 14, middle, shortened(name, (LABEL - 20) / TEXT), anchor="end"))
        for place, value in enumerate(values):
            if value is not None:
                long = room * min(max(value[0] / full, 0.0), 1.0)
                parts += [
                    _box(LABEL, top, long, BAR * 0.68, SERIES[place]),
                    _text(LABEL + long + 14, top + BAR * 0.68 - 3, value[1], size=SMALL),
                ]
            top += BAR * 0.75
        top += GAP
    parts.append(_line(LABEL, begin - GAP / 2, LABEL, top - GAP / 2, EDGE))
    return _drawing(parts, top)


class Shade(NamedTuple):
    """How an area is shown on a map: its colour (None: nothing to score) and what is written into it."""

    colour: str | None
    name: str
    said: str


def choropleth(
    outlines: Sequence[Outline], shades: Mapping[str, Shade], legend: Sequence[tuple[str, str | None]]
) -> Drawing:
    """A map of areas in the colours of their grades; names where they have room, else what is said, else nothing.

    Shape: `legend` is (text, colour).
    """
    west, north = min(one.west for one in outlines), min(one.north for one in outlines)
    wide, high = max(one.east for one in outlines) - west, max(one.south for one in outlines) - north
    scale = min((WIDTH_MM * TENTHS - MARGIN) / max(wide, 1.0), 1_500.0 / max(high, 1.0))
    left = (WIDTH_MM * TENTHS - wide * scale) / 2
    placed = f"translate({left:.1f} 10) scale({scale:.6f}) translate({-west:.1f} {-north:.1f})"
    parts = [f'<g transform="{placed}" stroke="{EDGE}" stroke-width="{4 / scale:.2f}" stroke-linejoin="round">']
    parts += [
        f'<path d="{escape(one.path)}" fill="{_fill(shades.get(one.code))}" fill-rule="evenodd"/>' for one in outlines
    ]
    parts.append("</g>")
    for one in outlines:
        shade = shades.get(one.code)
        if shade is not None:
            x, y = left + (one.x - west) * scale, 10 + (one.y - north) * scale
            parts += _labelled(x, y, one.room * scale, shade)
    top = high * scale + 60
    known = [(text, SHADES.get(colour or "", NO_SHADE)) for text, colour in legend]
    return _drawing([*parts, *_legend(known, top)], top + BAR + GAP)


def _fill(shade: Shade | None) -> str:
    return NO_SHADE if shade is None else SHADES.get(shade.colour or "", NO_SHADE)


def _labelled(x: float, y: float, room: float, shade: Shade) -> list[str]:
    """A name with what is said below it, as large as there is room for; else only what is said, else nothing."""
    ink = "#ffffff" if shade.colour in DARK else INK
    for size in (TEXT, SMALL):
        if _fits(max(em_width(shade.name), em_width(shade.said) * 0.85) * size, 2.1 * size, room):
            below = size * 0.85
            return [
                _text(x, y - 3, shade.name, anchor="middle", size=size, fill=ink),
                _text(x, y + size * 0.9, shade.said, anchor="middle", size=below, fill=ink),
            ]
    if _fits(em_width(shade.said) * SMALL, SMALL, room):
        return [_text(x, y + 9, shade.said, anchor="middle", size=SMALL, fill=ink)]
    return []


def _fits(wide: float, high: float, room: float) -> bool:
    """Whether a text of this size lies in a circle with this radius, or hardly beyond it."""
    return math.hypot(wide, high) / 2 <= room * LENIENT


def legend_of(grades: Sequence[GradeBand], nothing: str) -> list[tuple[str, str | None]]:
    """The legend of a map of grades: each with its band of points, and what has none."""
    tops = [100.0, *(grade.at_least for grade in grades[:-1])]
    bands = [
        (f"{grade.code}  {grade.at_least:g}–{top:g}", grade.colour) for grade, top in zip(grades, tops, strict=True)
    ]
    return [*bands, (nothing, None)]


def _legend(entries: Sequence[tuple[str, str]], top: float) -> list[str]:
    parts, x = [], 10.0
    for text, fill in entries:
        parts += [_box(x, top, 44, BAR - 8, fill), _text(x + 54, top + BAR - 13, text, size=SMALL)]
        x += 54 + em_width(text) * SMALL + 50
    return parts


def _drawing(parts: Sequence[str], height: float) -> Drawing:
    body = "".join(parts)
    box = f'viewBox="0 0 {WIDTH_MM * TENTHS:g} {height:g}" width="{WIDTH_MM:g}mm" height="{height / TENTHS:g}mm"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="{FONT}">{body}</svg>'
    return Drawing(svg, height / TENTHS)


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: float = TEXT, fill: str = INK) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" fill="{fill}"'
    return f"<text {place}>{escape(text)}</text>"


def _box(x: float, y: float, wide: float, high: float, fill: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"'
    return f'<rect {place} fill="{fill}" stroke="{EDGE}" stroke-width="2"/>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str) -> str:
    return f'<path d="M {x1:.1f} {y1:.1f} L {x2:.1f} {y2:.1f}" stroke="{stroke}" stroke-width="3" fill="none"/>'
