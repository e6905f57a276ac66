"""What the city decides about figures: read as rules, changed as a new version that is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.errors import Fault
from app.core.row_versions import check_version
from app.evaluation import queries
from app.evaluation.errors import BadDefinition, DefinitionNotFound
from app.evaluation.queries.definitions import Kept
from app.evaluation.rules.indicators import PEOPLE, Subject
from app.evaluation.rules.scores import (
    Composite,
    Grade,
    Group,
    composite_of,
    faults_of_composite,
    faults_of_grades,
    faults_of_groups,
    grades_of,
    groups_of,
)
from app.evaluation.service.figures import TABLES, names_of

SCORES, GRADES, PEERS, PUBLISHING = "scores", "grades", "peers", "publishing"


@dataclass(frozen=True, slots=True)
class Regime:
    """All that is decided about figures, as one scores by it; `versions` and `contents` by name."""

    composites: Mapping[Subject, Composite]
    grades: tuple[Grade, ...]
    groups: tuple[Group, ...]
    earliest_days: int
    versions: Mapping[str, int]
    contents: Mapping[str, Mapping[str, Any]]


def name_of_score(subject: Subject) -> str:
    """The name of the definition of a score."""
    return f"{SCORES}.{subject.value}"


def regime(session: Session) -> Regime:
    """What is in force."""
    kept = queries.definitions(session)
    return Regime(
        composites={subject: composite_of(kept[name_of_score(subject)].content) for subject in Subject},
        grades=grades_of(kept[GRADES].content),
        groups=groups_of(kept[PEERS].content),
        earliest_days=int(kept[PUBLISHING].content["earliest_days"]),
        versions={name: one.version for name, one in sorted(kept.items())},
        contents={name: one.content for name, one in sorted(kept.items())},
    )


def find_definition(session: Session, name: str, version: int | None = None) -> Kept:
    """A version of a definition; None is the one in force.

    Raises: DefinitionNotFound.
    """
    found = queries.definition(session, name, version)
    if found is None:
        raise DefinitionNotFound(f"The definition {name} has no version {version}.")
    return found


def put_score(session: Session, subject: Subject, content: Mapping[str, Any], **change: Any) -> Kept:
    """Say what the score of a kind of subject is made of.

    Raises: BadDefinition, Stale.
    """
    _refuse(faults_of_composite(subject, composite_of(content)))
    return _put(session, name_of_score(subject), content, **change)


def put_grades(session: Session, content: Mapping[str, Any], **change: Any) -> Kept:
    """Say which scores have which grade.

    Raises: BadDefinition, Stale.
    """
    _refuse(faults_of_grades(grades_of(content)))
    return _put(session, GRADES, content, **change)


def put_peers(session: Session, content: Mapping[str, Any], **change: Any) -> Kept:
    """Say who is compared with whom.

    Raises: BadDefinition, Stale.
    """
    groups: list[Mapping[str, Any]] = content["groups"]
    known = _known(session, groups)
    _refuse([*faults_of_groups(groups), *_unknown(groups, known)])
    kept = [{**group, "members": [known[_table(group)][member] for member in group["members"]]} for group in groups]
    return _put(session, PEERS, {"groups": kept}, **change)


def shown_peers(session: Session, content: Mapping[str, Any]) -> dict[str, Any]:
    """Peer groups with the codes of their members: people are kept by id, as versions outlive their names."""
    groups = [dict(group) for group in content["groups"]]
    for subject in PEOPLE:
        mine = [group for group in groups if group["subject"] == subject.value]
        names = names_of(session, subject, {member for group in mine for member in group["members"]}) if mine else {}
        for group in mine:
            group["members"] = [names[member][0] for member in group["members"]]
    return {"groups": groups}


def put_publishing(session: Session, content: Mapping[str, Any], **change: Any) -> Kept:
    """Say how long after its end a period may be reviewed at the earliest.

    Raises: Stale.
    """
    return _put(session, PUBLISHING, content, **change)


def _table(group: Mapping[str, Any]) -> str:
    return TABLES.get(Subject(group["subject"]), "users")


def _known(session: Session, groups: list[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    wanted: dict[str, set[str]] = {}
    for group in groups:
        wanted.setdefault(_table(group), set()).update(group["members"])
    return {table: queries.known_codes(session, table, codes) for table, codes in wanted.items()}


def _unknown(groups: list[Mapping[str, Any]], known: Mapping[str, Mapping[str, str]]) -> list[Fault]:
    return [
        Fault(f"/groups/{place}/members/{at}", f"{member} is the code of no {group['subject']}")
        for place, group in enumerate(groups)
        for at, member in enumerate(group["members"])
        if member not in known[_table(group)]
    ]


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise BadDefinition(f"The definition cannot be: {faults[0].detail}.", faults=faults)


def _put(
    session: Session,
    name: str,
    content: Mapping[str, Any],
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None,
) -> Kept:
    queries.lock_definition(session, name)
    before = find_definition(session, name)
    check_version(expected, before.version, f"The definition {name}")
    if before.content == content:
        return before
    version = before.version + 1
    queries.add_definition(session, name, version, content, now=now, actor_id=actor_id)
    detail = {"version": version, "before": before.content, "after": content}
    audit.note(
        session,
        action="evaluation.define",
        subject=f"evaluation_definition:{name}",
        detail=detail,
        actor_id=actor_id,
        now=now,
    )
    return find_definition(session, name)
