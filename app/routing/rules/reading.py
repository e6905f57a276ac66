"""A written list of routing rules, row by row: everything that is wrong is named with its row and its column."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from app.core.errors import Fault
from app.routing.rules.choosing import ties
from app.routing.rules.terms import Ground, Key, Rule, Target

RULE_COLUMNS = (
    "scheme",
    "kind",
    "class",
    "type",
    "area",
    "duty_zone",
    "lead",
    "helpers",
    "auto",
    "valid_from",
    "valid_to",
)
MOST_FAULTS = 200
RULES = UUID("0d0c1f6e-2f4b-5c55-8f0e-1a8c6c1e7b21")

Row = Mapping[str, str]
Wrong: TypeAlias = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Known:
    """What rows may name.

    Shape: `types` and `classes` are (scheme, kind, code); `areas` the ground of each live area by its code (the
           city's is `any`); `zones` codes of live duty zones; `organizations` ids by code.
    """

    types: AbstractSet[tuple[str, str, str]]
    classes: AbstractSet[tuple[str, str, str]]
    areas: Mapping[str, Ground]
    zones: AbstractSet[str]
    organizations: Mapping[str, UUID]


def read_rules(rows: Sequence[Row], known: Known) -> tuple[list[Rule], list[Fault]]:
    """The rules that written rows describe, and every fault found in them.

    A rule's id is made from what it says, so that the same row is the same rule in every import; its version is 0
    until it is stored.

    Shape:  a row maps the names of `RULE_COLUMNS` to text; what is left out is empty. `type` or `class` is a code in
            `scheme` and `kind` (neither: any type). `area` is the code of a district, street, community or cell, or
            there is a `duty_zone` (neither, or the city's code: everywhere). `lead` is the code of an organisation,
            `helpers` codes with spaces between. `auto` is true or false (empty: false). `valid_from` and `valid_to`
            (the first day it no longer holds) are dates; empty is open.
            A fault's pointer is `/rules/{i}/{column}`, i counted from 0. When there is a fault, the rules are not to
            be used.
    """
    texts = [{name: (row.get(name) or "").strip() for name in RULE_COLUMNS} for row in rows]
    faults = [fault for i, row in enumerate(texts) for fault in _row_faults(i, row, known)]
    if faults:
        return [], faults[:MOST_FAULTS]
    rules = [_rule(row, known) for row in texts]
    return rules, list(tie_faults(rules))[:MOST_FAULTS]


def tie_faults(rules: Sequence[Rule]) -> Iterator[Fault]:
    """A fault for every rule that another one ties with, pointing to the later row."""
    position = {id(rule): i for i, rule in enumerate(rules)}
    for one, other in ties(rules):
        first, second = sorted((position[id(one)], position[id(other)]))
        yield Fault(
            f"/rules/{second}/lead",
            f"row {first} is for the same types and the same ground and holds on the same days; "
            "end one before the other begins, or make one more specific",
        )


def _row_faults(i: int, row: Row, known: Known) -> Iterator[Fault]:
    checks = (_target_fault, _ground_fault, _people_fault, _auto_fault, _validity_fault)
    for check in checks:
        if found := check(row, known):
            column, detail = found
            yield Fault(f"/rules/{i}/{column}", detail)


def _target_fault(row: Row, known: Known) -> Wrong:
    """A type or class that the catalogue does not have, or not exactly one of them."""
    scheme, kind = row["scheme"], row["kind"]
    if row["type"] and row["class"]:
        return "class", "name the type or its class, not both"
    if row["type"]:
        fits = (scheme, kind, row["type"]) in known.types
        return None if fits else ("type", f"the catalogue has no {kind or 'kind'} {row['type']} in scheme {scheme!r}")
    if row["class"]:
        fits = (scheme, kind, row["class"]) in known.classes
        return None if fits else ("class", f"the catalogue has no {kind} class {row['class']} in scheme {scheme!r}")
    if scheme or kind:
        return "type", "name a type or a class of the scheme; leave scheme and kind empty for a rule for any type"
    return None


def _ground_fault(row: Row, known: Known) -> Wrong:
    """An area or duty zone that is not live, or both of them."""
    if row["area"] and row["duty_zone"]:
        return "duty_zone", "name an area or a duty zone, not both"
    if row["duty_zone"] and row["duty_zone"] not in known.zones:
        return "duty_zone", f"there is no live duty zone {row['duty_zone']}"
    if row["area"] and row["area"] not in known.areas:
        return "area", f"there is no live area {row['area']}"
    return None


def _people_fault(row: Row, known: Known) -> Wrong:
    """An organisation that is not registered, or a lead that helps itself."""
    helpers = row["helpers"].split()
    if not row["lead"]:
        return "lead", "the column lead is empty; every rule needs who answers"
    if row["lead"] not in known.organizations:
        return "lead", f"there is no organisation {row['lead']}"
    unknown = [code for code in helpers if code not in known.organizations]
    if unknown:
        return "helpers", f"there is no organisation {', '.join(unknown)}"
    if row["lead"] in helpers or len(set(helpers)) < len(helpers):
        return "helpers", "name each organisation once, and the lead not among the helpers"
    return None


def _auto_fault(row: Row, _known: Known) -> Wrong:
    """Something else than a truth value."""
    return None if row["auto"] in {"", "true", "false"} else ("auto", "write true or false")


def _validity_fault(row: Row, _known: Known) -> Wrong:
    return validity_fault(row)


def validity_fault(row: Row) -> Wrong:
    """A date that is none, or an end that does not come after the beginning."""
    for column in ("valid_from", "valid_to"):
        if row[column] and _day(row[column]) is None:
            return column, f"{row[column]!r} is no date; write 2026-03-10"
    start, end = _day(row["valid_from"]), _day(row["valid_to"])
    if start and end and end <= start:
        return "valid_to", "the first day it no longer holds has to come after valid_from"
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _rule(row: Row, known: Known) -> Rule:
    helpers = row["helpers"].split()
    auto = row["auto"] == "true"
    said: tuple[Any, ...] = (*_key(row, known), row["lead"], *helpers, auto, row["valid_from"], row["valid_to"])
    return Rule(
        id=uuid5(RULES, "|".join(map(str, said))),
        key=_key(row, known),
        lead_id=known.organizations[row["lead"]],
        helper_ids=tuple(known.organizations[code] for code in helpers),
        auto=auto,
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        version=0,
    )


def _key(row: Row, known: Known) -> Key:
    target = Target.TYPE if row["type"] else Target.CLASS if row["class"] else Target.ANY
    ground, place = Ground.ANY, ""
    if row["duty_zone"]:
        ground, place = Ground.DUTY_ZONE, row["duty_zone"]
    elif row["area"] and known.areas[row["area"]] is not Ground.ANY:
        ground, place = known.areas[row["area"]], row["area"]
    return Key(target, row["scheme"], row["kind"], row["type"] or row["class"], ground, place)
