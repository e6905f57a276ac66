"""Who may look at the untouched original of a case's photo."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.cases import queries
from app.cases.errors import CaseNotFound
from app.cases.service.reading import case_row
from app.core.auth import Principal

ROLES = (Role.OPERATOR, Role.SHIFT_LEADER, Role.SUPERVISOR, Role.ADMIN)


def check_photo(session: Session, number: str, photo_id: UUID, principal: Principal) -> None:
    """Let pass whoever sees the case by a desk grant over its ground, for a photo that is on it.

    Raises: CaseNotFound, also for a photo of another case: what a grant does not cover does not exist.
    """
    case = case_row(session, number, principal)
    covered = any(case["current_cell"].startswith(area) for area in principal.areas(*ROLES))
    if not covered or photo_id not in {row.photo_id for row in queries.photos_of(session, case["id"])}:
        raise CaseNotFound(f"There is no photo {photo_id} on a case {number} whose originals you may see.")
