"""Cities that never were, as facts of a bulletin: with ties, without data, with one district, with sixty units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.bulletins.rules.contents import Order, document_of
from app.bulletins.rules.facts import Comparison, Facts, GradeBand, Outline, PeerGroup, Standing, TypeCount
from app.bulletins.rules.template import template_of
from app.bulletins.service.words import phrases, shipped
from app.evaluation.rules.indicators import INDICATORS, Figure, Form, Subject
from app.evaluation.rules.periods import period_of
from app.evaluation.rules.scores import DEFAULT_GROUP, ranks

GRADES = (
    GradeBand("A", "green", 90),
    GradeBand("B", "blue", 75),
    GradeBand("C", "yellow", 60),
    GradeBand("D", "red", 40),
    GradeBand("E", "black", 0),
)
LONG = "样市城市综合管理和生态环境保护协调服务中心（样市数字化城市管理监督指挥中心）第三责任大队"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def figures(on_time: int, closed: int, due: int, reworked: int = 0, late: int = 0) -> dict[str, Figure]:
    """Every indicator of somebody with so many handlings."""
    numerators = {
        "on_time_handled_rate": on_time,
        "handled_rate": due - late,
        "closed_rate": closed,
        "rework_rate": reworked,
        "overdue_open_rate": late,
    }
    found = {}
    for name, one in INDICATORS.items():
        numerator = numerators.get(name, due // 2)
        if one.form is Form.COUNT:
            found[name] = Figure(due, None, due)
        else:
            found[name] = Figure(numerator, due, numerator / due if due else None)
    return found


def grade(score: float) -> str:
    return next(one.code for one in GRADES if score >= one.at_least)


def peers(subject: Subject, scores: Sequence[tuple[str, float | None]], *, small: Sequence[str] = ()) -> PeerGroup:
    """Subjects with these scores; those with too small a sample are not ranked."""
    ranked = [None if value is None or name in small else Decimal(str(value)) for name, value in scores]
    given = ranks(ranked)
    rows = [
        Standing(
            code=f"{place:06d}",
            name=name,
            score=value,
            grade=None if value is None else grade(value),
            rank=rank,
            tied=rank is not None and given.count(rank) > 1,
            unranked="no_data" if value is None else "sample" if name in small else None,
            minimum_sample=10,
            figures=figures(0, 0, 0) if value is None else figures(80 + place, 90, 100, place, place % 4),
            change=None if place % 3 else 1.25,
            rose=None if place % 3 else -1,
        )
        for place, ((name, value), rank) in enumerate(zip(scores, given, strict=True))
    ]
    rows.sort(key=lambda row: (row.rank or 999, row.code))
    return PeerGroup(subject, DEFAULT_GROUP, None, tuple(rows))


DISTRICTS = (
    ("东城区", 95.5),
    ("西城区", 91.02),
    ("南湖区", 91.02),
    ("北山区", 83.4),
    ("高新区", 72.15),
    ("临港区", 55.0),
    ("滨海新区", 38.66),
    ("云岭县", None),
)


def a_city() -> Facts:
    """A city as they are: a tie, one without data, one with too few cases, overdue units."""
    units = tuple(
        (name, 60.0 + place) for place, name in enumerate(("市环卫中心", "市政养护所", "园林中心", "城管执法队"))
    )
    return Facts(
        period=period_of("2026-10"),
        city="样市",
        revision=1,
        as_of=datetime(2026, 11, 4, 1, 30, tzinfo=UTC),
        sha256="0123456789abcdef" * 4,
        published_on=date(2026, 11, 5),
        figures=figures(911, 737, 972, 18, 61),
        previous=Comparison(figures(700, 600, 800, 20, 30)),
        year_before=Comparison(None),
        groups=(
            peers(Subject.DISTRICT, DISTRICTS),
            peers(Subject.UNIT, (*units, ("档案馆", 80.0)), small=("档案馆",)),
        ),
        grades=GRADES,
        units=(("市环卫中心", 31, 400), ("市政养护所", 30, 300)),
        sources={"inspector": 700, "citizen": 172, "hotline": 100},
        types=(
            TypeCount("暴露垃圾", "matter", 400, 400, 9),
            TypeCount("占道经营", "matter", 300, 300, 9),
            TypeCount("井盖破损", "part", 136, 136, 0),
            TypeCount("路灯故障", "part", 136, 136, 0),
        ),
        outlines={Subject.DISTRICT: squares(8)},
    )


def squares(number: int) -> tuple[Outline, ...]:
    """Areas side by side."""
    found = []
    for place in range(number):
        west, north = place % 4 * 10_000, place // 4 * 8_000
        path = f"M {west} {north} l 10000 0 0 8000 -10000 0 Z"
        box = (west, north, west + 10_000, north + 8_000)
        found.append(Outline(f"{place:06d}", path, west + 5_000, north + 4_000, 4_000, *box))
    return tuple(found)


def many_units(number: int) -> Facts:
    """A city with so many units, some of them with names as long as names are, all of them late with something."""
    scores = [
        (f"{LONG}{place:02d}" if place % 7 == 0 else f"第{place:02d}单位", 99 - place * 1.5) for place in range(number)
    ]
    units = tuple((name, 60 - place, 100) for place, (name, _) in enumerate(scores))
    facts = a_city()
    return replace(facts, groups=(facts.groups[0], peers(Subject.UNIT, scores)), units=units)


def document(facts: Facts, language: str = "zh-CN", **changed: object):
    """The contents of a bulletin by the texts that came with the product."""
    template = template_of({**shipped(language), **changed})
    return document_of(facts, template, phrases(language, SHANGHAI), Order(language, 8, date(2026, 11, 6)))
