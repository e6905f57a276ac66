"""Appeals that were granted after a period was published: who is told, and what a revision says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.orm import Session

from app.core.languages import Language
from app.evaluation import queries
from app.evaluation.queries.figures import Window
from app.evaluation.rules.freezing import Frozen, PeriodState, appealed_figures, micros, unpacked
from app.evaluation.rules.periods import Period, period_of
from app.evaluation.service.figures import overlay_at
from app.evaluation.service.freezing import EXEMPT
from app.evaluation.service.periods import Standing
from app.evaluation.service.scores import WHOLE
from app.evaluation.service.wording import Wording
from app.notices import service as notices
from app.notices.rules import Occasion

NAMED = 10
"""So many cases are named in the reason that is proposed for a revision."""


@dataclass(frozen=True, slots=True)
class Staleness:
    """What a published period leaves out that a revision would take out: granted appeals of later days."""

    figures: int
    cases: int


def stale(session: Session, found: Sequence[Standing], zone: ZoneInfo, now: datetime) -> dict[str, Staleness]:
    """How many figures of each published period count handlings whose appeals were granted since, and how many cases.

    Reckoned when it is asked for.
    Raises: FiguresNotReady.
    """
    published = {one.period.name: one.newest.revision for one in found if one.newest is not None}
    if not published:
        return {}
    start = min(period_of(name).start(zone) for name in published)
    end = max(period_of(name).end(zone) for name in published)
    exempt = queries.exempt_handlings(session, Window(start, end, now, WHOLE, None, overlay_at(session, now, now=now)))
    kept = queries.results_of_many(session, published, EXEMPT)
    return {name: _stale(period_of(name), exempt, kept[name], zone) for name in published}


def _stale(period: Period, exempt: Sequence[Frozen], kept: bytes, zone: ZoneInfo) -> Staleness:
    start, end, known = micros(period.start(zone)), micros(period.end(zone)), set(_numbers(kept))
    late = [row for row in exempt if start <= row.at < end and row.number not in known]
    return Staleness(len(appealed_figures(late)), len({row.number for row in late}))


def _numbers(kept: bytes) -> list[str]:
    return [number for (number,) in orjson.loads(unpacked(kept))]


def newly_stale(session: Session, since: date, zone: ZoneInfo, now: datetime) -> Mapping[str, int]:
    """The published periods that begin from a day on and have more such cases than was told, and how many more.

    A period in review is somebody's work already.
    Raises: FiguresNotReady.
    """
    rows = queries.period_rows(session, since, now.date())
    waiting = {name: row for name, row in rows.items() if row.state == PeriodState.PUBLISHED}
    kept = queries.revisions(session, waiting.keys())
    found = [Standing(period_of(name), row, kept.get(name, [])) for name, row in waiting.items()]
    cases = {name: one.cases for name, one in stale(session, found, zone, now).items()}
    return {name: cases[name] - waiting[name].stale_told for name in cases if cases[name] > waiting[name].stale_told}


def tell_newly_stale(session: Session, found: Mapping[str, int], *, now: datetime) -> None:
    """Tell whoever reviews the whole city's figures of these periods, once of each batch of appeals."""
    reviewers = queries.reviewers(session, now)
    for name, more in sorted(found.items()):
        queries.note_told(session, name, more)
        notices.tell(session, Occasion.PERIOD_STALE, reviewers, name, facts={"count": more}, now=now)


def proposed_reason(session: Session, found: Standing, language: Language) -> str | None:
    """What a revision by the review that waits may say of itself; None where no appeal was granted in between."""
    if found.row is None or found.row.draft_id is None or found.newest is None:
        return None
    before = queries.results_of_many(session, {found.period.name: found.newest.revision}, EXEMPT)[found.period.name]
    known = set(_numbers(before))
    (drafted,) = queries.draft(session, found.row.draft_id, EXEMPT)
    came = sorted(set(_numbers(drafted)) - known)
    if not came:
        return None
    say = Wording(language).say
    more = say("reasons", "more") if len(came) > NAMED else ""
    return say("reasons", "appeals", n=len(came), numbers=say("reasons", "between").join(came[:NAMED]) + more)
