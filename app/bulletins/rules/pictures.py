"""The maps and charts of a bulletin's annex."""

from __future__ import annotations

from collections.abc import Iterator

from app.bulletins.rules.blocks import Block, Picture
from app.bulletins.rules.drawing import WIDTH_MM, Bar, Drawing, Shade, bars, choropleth, clusters, legend_of
from app.bulletins.rules.facts import Facts, PeerGroup, Standing
from app.bulletins.rules.phrases import Phrases, points
from app.evaluation.rules.indicators import Figure
from app.evaluation.rules.scores import FULL

BARS = 30
"""So many bars are on one picture: it is to fit on a page."""
SHOWN_RATES = ("handled_rate", "on_time_handled_rate", "closed_rate", "rework_rate", "overdue_open_rate")
SHOWN_TYPES = 10


def pictures(facts: Facts, groups: list[tuple[str, PeerGroup]], say: Phrases) -> list[Block]:
    """Maps of areas by grade, scores as bars, the main rates compared, the most frequent types.

    Shape: `groups` with what each is called.
    """
    found: list[Block] = []
    for subject in dict.fromkeys(group.subject for _, group in groups):
        found += _map(facts, [group for _, group in groups if group.subject is subject], say)
    for name, group in groups:
        found += _scores(facts, name, group, say)
    found += _rates(facts, say)
    found += _types(facts, say)
    return found


def _picture(drawing: Drawing, name: str, say: Phrases, **parts: str) -> Picture:
    caption = say.words["captions"][name].format(**parts)
    said = say.words["said"][name].format(**parts)
    return Picture(caption, drawing.svg, WIDTH_MM, drawing.height_mm, said)


def _map(facts: Facts, groups: list[PeerGroup], say: Phrases) -> Iterator[Block]:
    subject = groups[0].subject
    outlines = facts.outlines.get(subject, ())
    if not outlines:
        return
    colours = {grade.code: grade.colour for grade in facts.grades}
    shades = {row.code: _shade(row, colours, say) for group in groups for row in group.rows}
    drawing = choropleth(outlines, shades, legend_of(facts.grades, say.words["no_data"]))
    yield _picture(drawing, "map", say, group=say.words["groups"][subject.value], period=say.period(facts.period))


def _shade(row: Standing, colours: dict[str, str], say: Phrases) -> Shade:
    if row.score is None or row.grade is None:
        return Shade(None, row.name, say.words["no_data"])
    return Shade(colours.get(row.grade), row.name, f"{row.grade} {points(row.score)}")


def _scores(facts: Facts, name: str, group: PeerGroup, say: Phrases) -> Iterator[Block]:
    colours = {grade.code: grade.colour for grade in facts.grades}
    scored = [row for row in group.rows if row.score is not None]
    for first in range(0, len(scored), BARS):
        some = [
            Bar(
                row.name,
                row.score or 0.0,
                f"{points(row.score or 0.0)} {row.grade or ''}",
                colours.get(row.grade or ""),
            )
            for row in scored[first : first + BARS]
        ]
        yield _picture(bars(some, full=FULL), "bars", say, group=name, period=say.period(facts.period))


def _rates(facts: Facts, say: Phrases) -> Iterator[Block]:
    """The main rates; where nothing else was published they stand in the text already."""
    told = zip(say.words["series"], (facts.figures, facts.previous.figures, facts.year_before.figures), strict=True)
    series = {name: figures for name, figures in told if figures}
    if len(series) == 1:
        return
    rows = [
        (
            say.words["indicators"][name],
            [_rate(name, figures.get(name), say) for figures in series.values()],
        )
        for name in SHOWN_RATES
    ]
    yield _picture(clusters(rows, list(series), full=1.0), "rates", say)


def _rate(name: str, figure: Figure | None, say: Phrases) -> tuple[float, str] | None:
    return None if figure is None or figure.value is None else (figure.value, say.value(name, figure))


def _types(facts: Facts, say: Phrases) -> Iterator[Block]:
    most = [one for one in facts.types[:SHOWN_TYPES] if one.filed]
    if most:
        found = [Bar(one.name or say.words["untyped"], one.filed, str(one.filed)) for one in most]
        yield _picture(bars(found, full=max(one.filed for one in most)), "top_types", say)
