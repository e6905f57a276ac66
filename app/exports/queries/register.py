"""Exports that are jobs: recorded, found again by whoever asked, removed when their time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.exports.models import CaseExport
from app.exports.rules import ExportStatus

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('case_exports:' || CAST(:user_id AS text), 0))")
UNDER_WAY = (ExportStatus.WAITING, ExportStatus.RUNNING)
SHOWN = 50


def lock_exports_of(session: Session, user_id: UUID) -> None:
    """Until the session ends nobody else adds an export of this person: they are counted."""
    session.execute(_LOCK, {"user_id": str(user_id)})


def under_way(session: Session, user_id: UUID) -> Sequence[CaseExport]:
    """Exports of a person that wait or are being made, oldest first."""
    query = select(CaseExport).where(CaseExport.user_id == user_id, CaseExport.status.in_(UNDER_WAY))
    return session.scalars(query.order_by(CaseExport.created_at, CaseExport.id)).all()


def add_export(session: Session, row: Mapping[str, Any]) -> CaseExport:
    """Record an export that was asked for."""
    made = insert(CaseExport).values(id=new_id(), status=ExportStatus.WAITING, **row).returning(CaseExport)
    return session.scalars(made).one()


def export(session: Session, export_id: UUID, *, locked: bool = False) -> CaseExport | None:
    """An export; `locked` until the session ends."""
    found = select(CaseExport).where(CaseExport.id == export_id).execution_options(populate_existing=True)
    return session.scalars(found.with_for_update() if locked else found).one_or_none()


def own_export(session: Session, export_id: UUID, user_id: UUID) -> CaseExport | None:
    """An export of this person's."""
    return session.scalars(
        select(CaseExport).where(CaseExport.id == export_id, CaseExport.user_id == user_id)
    ).one_or_none()


def own_exports(session: Session, user_id: UUID) -> Sequence[CaseExport]:
    """The newest exports of a person."""
    query = select(CaseExport).where(CaseExport.user_id == user_id)
    return session.scalars(query.order_by(CaseExport.created_at.desc(), CaseExport.id.desc()).limit(SHOWN)).all()


def change_export(session: Session, export_id: UUID, row: Mapping[str, Any]) -> None:
    """Write down how far an export is, or what became of it."""
    session.execute(update(CaseExport).where(CaseExport.id == export_id).values(**row))


def note_rows(session: Session, export_id: UUID, attempt: int, rows: int) -> bool:
    """Say how many rows an attempt has written; false where it is no longer the one that counts."""
    mine = (CaseExport.id == export_id, CaseExport.attempts == attempt, CaseExport.status == ExportStatus.RUNNING)
    changed = update(CaseExport).where(*mine).values(rows=rows).returning(CaseExport.id)
    return session.execute(changed).first() is not None


def outlived(session: Session, now: datetime, most: int) -> Sequence[CaseExport]:
    """Exports whose time is over."""
    query = select(CaseExport).where(CaseExport.expires_at <= now).order_by(CaseExport.expires_at).limit(most)
    return session.scalars(query).all()


def remove_export(session: Session, export_id: UUID) -> None:
    """Forget an export."""
    session.execute(delete(CaseExport).where(CaseExport.id == export_id))


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the keys that an export names."""
    found = session.scalars(select(CaseExport.file_key).where(CaseExport.file_key.in_(keys)))
    return {key for key in found if key is not None}
