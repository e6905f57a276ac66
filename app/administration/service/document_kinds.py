"""The table of kinds of papers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.administration.rules.practice import DOCUMENT_KINDS
from app.administration.rules.sheets import Row
from app.administration.service.work import Hand, Present, Table, Work
from app.documents import service as documents

TEXTS = ("name_zh", "name_en", "number_format", "issuing_body", "basis")


def read(session: Session, _hand: Hand) -> Sequence[Present]:
    return [
        Present(
            {
                "code": row.code,
                "name_zh": row.name_zh,
                "name_en": row.name_en,
                "number_format": row.number_format,
                "issuing_body": row.issuing_body,
                "issuing_roles": " ".join(sorted(row.issuing_roles)),
                "basis": row.basis,
            }
        )
        for row in documents.kinds_of_city(session)
    ]


def apply(session: Session, work: Work) -> None:
    """Kinds are changed only: which there are is the product's, as each has words of its own."""
    for change in work.changes.changed:
        values = _said(change.after, change.columns)
        with work.on(change.number):
            documents.change_kind(session, change.after["code"], values, now=work.hand.now, actor_id=work.hand.actor_id)


def _said(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: row[name] for name in TEXTS if name in columns}
    if "issuing_roles" in columns:
        values["issuing_roles"] = sorted({*row["issuing_roles"].split()})
    return values


TABLE = Table(DOCUMENT_KINDS, read, apply)
