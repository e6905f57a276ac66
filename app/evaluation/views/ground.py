"""What is for those whose ground is the whole city."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.core.auth import current_principal
from app.evaluation import service
from app.evaluation.errors import WholeCityOnly
from app.evaluation.service import Ground

DECIDING = (Role.EVALUATOR, Role.ADMIN)


def sees_whole_city(session: Session, *roles: Role) -> bool:
    """Whether whoever asks has one of the roles (any where none is named) over the whole city."""
    prefixes = current_principal().areas(*roles)
    return bool(prefixes) and service.is_whole(session, Ground(prefixes))


def require_whole_city(session: Session) -> None:
    """Scores and publishing are of the whole city.

    Raises: WholeCityOnly.
    """
    if not sees_whole_city(session, *DECIDING):
        raise WholeCityOnly("Scores and published periods are the whole city's: yours is a part of it.")
