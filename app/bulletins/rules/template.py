"""The texts of a bulletin that a city words itself: what they are, and which placeholders each of them may hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.errors import Fault
from app.evaluation.rules.indicators import Subject
from app.notices.rules.templates import placeholder_faults

HEAD = ("city", "period", "year", "first_day", "last_day", "as_of", "revision")
COUNTS = ("reports", "filed")
"""Indicators that are told as numbers."""
RATES = (
    "handled_rate",
    "on_time_handled_rate",
    "closed_rate",
    "on_time_closed_rate",
    "overdue_open_rate",
    "rework_rate",
    "extension_rate",
    "hold_rate",
    "accurate_filing_rate",
    "accurate_dispatch_rate",
    "valid_report_rate",
    "missed_rate",
    "repeat_rate",
    "satisfaction_share",
    "satisfaction_mean",
)
PARTS: Mapping[str, tuple[str, str]] = {
    "due": ("handled_rate", "denominator"),
    "handled": ("handled_rate", "numerator"),
    "on_time": ("on_time_handled_rate", "numerator"),
    "closed": ("closed_rate", "numerator"),
    "overdue_open": ("overdue_open_rate", "numerator"),
    "reworked": ("rework_rate", "numerator"),
    "extended": ("extension_rate", "numerator"),
    "held": ("hold_rate", "numerator"),
    "exempt": ("handled_rate", "exempt"),
    "deferred": ("handled_rate", "deferred"),
}
"""Numbers that are a part of an indicator's figure."""
LISTS = ("sources", "kinds", "top_types", "overdue_units", "overdue_list", "rework_types", "worst_list")
FIGURES = (
    *HEAD,
    *COUNTS,
    *PARTS,
    *RATES,
    *(f"{name}_change" for name in (*COUNTS, "due", *RATES)),
    *LISTS,
)
GROUP = (
    *HEAD,
    "group",
    "subject",
    "total",
    "ranked",
    "mean",
    "best",
    "best_score",
    "best_grade",
    "worst",
    "worst_score",
    "worst_grade",
    "grades",
    "ties",
    "names",
    "minimum",
)
SCORES = ("ranked", "equal", "single", "nobody", "grades", "ties", "small", "no_data")
PROBLEMS = ("worst", "overdue", "rework", "none")
SIMPLE = ("letterhead", "issuer", "title", "addressees", "basis", "copies")


@dataclass(frozen=True, slots=True)
class Template:
    """The texts of a bulletin."""

    letterhead: str
    issuer: str
    number: str
    title: str
    addressees: str
    basis: str
    copies: str
    subjects: tuple[Subject, ...]
    scores: Mapping[str, str]
    overall: Mapping[str, Any]
    problems: Mapping[str, str]
    demands: Mapping[str, Any]


def template_of(content: Mapping[str, Any]) -> Template:
    """A template from the JSON in which it is kept."""
    return Template(**{**content, "subjects": tuple(Subject(one) for one in content["subjects"])})


def placeholders() -> dict[str, list[str]]:
    """Which placeholders each text may hold, by the place of the text."""
    return {place: list(known) for place, known in _KNOWN.items()}


_KNOWN: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(SIMPLE, HEAD),
    "number": (*HEAD, "serial"),
    "scores.heading": HEAD,
    **{f"scores.{name}": GROUP for name in SCORES},
    "overall.heading": HEAD,
    "overall.paragraphs": FIGURES,
    "problems.heading": HEAD,
    **{f"problems.{name}": FIGURES for name in PROBLEMS},
    "demands.heading": HEAD,
    "demands.paragraphs": FIGURES,
}


def faults_of(content: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with texts as they were sent, each with its place."""
    faults = [
        Fault(pointer, fault)
        for pointer, place, text in _texts(content)
        for fault in (*placeholder_faults(text, _KNOWN[place]), *_unprintable(text))
    ]
    if "{serial}" not in content["number"] and not faults:
        faults.append(Fault("/number", "the number of a bulletin needs {serial}"))
    if len(set(content["subjects"])) < len(content["subjects"]):
        faults.append(Fault("/subjects", "name each kind once"))
    return faults


def _texts(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(pointer, place, text) of every text."""
    for place in _KNOWN:
        name, _, member = place.partition(".")
        found = content[name][member] if member else content[name]
        pointer = f"/{place.replace('.', '/')}"
        if isinstance(found, str):
            yield pointer, place, found
        else:
            for at, text in enumerate(found):
                yield f"{pointer}/{at}", place, text


def _unprintable(text: str) -> list[str]:
    """Signs that no document holds: control characters, halves of pairs, what Unicode has not given out."""
    bad = any(unicodedata.category(sign) in {"Cc", "Cs", "Cn", "Zl", "Zp"} for sign in text)
    return ["write it on one line, without control characters"] if bad else []
