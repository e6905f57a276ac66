"""Routing rules and calendars, as their files show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from app.core.models import table
from app.sla.models import CalendarCorrection, WorkCalendar

_RULES = text("""
    SELECT r.id, r.scheme, r.kind,
           CASE r.target WHEN 'class' THEN r.code ELSE '' END AS class,
           CASE r.target WHEN 'type' THEN r.code ELSE '' END AS type,
           CASE r.ground WHEN 'duty_zone' THEN '' ELSE r.place END AS area,
           CASE r.ground WHEN 'duty_zone' THEN r.place ELSE '' END AS duty_zone,
           lead.code AS lead,
           coalesce((SELECT string_agg(o.code, ' ' ORDER BY h.nth)
              FROM unnest(r.helper_ids) WITH ORDINALITY AS h (id, nth)
              JOIN organizations o ON o.id = h.id), '') AS helpers,
           CASE WHEN r.auto THEN 'true' ELSE 'false' END AS auto,
           coalesce(r.valid_from::text, '') AS valid_from, coalesce(r.valid_to::text, '') AS valid_to
      FROM routing_rules r JOIN organizations lead ON lead.id = r.lead_id
     WHERE r.retired_at IS NULL
     ORDER BY r.scheme, r.kind, 4, 5, 6, 7, r.valid_from NULLS FIRST, r.id
""")


def routing_rules(session: Session) -> Sequence[Row[Any]]:
    """Every rule that is not retired: its id, then the columns of the file."""
    return session.execute(_RULES).all()


_PART_OWNERS = text("""
    SELECT p.code || CASE WHEN p.is_prefix THEN '*' ELSE '' END AS part, o.code AS owner,
           coalesce(p.valid_from::text, '') AS valid_from, coalesce(p.valid_to::text, '') AS valid_to
      FROM part_owners p JOIN organizations o ON o.id = p.organization_id
     WHERE p.retired_at IS NULL
     ORDER BY p.code, p.is_prefix, p.valid_from NULLS FIRST
""")


def part_owners(session: Session) -> Sequence[Row[Any]]:
    """Every owner that is not retired, in the columns of the file."""
    return session.execute(_PART_OWNERS).all()


def calendars(session: Session) -> Sequence[Row[Any]]:
    """The definitions of all calendars by code."""
    rows = table(WorkCalendar)
    return session.execute(select(rows).order_by(rows.c.code)).all()


def calendar_corrections(session: Session) -> Sequence[Row[Any]]:
    """Every corrected day: code, day, working, hours, note."""
    rows = table(CalendarCorrection)
    return session.execute(select(rows).order_by(rows.c.code, rows.c.day)).all()
