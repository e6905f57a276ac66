"""One action under way: the case as it is, what was brought, and what changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.rules import Action, Move, Standing
from app.core.auth import Principal
from app.media.service import PhotoRow

THE_SYSTEM = Principal(None, "system", "system", None, (), frozenset())
"""The clock and the rules, acting by themselves."""


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wants to do to a case.

    Shape: `inputs` are the action's own inputs with `reason`, `photo_ids` and `position` (lon, lat in WGS 84, and the
           raw statement under `raw`); `expected_version` is that of If-Match, None for any.
    """

    action: Action
    inputs: Mapping[str, Any] = field(default_factory=dict)
    expected_version: int | None = None
    device: str | None = None


@dataclass(slots=True)
class Work:
    """An action while it is carried out. `case` is the locked row; `set` changes it and remembers what changed."""

    session: Session
    case: dict[str, Any]
    command: Command
    principal: Principal
    now: datetime
    standing: Standing
    move: Move | None = None
    photos: tuple[PhotoRow, ...] = ()
    found: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    event_inputs: dict[str, Any] = field(default_factory=dict)

    @property
    def inputs(self) -> Mapping[str, Any]:
        return self.command.inputs

    @property
    def case_id(self) -> UUID:
        found: UUID = self.case["id"]
        return found

    def set(self, **values: Any) -> None:
        """Change columns of the case; written once, with the event."""
        self.case.update(values)
        self.changed.update(values)
