"""A period that never was, on which texts are tried before they are kept: with ties, no data, something overdue."""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.bulletins.rules.facts import Comparison, Facts, GradeBand, PeerGroup, Standing, TypeCount
from app.evaluation.rules.indicators import INDICATORS, Figure, Form, Subject
from app.evaluation.rules.periods import period_of
from app.evaluation.rules.scores import DEFAULT_GROUP

SAMPLE, DUE = 10, 972


def sample_facts() -> Facts:
    """What texts are tried on."""
    figures = {name: _figure(one.form) for name, one in INDICATORS.items()}
    return Facts(
        period=period_of("2026-10"),
        city="样市",
        revision=1,
        as_of=datetime(2026, 11, 4, 1, tzinfo=UTC),
        sha256="0" * 64,
        published_on=date(2026, 11, 5),
        figures=figures,
        previous=Comparison(figures),
        year_before=Comparison(None),
        groups=tuple(PeerGroup(kind, DEFAULT_GROUP, None, _rows(figures)) for kind in (Subject.DISTRICT, Subject.UNIT)),
        grades=(GradeBand("A", "green", 90), GradeBand("E", "black", 0)),
        units=(("丙", 61, DUE),),
        sources={"inspector": 900, "citizen": 72},
        types=(TypeCount("暴露垃圾", "matter", 900, DUE, 5), TypeCount(None, None, 72, 0, 0)),
    )


def _figure(form: Form) -> Figure:
    return Figure(911, None, 911) if form is Form.COUNT else Figure(911, DUE, 911 / DUE)


def _rows(figures: dict[str, Figure]) -> tuple[Standing, ...]:
    return (
        Standing("1", "甲", 95.5, "A", 1, True, None, SAMPLE, figures),
        Standing("2", "乙", 95.5, "A", 1, True, None, SAMPLE, figures),
        Standing("3", "丙", 12.25, "E", 3, False, None, SAMPLE, figures),
        Standing("4", "丁", 80.0, "E", None, False, "sample", SAMPLE, figures),
        Standing("5", "戊", None, None, None, False, "no_data", SAMPLE, figures),
    )
