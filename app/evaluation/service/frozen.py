"""What was published, read again: figures, scores, ranks and lists of cases of a revision, and who may see which."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.core.clock import to_rfc3339
from app.evaluation import queries
from app.evaluation.errors import SubjectNotFound
from app.evaluation.queries.figures import Window
from app.evaluation.queries.periods import AnyRow
from app.evaluation.rules.counting import Counted, Mark
from app.evaluation.rules.freezing import KEYS, CaseRow, Frozen, figure_of, instant_of, unpacked
from app.evaluation.rules.indicators import AREAS, PEOPLE, Form, Indicator, Side, Subject
from app.evaluation.service.figures import names_of
from app.evaluation.service.freezing import entries_part, figures_part, frozen_entries
from app.evaluation.service.scores import Row


@dataclass(frozen=True, slots=True)
class Ground:
    """Whose figures somebody may see: what lies under these codes; of units these, None for all."""

    prefixes: tuple[str, ...]
    units: tuple[UUID, ...] | None = None


def is_whole(session: Session, ground: Ground) -> bool:
    """Whether the ground is the whole city."""
    code, _ = queries.city(session)
    return ground.units is None and any(code.startswith(prefix) for prefix in ground.prefixes)


def seen(
    session: Session, subject: Subject, ground: Ground, span: tuple[datetime, datetime], at: datetime
) -> Callable[[str], bool]:
    """Which subjects of a kind somebody may see among the scores of the whole city, by key.

    Areas that lie on their ground, units that had to do there, people who work there; managers their own units.
    """
    if ground.units is not None:
        mine = {str(unit) for unit in ground.units} if subject is Subject.UNIT else set()
        return mine.__contains__
    if is_whole(session, ground):
        return lambda _: True
    if subject in AREAS:
        return lambda key: any(key.startswith(prefix) for prefix in ground.prefixes)
    window = Window(*span, at, ground.prefixes)
    there = queries.keys_on(session, subject, window)
    if subject in PEOPLE:
        there |= queries.roster(session, subject, window)
    return there.__contains__


def rows_of(session: Session, revision: AnyRow, subject: Subject) -> list[Row]:
    """Every subject of a kind as it was published, in the order of the codes."""
    return rows_in(session, _part(session, revision, figures_part(subject)), subject)


def rows_in(session: Session, kept: Mapping[str, Any], subject: Subject) -> list[Row]:
    """The subjects of a part of figures, in the order of the codes."""
    names = names_of(session, subject, kept.keys()) if subject in PEOPLE else {}
    found = [
        Row(key, code, name, {one: figure_of(figure) for one, figure in row["figures"].items()}, row["placed"])
        for key, row in kept.items()
        for code, name in [names[key] if subject in PEOPLE else (row["code"], row["name"])]
    ]
    return sorted(found, key=lambda row: (row.code, row.name))


def cases_of_revision(
    session: Session, revision: AnyRow, asked: tuple[Subject, str, str, Side], ground: Ground
) -> list[dict[str, Any]]:
    """The cases that stood on one side of a figure when it was published, in the order of their instants.

    Shape: `asked` is subject, key, indicator, side. Of ground that is not theirs nobody sees cases.
    """
    subject, key, name, side = asked
    indicator = frozen_indicator(name, inputs_of(session, revision)["indicators"][name])
    counted = indicator.counted_for(subject)
    chunks = queries.result(session, revision.period, revision.revision, entries_part(counted))
    whole = is_whole(session, ground) or subject in AREAS
    listed = [
        row
        for row in frozen_entries(chunks)
        if KEYS[subject](row) == key
        and side in indicator.side(Mark(row.marks))
        and (whole or row.cell.startswith(ground.prefixes))
    ]
    cases = _cases(session, revision, {row.number for row in listed})
    return [_item(cases[row.number], row) for row in sorted(listed, key=lambda row: (row.at, row.number, row.ordinal))]


def key_in(rows: Sequence[Row], subject: Subject, code: str) -> str:
    """The key of a subject by its code.

    Raises: SubjectNotFound.
    """
    if subject is Subject.CITY and not code:
        code = next((row.code for row in rows), "")
    for row in rows:
        if row.code == code:
            return row.key
    raise SubjectNotFound(f"There is no {subject.value} {code} whose figures you may see.")


def published_before(session: Session, period: str, until: datetime) -> AnyRow | None:
    """The revision of another period that was in force when this was published."""
    rows = [row for row in queries.revisions(session, [period]).get(period, ()) if row.published_at <= until]
    return rows[-1] if rows else None


def named_changes(session: Session, changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Changes of figures or scores with their subjects' codes and names instead of keys: people's as they are now."""
    people: dict[str, set[str]] = {}
    for change in changes:
        if "code" not in change:
            people.setdefault(change["subject"], set()).add(change["key"])
    names = {subject: names_of(session, Subject(subject), keys) for subject, keys in people.items()}
    shown = []
    for change in changes:
        code, name = (change["code"], change["name"]) if "code" in change else names[change["subject"]][change["key"]]
        rest = {member: value for member, value in change.items() if member not in {"subject", "key", "code", "name"}}
        shown.append({"kind": change["subject"], "subject": {"code": code, "name": name}} | rest)
    return shown


def inputs_of(session: Session, revision: AnyRow) -> Mapping[str, Any]:
    """What a revision was made by, complete: the indicators and definitions as they were then."""
    found: Mapping[str, Any] = _part(session, revision, "inputs")
    return found


def _part(session: Session, revision: AnyRow, part: str) -> Any:
    (body,) = queries.result(session, revision.period, revision.revision, part)
    return orjson.loads(unpacked(body))


def frozen_indicator(name: str, frozen: Mapping[str, Any]) -> Indicator:
    """An indicator as it was defined when it was published."""
    return Indicator(
        name,
        Counted(frozen["counted"]),
        Form(frozen["form"]),
        having=Mark(frozen["having"]),
        lacking=Mark(frozen["lacking"]),
        of=Mark(frozen["of"]),
        subjects=frozenset(Subject(subject) for subject in frozen["subjects"]),
    )


def _cases(session: Session, revision: AnyRow, numbers: Collection[str]) -> dict[str, CaseRow]:
    if not numbers:
        return {}
    bodies = queries.result(session, revision.period, revision.revision, "cases")
    rows: Iterator[list[Any]] = (row for body in bodies for row in orjson.loads(unpacked(body)))
    return {row[0]: CaseRow(*row) for row in rows if row[0] in numbers}


def _item(case: CaseRow, row: Frozen) -> dict[str, Any]:
    type_ = {"scheme": case.scheme, "kind": case.kind, "code": case.code, "name": case.name}
    return {
        "number": case.number,
        "state": case.state,
        "type": None if case.code is None else type_,
        "cell": case.cell,
        "source": case.source,
        "owner": None if case.owner_code is None else {"code": case.owner_code, "name": case.owner_name},
        "opened_at": to_rfc3339(instant_of(case.opened_at)),
        "closed_at": None if case.closed_at is None else to_rfc3339(instant_of(case.closed_at)),
        "counted_at": to_rfc3339(instant_of(row.at)),
        "value": row.value,
        "forced": bool(Mark(row.marks) & Mark.FORCED),
    }
