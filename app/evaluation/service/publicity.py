"""What everybody may see of the published rankings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.evaluation import queries
from app.evaluation.errors import NotPublic
from app.evaluation.queries.periods import AnyRow
from app.evaluation.rules.indicators import Subject
from app.evaluation.rules.periods import Period, before
from app.evaluation.rules.publicity import Publicity, publicity_of
from app.evaluation.service.definitions import GRADES, PEERS, PUBLISHING, find_definition, name_of_score
from app.evaluation.service.frozen import inputs_of, published_before, rows_of
from app.evaluation.service.scores import Row, compared, in_order_of_ranks


@dataclass(frozen=True, slots=True)
class PublicRanking:
    """A ranking as it was published; `against` is the revision of the period before that was in force then."""

    revision: AnyRow
    subject: Subject
    against: AnyRow | None


def publicity(session: Session) -> Publicity:
    """What is public now: what was so before may be taken back."""
    return publicity_of(find_definition(session, PUBLISHING).content)


def public_periods(session: Session, public: Publicity) -> list[AnyRow]:
    """The revision in force of every period whose rankings are public, the latest period first."""
    return queries.newest_revisions(session, public.since) if public.subjects else []


def public_ranking(session: Session, public: Publicity, period: Period, subject: Subject) -> PublicRanking:
    """A published ranking that everybody may see.

    Raises: NotPublic.
    """
    found = queries.revisions(session, [period.name]).get(period.name) if public.shows(subject, period) else None
    if not found:
        raise NotPublic(f"No ranking of {period.name} by {subject.value} is public.")
    return PublicRanking(found[-1], subject, _against(session, public, period, found[-1]))


def _against(session: Session, public: Publicity, period: Period, revision: AnyRow) -> AnyRow | None:
    """What was published of the period before, where that is public as well."""
    try:
        other = before(period)
    except ValueError:
        return None
    return published_before(session, other.name, revision.published_at) if public.reaches(other) else None


def shown_ranking(session: Session, ranking: PublicRanking) -> dict[str, Any]:
    """The ranking with what it was made by, as JSON."""
    definitions = inputs_of(session, ranking.revision)["definitions"]
    composite = definitions[name_of_score(ranking.subject)]
    rows = in_order_of_ranks(rows_of(session, ranking.revision, ranking.subject))
    return {
        **shown_revision(ranking.revision),
        "subject": ranking.subject.value,
        "reason": ranking.revision.reason,
        "groups": _groups(definitions[PEERS]["groups"], ranking.subject, rows),
        "grades": definitions[GRADES]["grades"],
        "parts": composite["parts"],
        "minimum_sample": composite["minimum_sample"],
        "items": _items(session, ranking, rows),
    }


def shown_revision(revision: AnyRow) -> dict[str, Any]:
    """Which revision of which period, and its seal."""
    return {name: getattr(revision, name) for name in ("period", "revision", "as_of", "published_at", "sha256")}


def _groups(kept: Sequence[Mapping[str, Any]], subject: Subject, rows: Sequence[Row]) -> list[dict[str, Any]]:
    names = {group["code"]: group["name"] for group in kept if group["subject"] == subject.value}
    return [{"code": code, "name": names.get(code)} for code in dict.fromkeys(row.placed["group"] for row in rows)]


def _items(session: Session, ranking: PublicRanking, rows: Sequence[Row]) -> list[dict[str, Any]]:
    items = [{"subject": {"code": row.code, "name": row.name}, **row.placed} for row in rows]
    if ranking.against is None:
        return items
    period = ranking.against.period
    old = {row.key: row.placed for row in rows_of(session, ranking.against, ranking.subject)}
    return [
        item | {"compared": compared(row.placed, old.get(row.key), period)}
        for item, row in zip(items, rows, strict=True)
    ]


def city_name(session: Session) -> str:
    """What the city is called; empty before its boundary was imported."""
    return queries.city(session)[1]
