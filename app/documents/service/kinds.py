"""What differs between cities in their papers: names, the form of numbers, who signs and who issues."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.rules import VERBS
from app.core import audit
from app.core.errors import Fault
from app.documents import queries
from app.documents.errors import BadDocumentKind
from app.documents.rules.kinds import NUMBER_FORMAT

POSTS = frozenset(str(role) for role in VERBS["document.issue"])


def change_kind(
    session: Session, code: str, changes: Mapping[str, Any], *, now: datetime, actor_id: UUID | None = None
) -> None:
    """Change a kind of paper; papers that were issued stay as they are, and the range goes on.

    Shape:  changes of name_zh, name_en, number_format, issuing_body, basis (text), issuing_roles (roles).
    Raises: BadDocumentKind with every fault.
    """
    before = queries.kind_of(session, code)
    if before is None:
        raise BadDocumentKind(f"There is no kind {code}.", faults=[Fault("/kind", "is no kind of document")])
    if faults := _faults(changes):
        raise BadDocumentKind(f"{faults[0].pointer.strip('/')} {faults[0].detail}.", faults=faults)
    said = {name: value for name, value in changes.items() if getattr(before, name) != value}
    if not said:
        return
    queries.change_kind(session, code, said)
    detail = {name: {"before": getattr(before, name), "after": value} for name, value in said.items()}
    audit.note(
        session,
        action="document_kind.change",
        subject=f"document_kind:{code}",
        detail=detail,
        actor_id=actor_id,
        now=now,
    )


def _faults(changes: Mapping[str, Any]) -> list[Fault]:
    found = [Fault(f"/{name}", "is empty") for name, value in changes.items() if not value or value == " "]
    if (form := changes.get("number_format")) and not NUMBER_FORMAT.fullmatch(form):
        found.append(Fault("/number_format", "needs {year} and then {serial}, and nothing else in braces"))
    strange = sorted(set(changes.get("issuing_roles", ())) - POSTS)
    if strange:
        found.append(Fault("/issuing_roles", f"knows {', '.join(sorted(POSTS))}, not {', '.join(strange)}"))
    return found
