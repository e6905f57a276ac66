"""A case's file: everything the city knows about a case that this reader may see, on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.cases import service as cases
from app.cases.rules import Action, Verdict
from app.cases.service.digests import days
from app.core.auth import Principal
from app.core.config import config
from app.documents import queries
from app.documents.rules.sketch import HALF_HEIGHT_M, HALF_WIDTH_M, Shape, Window, shapes
from app.documents.rules.spans import distance_m
from app.documents.service.pages import render
from app.documents.service.story import Step, Teller, clock_lines, ids_in
from app.documents.service.words import Words
from app.sla import service as sla

EVENTS_AT_MOST = 10_000
PAIRS = (("before", "after"), ("verify", "check"), ("other",))
FLAGS = ("supervised", "forced", "self_handled", "reopened_by_reporter")


@dataclass(frozen=True, slots=True)
class Figure:
    """A photo on paper: its name among the pictures, and who made it when and where, in words."""

    src: str
    role: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a case file is made of, read in one go; the page itself is made when no transaction is open."""

    row: Mapping[str, Any]
    case: Mapping[str, Any]
    values: Mapping[str, Any]
    verdict: Verdict


def words_in(language: str) -> Words:
    """The city's words in a language."""
    return Words(language, ZoneInfo(config().city_tz))


def map_around(session: Session, row: Mapping[str, Any]) -> list[Shape]:
    """What lies around a case's place."""
    return shapes(queries.surroundings(session, Window(row["lon"], row["lat"])), row["current_cell"])


def gather(session: Session, number: str, principal: Principal, words: Words, *, now: datetime) -> Gathered:
    """Read a case with everything that its file shows; the number of statements does not depend on the case.

    Raises: CaseNotFound.
    """
    row = cases.case_row(session, number, principal)
    card = cases.case_card(session, number, principal, now=now)
    events = cases.events_for(session, row, principal, after=0, limit=EVENTS_AT_MOST)
    reminders = queries.reminders_of(session, row["id"])
    people = [person for reminder in reminders for person in reminder.whom]
    names = queries.names_of(session, [*ids_in([events, card["opinions"]]), *people])
    teller = Teller(words, names, row["plain"])
    steps = teller.steps(events)
    values = {
        "steps": steps,
        "clocks": clock_lines(card["clocks"], words, sla.calendar(session), now),
        "figures": figures(card, steps, words, plain=row["plain"]),
        "reminders": [(one, _reminded(one.whom, teller)) for one in reminders],
        "routing": row["routing"] or {"trace": []},
        "shapes": map_around(session, row),
        "papers": queries.papers_of(session, row["id"], principal),
    }
    return Gathered(row, card, values, cases.verify_chain(session, row))


def _reminded(whom: Sequence[UUID], teller: Teller) -> str:
    if not whom:
        return teller.words.say("nobody")
    if not teller.plain:
        return teller.words.say("person_hidden")
    return teller.words.say("list", "forms").join(filter(None, map(teller.person, whom)))


def figures(card: Mapping[str, Any], steps: Sequence[Step], words: Words, *, plain: bool) -> list[list[list[Figure]]]:
    """The photos side by side: before beside after, verification beside check, then the others.

    Shape:  pairs of columns; where only one of two has photos, that one alone.
    """
    by_seq = {step.seq: step for step in steps}
    here = (card["position"]["lon"], card["position"]["lat"])
    found: dict[str, list[Figure]] = {role: [] for pair in PAIRS for role in pair}
    for photo in card["photos"]:
        lines = list(_caption(photo, by_seq.get(photo["seq"]), here, words, plain=plain))
        variant = "display" if plain else "public"
        found[photo["role"]].append(Figure(f"photo:{variant}/{photo['id']}", words.of("roles", photo["role"]), lines))
    pairs = [[found[role] for role in pair if found[role]] for pair in PAIRS]
    return [pair for pair in pairs if pair]


def _caption(
    photo: Mapping[str, Any], step: Step | None, here: tuple[float, float], words: Words, *, plain: bool
) -> Iterable[str]:
    """Who, when, where. The event's own position comes before what the camera says."""
    if plain and (taken := photo.get("taken_at")):
        yield words.say("photo_taken", at=words.instant(taken))
    yield words.say("photo_added", at=words.instant(photo["added_at"]))
    if step is not None:
        who = words.say("person_of", "forms", who=step.who, unit=step.unit) if step.unit else step.who
        yield words.say("photo_by", who=who)
    if not plain:
        return
    camera = photo.get("position")
    there = step.position if step is not None else None
    if there is None and camera is not None:
        there = (camera["lon"], camera["lat"])
    if there is None:
        yield words.say("photo_nowhere")
    else:
        yield words.say("photo_near", metres=round(distance_m(here, there)))


def page_of(found: Gathered, principal: Principal, words: Words, *, now: datetime) -> str:
    """The case file as HTML, its pictures by name."""
    case, row = found.case, found.row
    return render(
        "case_file.html",
        words,
        lang=words.language,
        case=case,
        plain=row["plain"],
        hidden=words.say("hidden"),
        flags=_flags(case, words),
        half=(HALF_WIDTH_M, HALF_HEIGHT_M),
        erased=any(step.code == Action.REDACT for step in found.values["steps"]),
        chain=found.verdict,
        head_hash=row["head_hash"],
        digest_day=digest_day(row["updated_at"]),
        printed_by=principal.name,
        printed_at=now,
        **found.values,
    )


def _flags(case: Mapping[str, Any], words: Words) -> str:
    found = [words.say(name) for name in FLAGS if case[name]]
    found += [words.say(name, number=case[name]) for name in ("merged_into", "split_from") if case[name] is not None]
    return words.say("list", "forms").join(found) or words.say("none")


def digest_day(last_at: datetime) -> date | None:
    """The first day whose signed digest holds the head that the chain got then; None as long as none does."""
    day = last_at.astimezone(ZoneInfo(config().city_tz)).date()
    return next((found for found in days() if found >= day), None)
