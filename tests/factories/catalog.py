"""Types and filing conditions for tests, through the import."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from app.catalog import service
from app.catalog.rules import TypeRow
from app.catalog.schemas import TypeRef

SCHEME = "GB/T 47678.5-2026"
IMPORTED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def type_row(**changes: str) -> dict[str, str]:
    """A written type: exposed rubbish, a matter."""
    return {
        "scheme": SCHEME,
        "kind": "matter",
        "class_code": "06",
        "class_name": "市容环境类",
        "code": "06010",
        "name": "暴露垃圾",
        "self_handle_allowed": "true",
        **changes,
    }


def condition_row(**changes: str) -> dict[str, str]:
    """A written filing condition of that type: four working hours."""
    return {
        "scheme": SCHEME,
        "kind": "matter",
        "code": "06010",
        "row": "1",
        "text": "路面或绿地有暴露垃圾",
        "limit": "4",
        "unit": "working_hour",
        "close_text": "已清除，现场整洁",
        **changes,
    }


def a_type(
    session: Session,
    *,
    kind: str = "matter",
    code: str = "06010",
    name: str = "暴露垃圾",
    limits: tuple[tuple[str, str], ...] = (("4", "working_hour"),),
    self_handle_allowed: bool = True,
) -> TypeRow:
    """A type in the catalogue with one filing condition per (amount, unit) of `limits`."""
    key = {"kind": kind, "code": code}
    allowed = "true" if self_handle_allowed else "false"
    conditions = [
        condition_row(**key, row=str(i), text=f"{name} {Decimal(amount)} {unit}", limit=amount, unit=unit)
        for i, (amount, unit) in enumerate(limits, 1)
    ]
    written = type_row(**key, class_code=code[:2], name=name, self_handle_allowed=allowed)
    service.import_types(session, [written], conditions, now=IMPORTED_AT)
    return service.find_type(session, TypeRef.model_validate({"scheme": SCHEME, **key}))
