"""Telling a citizen that the report has arrived."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import outbox
from app.core.config import config
from app.reports import queries
from app.reports.rules import tracking_code


def acknowledge(session: Session, report_id: UUID, *, now: datetime) -> bool:
    """Send the receipt once; False when it was sent before or there is nobody to send it to."""
    report = queries.report(session, report_id)
    if report is None or report.acknowledged_at is not None or report.reporter_id is None:
        return False
    phone = queries.phone_of(session, report.reporter_id)
    if phone is None:
        return False
    code = tracking_code(config().data_key, report_id)
    text = f"【网格化城市管理】您的上报 {report.number} 已收到，查询码 {code}，可随时查看办理进度。"
    outbox.send(session, channel="sms", recipient=phone, text=text, now=now)
    queries.change_report(session, report_id, {"acknowledged_at": now})
    return True
