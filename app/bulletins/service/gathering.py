"""The facts of a bulletin, read from what was frozen: nothing is counted a second time in another way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.bulletins import queries
from app.bulletins.rules.facts import Comparison, Facts, GradeBand, Outline, PeerGroup, Standing, TypeCount
from app.evaluation import service as evaluation
from app.evaluation.rules.indicators import Figure, Subject
from app.evaluation.rules.periods import Period, before, year_before
from app.evaluation.rules.scores import grades_of, groups_of
from app.evaluation.service import Record, Row

OVERDUE = "overdue_open_rate"


def record_of(session: Session, period: Period, revision: int | None, *, draft: bool) -> Record:
    """What a bulletin is made of: a published revision (None: the one in force), or the review's draft.

    Raises: RevisionNotFound; PeriodNotReady where a draft is wanted and none is in review.
    """
    if draft:
        return evaluation.record_of_draft(session, period)
    return evaluation.record_of_revision(session, period, revision)


def facts_of(session: Session, period: Period, record: Record, subjects: Sequence[Subject], zone: ZoneInfo) -> Facts:
    """Everything that a bulletin says, with the scores of these kinds of subjects.

    What was frozen never changes, so that nothing has to be held while it is read and counted.
    Raises: Stale where a draft was replaced meanwhile.
    """
    inputs = evaluation.inputs_of_record(session, record)["definitions"]
    then, year = (_published(session, record, period, other) for other in (before, year_before))
    names = {(one.subject, one.code): one.name for one in groups_of(inputs["peers"])}
    (city,) = evaluation.standings_of(session, record, Subject.CITY)
    groups = {subject: _groups(session, record, subject, then, names) for subject in {*subjects, Subject.UNIT}}
    units = [(row.name, *_late(row)) for group in groups[Subject.UNIT] for row in group.rows]
    composition = evaluation.composition(session, record)
    evaluation.inputs_of_record(session, record)  # still there: then all that was read of a draft was
    return Facts(
        period=period,
        city=city.name,
        revision=record.revision,
        as_of=record.as_of,
        sha256=record.sha256,
        published_on=None if record.is_draft else record.until.astimezone(zone).date(),
        figures=city.figures,
        previous=Comparison(_figures(session, then)),
        year_before=Comparison(_figures(session, year)),
        groups=tuple(group for subject in subjects for group in groups[subject]),
        grades=tuple(GradeBand(one.code, one.colour, float(one.at_least)) for one in grades_of(inputs["grades"])),
        units=tuple(sorted((one for one in units if one[1]), key=lambda one: (-one[1], one[0]))),
        sources=composition.sources,
        types=tuple(TypeCount(one.name, one.kind, one.filed, one.due, one.reworked) for one in composition.types),
        outlines={
            subject: _outlines(session, subject, groups[subject]) for subject in subjects if subject in queries.LEVELS
        },
    )


def _late(row: Standing) -> tuple[int, int]:
    """(overdue and not handled, due) of a unit."""
    figure = row.figures[OVERDUE]
    return figure.numerator or 0, figure.denominator or 0


def _published(session: Session, record: Record, period: Period, which: Callable[[Period], Period]) -> Record | None:
    """What was in force of the period that this one is compared with; None: nothing, or there is no such period."""
    try:
        return evaluation.record_before(session, record, which(period).name)
    except ValueError:
        return None


def _figures(session: Session, record: Record | None) -> Mapping[str, Figure] | None:
    """The whole city's figures."""
    if record is None:
        return None
    (city,) = evaluation.standings_of(session, record, Subject.CITY)
    return city.figures


def _groups(
    session: Session,
    record: Record,
    subject: Subject,
    then: Record | None,
    names: Mapping[tuple[Subject, str], str],
) -> list[PeerGroup]:
    """The peer groups of a kind of subject, each in the order of ranks."""
    rows = evaluation.in_order_of_ranks(evaluation.standings_of(session, record, subject))
    old = {} if then is None else {row.key: row for row in evaluation.standings_of(session, then, subject)}
    found: dict[str, list[Standing]] = {}
    for row in rows:
        found.setdefault(row.placed["group"], []).append(_standing(row, old.get(row.key), before_=then))
    return [PeerGroup(subject, code, names.get((subject, code)), tuple(rows_)) for code, rows_ in found.items()]


def _standing(row: Row, old: Row | None, *, before_: Record | None) -> Standing:
    placed = row.placed
    name = "" if before_ is None else before_.period
    compared = evaluation.compared(placed, None if old is None else old.placed, name)
    return Standing(
        code=row.code,
        name=row.name,
        score=placed["score"],
        grade=None if placed["grade"] is None else placed["grade"]["code"],
        rank=placed["rank"],
        tied=placed["tied"],
        unranked=placed["unranked"],
        minimum_sample=placed["minimum_sample"],
        figures=row.figures,
        change=compared["change"],
        rose=compared["moved"],
    )


def _outlines(session: Session, subject: Subject, groups: list[PeerGroup]) -> list[Outline]:
    return queries.outlines(session, subject, [row.code for group in groups for row in group.rows])
