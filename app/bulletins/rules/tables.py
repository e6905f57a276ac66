"""The tables of a bulletin's annexes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from app.bulletins.rules.blocks import Align, Block, Paragraph, Role, Table
from app.bulletins.rules.facts import Facts, PeerGroup, Standing
from app.bulletins.rules.phrases import Phrases, points
from app.bulletins.rules.template import RATES
from app.evaluation.rules.indicators import Figure
from app.evaluation.rules.scores import number, rounded

MOST_TYPES = 20
RANKED_RATES = ("on_time_handled_rate", "closed_rate", "rework_rate")
LEFT, CENTRE, RIGHT = Align.LEFT, Align.CENTRE, Align.RIGHT


def ranking(group: PeerGroup, caption: str, say: Phrases) -> Table:
    """The subjects of a peer group, the first ones first."""
    names = ("rank", "name", "score", "grade", "change", "rose", "due", *RANKED_RATES, "overdue_open")
    return Table(
        caption,
        _heads(names, say),
        [_ranked(row, say) for row in group.rows],
        (9, 21, 10, 7, 11, 8, 9, 12, 12, 12, 10),
        (CENTRE, LEFT, RIGHT, CENTRE, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT),
    )


def _ranked(row: Standing, say: Phrases) -> list[str]:
    nothing, none = say.words["no_data"], say.words["none"]
    rank = none if row.rank is None else say.words["tied_rank"].format(rank=row.rank) if row.tied else str(row.rank)
    return [
        rank,
        row.name,
        nothing if row.score is None else points(row.score),
        row.grade or none,
        none if row.change is None else f"{rounded(Fraction(number(row.change))):+}",
        none if row.rose is None else f"{row.rose:+}" if row.rose else "0",
        str(row.figures["handled_rate"].denominator or 0),
        *(say.value(name, row.figures[name]) for name in RANKED_RATES),
        str(row.figures["overdue_open_rate"].numerator or 0),
    ]


def indicators(facts: Facts, say: Phrases) -> list[Block]:
    """The figures of the whole city, and how they compare."""
    names = ("indicator", "now", "counted", "previous", "previous_change", "year_before", "year_change")
    rows = [_indicator(name, facts, say) for name in ("reports", "filed", *RATES) if name in facts.figures]
    aligned = (LEFT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT)
    table = Table(say.words["captions"]["indicators"], _heads(names, say), rows, (26, 14, 18, 14, 13, 14, 13), aligned)
    return [table, Paragraph(say.words["notes"]["changes"], Role.NOTE)]


def _indicator(name: str, facts: Facts, say: Phrases) -> list[str]:
    now = facts.figures[name]
    row = [say.words["indicators"][name], say.value(name, now), _counted(now, say)]
    for other in (facts.previous, facts.year_before):
        before = None if other.figures is None else other.figures.get(name)
        row += [say.value(name, before), say.difference(name, now, other)]
    return row


def _counted(figure: Figure, say: Phrases) -> str:
    """What a figure was made of; a number is made of itself."""
    return str(say.words["none"]) if figure.denominator is None else f"{figure.numerator}/{figure.denominator}"


def overdue(facts: Facts, say: Phrases) -> list[Block]:
    """Units with handlings that were due and are not done."""
    if not facts.units:
        return [Paragraph(say.words["no_overdue"], Role.NOTE)]
    rows = [
        [str(place), name, str(due), str(late), say.of(late, due)]
        for place, (name, late, due) in enumerate(facts.units, 1)
    ]
    heads = _heads(("number", "unit", "due", "overdue_open", "overdue_rate"), say)
    return [
        Table(say.words["captions"]["overdue"], heads, rows, (8, 40, 14, 16, 18), (CENTRE, LEFT, RIGHT, RIGHT, RIGHT))
    ]


def compositions(facts: Facts, say: Phrases) -> list[Block]:
    """What was filed by source and by type."""
    whole = sum(facts.sources.values())
    if not whole and not facts.types:
        return [Paragraph(say.words["no_filed"], Role.NOTE)]
    by_source = [[say.source(code), str(filed), say.of(filed, whole)] for code, filed in facts.sources.items()]
    captions = say.words["captions"]
    return [
        Table(
            captions["sources"],
            _heads(("source", "filed", "share"), say),
            by_source,
            (50, 25, 25),
            (LEFT, RIGHT, RIGHT),
        ),
        Table(
            captions["types"],
            _heads(("number", "kind", "type", "filed", "share", "due", "reworked"), say),
            _types(facts, whole, say),
            (8, 14, 34, 12, 13, 12, 12),
            (CENTRE, LEFT, LEFT, RIGHT, RIGHT, RIGHT, RIGHT),
        ),
    ]


def _types(facts: Facts, whole: int, say: Phrases) -> list[list[str]]:
    """The types with the most cases; the rest together."""
    shown, rest = facts.types[:MOST_TYPES], facts.types[MOST_TYPES:]
    rows = [
        [str(place), say.kind(one.kind), one.name or say.words["untyped"], *_numbers((one,), whole, say)]
        for place, one in enumerate(shown, 1)
    ]
    if rest:
        rows.append([say.words["none"], "", say.words["others"].format(n=len(rest)), *_numbers(rest, whole, say)])
    return rows


def _numbers(found: Sequence[object], whole: int, say: Phrases) -> list[str]:
    filed, due, reworked = (sum(getattr(one, name) for one in found) for name in ("filed", "due", "reworked"))
    return [str(filed), say.of(filed, whole), str(due), str(reworked)]


def _heads(names: Sequence[str], say: Phrases) -> list[str]:
    return [say.words["heads"][name] for name in names]
