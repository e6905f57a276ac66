"""Checking a case's chain of events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.rules import Verdict, verify


def verify_chain(session: Session, case: Mapping[str, Any]) -> Verdict:
    """Whether the case's events are those that were written, erased values apart; two statements."""
    events, details = queries.chain_of(session, case["case_month"], case["id"])
    return verify(events, details, head=case["head_hash"])
