"""What the city decides about figures: versions of definitions, the highest of which is in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from app.core.models import table
from app.evaluation.models import EvaluationDefinition


class Kept(NamedTuple):
    """A version of a definition."""

    name: str
    version: int
    content: dict[str, Any]
    made_at: datetime
    in_force: bool


_IN_FORCE = text("""
    SELECT DISTINCT ON (name) name, version, content, made_at, true AS in_force
      FROM evaluation_definitions ORDER BY name, version DESC""")
_ONE = text("""
    SELECT name, version, content, made_at,
           version = (SELECT max(version) FROM evaluation_definitions WHERE name = :name) AS in_force
      FROM evaluation_definitions
     WHERE name = :name AND (CAST(:version AS integer) IS NULL OR version = :version)
     ORDER BY version DESC LIMIT 1""")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('evaluation.definitions.' || :name))")
_INSERT = insert(table(EvaluationDefinition))


def definitions(session: Session) -> dict[str, Kept]:
    """The definitions that are in force, by name."""
    return {row.name: Kept(*row) for row in session.connection().execute(_IN_FORCE)}


def definition(session: Session, name: str, version: int | None = None) -> Kept | None:
    """A version of a definition; None is the one in force."""
    row = session.connection().execute(_ONE, {"name": name, "version": version}).one_or_none()
    return None if row is None else Kept(*row)


def lock_definition(session: Session, name: str) -> None:
    """Nobody else adds a version of this definition until the unit of work ends."""
    session.connection().execute(_LOCK, {"name": name})


def add_definition(
    session: Session, name: str, version: int, content: Mapping[str, Any], *, now: datetime, actor_id: UUID | None
) -> None:
    """Put the next version in force."""
    row = {"name": name, "version": version, "content": dict(content), "made_at": now, "made_by": actor_id}
    session.connection().execute(_INSERT, row)


_CODES = {
    "areas": text("SELECT code, code AS key FROM areas WHERE code = ANY (CAST(:codes AS text[]))"),
    "organizations": text("SELECT code, code AS key FROM organizations WHERE code = ANY (CAST(:codes AS text[]))"),
    "users": text("""
        SELECT username, id::text AS key FROM users
         WHERE username = ANY (CAST(:codes AS text[])) AND kind = 'staff'"""),
}


def known_codes(session: Session, kind: str, codes: Collection[str]) -> dict[str, str]:
    """What is kept of these codes of areas or organizations: the same; of user names of staff: their ids."""
    rows = session.connection().execute(_CODES[kind], {"codes": list(codes)})
    return {row[0]: row[1] for row in rows}
