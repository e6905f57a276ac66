"""A bulletin's contents, from what was frozen and the city's texts."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.bulletins.rules.blocks import Document
from app.bulletins.rules.contents import Order, document_of
from app.bulletins.rules.template import template_of
from app.bulletins.service.gathering import facts_of, record_of
from app.bulletins.service.register import Wanted
from app.bulletins.service.templates import content_of, find_template
from app.bulletins.service.words import phrases


def contents_of(session: Session, wanted: Wanted, template: int | None, zone: ZoneInfo, *, now: datetime) -> Document:
    """What a bulletin says; `template` None: by the texts in force.

    Nothing is written.
    Raises: RevisionNotFound, PeriodNotReady, BulletinTemplateNotFound; Stale where a draft was replaced meanwhile.
    """
    record = record_of(session, wanted.period, wanted.revision, draft=wanted.draft)
    texts = template_of(content_of(find_template(session, wanted.language, template), wanted.language))
    facts = facts_of(session, wanted.period, record, texts.subjects, zone)
    order = Order(wanted.language, wanted.serial, now.astimezone(zone).date())
    return document_of(facts, texts, phrases(wanted.language, zone), order)
