"""The words that stand for placeholders in a city's texts: numbers of the whole city, and those of a peer group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import groupby

from app.bulletins.rules.facts import Facts, PeerGroup, Standing, TypeCount
from app.bulletins.rules.phrases import Phrases, points
from app.bulletins.rules.template import COUNTS, PARTS, RATES
from app.evaluation.rules.scores import number, rounded

TOP = 3
WORST_UNITS = 5


def head_words(facts: Facts, say: Phrases) -> dict[str, str]:
    """What every text may name."""
    return {
        "city": facts.city,
        "period": say.period(facts.period),
        "year": str((facts.published_on or facts.as_of.astimezone(say.zone).date()).year),
        "first_day": say.day(facts.period.first),
        "last_day": say.day(facts.period.beyond - timedelta(days=1)),
        "as_of": say.instant(facts.as_of),
        "revision": str(facts.revision),
    }


def figure_words(facts: Facts, groups: Sequence[tuple[str, PeerGroup]], say: Phrases) -> dict[str, str]:
    """The figures of the whole city, how they compare, and what lists name."""
    found = facts.figures
    known = [name for name in (*COUNTS, *RATES) if name in found]
    words = dict.fromkeys((*COUNTS, *RATES, *(f"{name}_change" for name in (*COUNTS, *RATES))), say.words["no_data"])
    words |= {name: say.value(name, found[name]) for name in known}
    words |= {f"{name}_change": say.changes(name, facts) for name in known}
    words |= {name: str(getattr(found[of], side) or 0) for name, (of, side) in PARTS.items()}
    words["due_change"] = say.due_changes(facts)
    return words | _lists(facts, groups, say)


def _lists(facts: Facts, groups: Sequence[tuple[str, PeerGroup]], say: Phrases) -> dict[str, str]:
    sources = [
        _with_share("source_cases", say.source(code), filed, facts, say) for code, filed in facts.sources.items()
    ]
    kinds: Counter[str | None] = Counter()
    for one in facts.types:
        kinds[one.kind] += one.filed
    by_kind = [
        _with_share("kind_cases", say.kind(kind), filed, facts, say) for kind, filed in kinds.most_common() if filed
    ]
    reworked = sorted((one for one in facts.types if one.reworked), key=lambda one: -one.reworked)
    late = [say.words["unit_cases"].format(name=name, n=cases) for name, cases, _ in facts.units]
    more = say.words["and_more_units"].format(n=len(late)) if len(late) > WORST_UNITS else ""
    lists = {
        "sources": say.words["list"].join(sources),
        "kinds": say.words["list"].join(by_kind),
        "top_types": _typed("type_cases", [(one, one.filed) for one in facts.types if one.filed], say),
        "rework_types": _typed("type_reworks", [(one, one.reworked) for one in reworked], say),
        "overdue_list": say.words["list"].join(late[:WORST_UNITS]) + more if late else "",
        "worst_list": say.words["clauses"].join(_worst(groups, say)),
    }
    return {name: text or say.words["no_data"] for name, text in lists.items()} | {"overdue_units": str(len(late))}


def _with_share(word: str, name: str, filed: int, facts: Facts, say: Phrases) -> str:
    said: str = say.words[word].format(name=name, n=filed, share=say.of(filed, sum(facts.sources.values())))
    return said


def _typed(word: str, found: Sequence[tuple[TypeCount, int]], say: Phrases) -> str:
    """The first three; who has as many as the third is named too."""
    least = found[TOP - 1][1] if len(found) > TOP else 0
    named = [(one, cases) for one, cases in found if cases >= least]
    said = [say.words[word].format(name=one.name or say.words["untyped"], n=cases) for one, cases in named]
    return say.listed(said)


def _worst(groups: Sequence[tuple[str, PeerGroup]], say: Phrases) -> list[str]:
    """Who came last in each peer group in which not all are equal."""
    said = []
    for name, group in groups:
        best, worst = best_and_worst(group)
        if best and best[0].score != worst[0].score:
            score = points(worst[0].score or 0.0)
            said.append(say.words["worst_of"].format(group=name, names=say.names(worst), score=score))
    return said


def best_and_worst(group: PeerGroup) -> tuple[list[Standing], list[Standing]]:
    """Those with the first rank of a peer group, and those with the last."""
    ranked = group.ranked
    first = min((row.rank or 0 for row in ranked), default=0)
    last = max((row.rank or 0 for row in ranked), default=0)
    return [row for row in ranked if row.rank == first], [row for row in ranked if row.rank == last]


def group_words(name: str, group: PeerGroup, say: Phrases) -> dict[str, str]:
    """The numbers of a peer group."""
    best, worst = best_and_worst(group)
    scored = [Fraction(number(row.score)) for row in group.ranked if row.score is not None]
    grades = Counter(row.grade for row in group.rows if row.grade is not None)
    ties = [
        say.words["tie"].format(names=say.names(list(rows)), rank=rank)
        for rank, rows in groupby((row for row in group.ranked if row.tied), key=lambda row: row.rank)
    ]
    return {
        "group": name,
        "subject": say.words["subjects"][group.subject.value],
        "total": str(len(group.rows)),
        "ranked": str(len(group.ranked)),
        "mean": str(rounded(sum(scored, Fraction(0)) / len(scored))) if scored else say.words["no_data"],
        "grades": say.words["list"].join(
            say.words["grade_count"].format(grade=say.grade(code), n=cases) for code, cases in sorted(grades.items())
        ),
        "ties": say.words["clauses"].join(ties),
        "minimum": str(group.rows[0].minimum_sample),
        "names": "",
        **_end("best", best, say),
        **_end("worst", worst, say),
    }


def _end(end: str, rows: Sequence[Standing], say: Phrases) -> dict[str, str]:
    nothing = say.words["no_data"]
    if not rows:
        return {end: nothing, f"{end}_score": nothing, f"{end}_grade": nothing}
    grade = say.grade(rows[0].grade)
    return {end: say.names(rows), f"{end}_score": points(rows[0].score or 0.0), f"{end}_grade": grade}
