"""The types and filing conditions that bodies name: what is not there is a fault of the input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.errors import ConditionNotKnown, TypeNotKnown
from app.catalog import service as catalog
from app.catalog.errors import UnknownCondition, UnknownType
from app.catalog.rules import Condition, TypeRow
from app.catalog.schemas import TypeRef


def find_type(session: Session, ref: Mapping[str, Any]) -> TypeRow:
    """The type that scheme, kind and code name.

    Raises: TypeNotKnown.
    """
    try:
        return catalog.find_type(session, TypeRef.model_validate(ref))
    except UnknownType as unknown:
        raise TypeNotKnown(unknown.detail, faults=unknown.faults) from unknown


def find_condition(session: Session, condition_id: UUID, type_id: UUID) -> Condition:
    """The filing condition of a type, as long as it is in force.

    Raises: ConditionNotKnown.
    """
    try:
        return catalog.find_condition(session, condition_id, type_id)
    except UnknownCondition as unknown:
        raise ConditionNotKnown(unknown.detail, faults=unknown.faults) from unknown
