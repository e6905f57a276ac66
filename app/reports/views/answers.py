"""The reporter's answers as inputs of actions."""

from __future__ import annotations

from typing import Any

from app.reports.schemas import ReopenIn


def reopening(body: ReopenIn) -> dict[str, Any]:
    """The inputs of `reopen`; the position in WGS 84 with the statement kept under `raw`."""
    given: dict[str, Any] = {"photo_ids": body.photo_ids, "reason": body.reason}
    if body.position is not None:
        given["position"] = body.position.kept()
    return {name: value for name, value in given.items() if value}
