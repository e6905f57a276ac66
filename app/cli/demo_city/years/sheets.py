"""Rows on their way into the tables: text as COPY reads it, collected until there are enough of them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

NULL = "\\N"

COLUMNS: Mapping[str, Sequence[str]] = {
    "cases": (
        "id", "number", "case_month", "version", "state", "source", "type_id", "condition_id", "description",
        "address", "lon", "lat", "filed_cell", "current_cell", "zone_code", "reporter_id", "lead_id", "helper_ids",
        "unit_ids", "handler_id", "holder_id", "routing", "pending", "hold_until", "extensions", "holds", "reworks",
        "returns", "reopens", "reopened_by_reporter", "self_handled", "forced", "supervised", "appeal", "rating",
        "merged_into", "stage", "yellow_at", "due_at", "paused", "opened_at", "filed_at", "dispatched_at",
        "handled_at", "closed_at", "updated_at", "head_hash",
    ),
    "reports": (
        "id", "number", "sender", "reporter_id", "source", "fingerprint", "tracking_hash", "type_id", "description",
        "address", "stated", "lon", "lat", "area_code", "photo_ids", "flags", "duplicates", "captured_at",
        "received_at", "acknowledged_at",
    ),
    "case_reports": (
        "report_id", "case_id", "number", "reporter_id", "source", "reported_at", "rating", "reopened_at",
    ),
    "case_clocks": (
        "id", "case_id", "ordinal", "stage", "amount", "unit", "owner_id", "started_at", "segment_at", "spent_us",
        "yellow_at", "due_at", "paused_at", "ended_at", "outcome", "calendar_code", "calendar_version", "provisional",
        "told_at",
    ),
    "case_tasks": (
        "id", "case_id", "kind", "assignee_id", "created_at", "closed_at", "suggested", "offered_at", "accepted_at",
        "outcome",
    ),
    "case_events": (
        "case_month", "case_id", "seq", "number", "action", "at", "before", "after", "inputs", "digests", "prev_hash",
        "hash",
    ),
    "event_details": ("case_month", "case_id", "seq", "details", "salts"),
}  # fmt: skip
"""What is written of each table, in an order in which every row finds those that it names."""


def line(*values: object) -> str:
    """A row of plain values; None is NULL. Nothing in them needs escaping: see `escaped`."""
    return "\t".join([NULL if value is None else str(value) for value in values])


def escaped(text: str) -> str:
    """Text with the characters that COPY would read as its own."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def flag(value: object) -> str:
    """A truth value."""
    return "t" if value else "f"


def array(values: Sequence[str]) -> str:
    """An array of ids."""
    return "{" + ",".join(values) + "}"


class Sheets:
    """The rows of some cases, by table."""

    def __init__(self) -> None:
        self.rows: dict[str, list[str]] = {name: [] for name in COLUMNS}

    def add(self, name: str, row: str) -> None:
        """One row, made by `line`."""
        self.rows[name].append(row)

    def copy(self, cursor: Any) -> int:
        """Write everything, each table by one COPY; returns how many rows."""
        written = 0
        for name, rows in self.rows.items():
            if rows:
                text = "\n".join(rows) + "\n"
                cursor.copy_expert(f"COPY {name} ({', '.join(COLUMNS[name])}) FROM STDIN", io.StringIO(text))
                written += len(rows)
                rows.clear()
        return written
