"""Rules and versions as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import to_rfc3339
from app.core.errors import Fault
from app.core.paging import BadCursor, cursor_id, decode_cursor, page
from app.routing import queries
from app.routing.errors import BadRuleFilter
from app.routing.queries import RuleFilter
from app.routing.rules import Ground, Key, Target, describe

# What is told about a value of the filter that names nothing.
_UNKNOWN = {
    "type": "there is no type {}: write its code, or scheme|kind|code",
    "area": "there is no area {}: write the code of a cell or of any level above",
    "organization": "there is no organisation {}",
    "version": "there is no {}",
}


def rules_for(
    session: Session, found: RuleFilter, *, limit: int, cursor: str | None
) -> tuple[int, list[dict[str, Any]], str | None]:
    """The version, a page of its rules, and the cursor of the next page.

    Raises: BadCursor, BadRuleFilter for a version or a name that is not there.
    """
    newest = queries.newest_version(session)
    version = newest if found.version is None else found.version
    unknown = queries.unknown_values(session, found)
    if version > newest:
        unknown["version"] = f"version {version}; the newest is {newest}"
    if unknown:
        faults = [Fault(f"/{name}", _UNKNOWN[name].format(value)) for name, value in unknown.items()]
        raise BadRuleFilter("The filter names something that does not exist.", faults=faults)
    after = None if cursor is None else cursor_id(decode_cursor(cursor, 1)[0])
    rows = queries.list_rules(session, found, limit=limit, after=after)
    shown, following = page(rows, limit, lambda row: (str(row.id),))
    return version, [_rule(row._mapping) for row in shown], following  # noqa: SLF001 -- the documented way


def versions_for(session: Session, *, limit: int, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the versions there were, the newest first, and the cursor of the next.

    Raises: BadCursor.
    """
    after = None
    if cursor is not None:
        after = decode_cursor(cursor, 1)[0]
        if not isinstance(after, int) or not 0 <= after < 2**63:
            fault = Fault("/cursor", "use next_cursor of an earlier answer, or leave it out")
            raise BadCursor("This cursor was not made here: start again without one.", faults=[fault])
    rows = queries.list_versions(session, limit=limit, after=after)
    shown, following = page(rows, limit, lambda row: (row.version,))
    return [_version(row._mapping) for row in shown], following  # noqa: SLF001 -- as above


def _rule(row: Mapping[str, Any]) -> dict[str, Any]:
    key = Key(Target(row["target"]), row["scheme"], row["kind"], row["code"], Ground(row["ground"]), row["place"])
    words = describe(key)
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in ("target", "scheme", "kind", "code", "ground", "place", "auto", "version")},
        "for": words.en,
        "for_zh": words.zh,
        "specificity": key.specificity,
        "lead": {"id": str(row["lead_id"]), "code": row["lead_code"], "name": row["lead_name"]},
        "helpers": row["helpers"] or [],
        "valid_from": _day(row["valid_from"]),
        "valid_to": _day(row["valid_to"]),
        "retired_in": row["retired_in"],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _version(row: Mapping[str, Any]) -> dict[str, Any]:
    by = None if row["by_id"] is None else {"id": str(row["by_id"]), "name": row["by_name"]}
    counts = {name: row[name] for name in ("version", "added", "retired")}
    return {**counts, "at": to_rfc3339(row["at"]), "by": by}
