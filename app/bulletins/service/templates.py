"""The texts of bulletins: found, and changed as a new version that is tried first and written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.bulletins import queries
from app.bulletins.errors import BadBulletinTemplate, BulletinTemplateNotFound
from app.bulletins.queries import KeptTemplate
from app.bulletins.rules.contents import Order, document_of
from app.bulletins.rules.sample import sample_facts
from app.bulletins.rules.template import faults_of, placeholders, template_of
from app.bulletins.service.words import phrases, shipped
from app.core import audit
from app.core.clock import to_rfc3339
from app.core.row_versions import check_version


def find_template(session: Session, language: str, version: int | None = None) -> KeptTemplate | None:
    """A version of the city's own texts; None: what came with the product is meant, or in force.

    Raises: BulletinTemplateNotFound.
    """
    found = None if version == 0 else queries.kept_template(session, language, version)
    if found is None and version:
        raise BulletinTemplateNotFound(f"The texts in {language} have no version {version}.")
    return found


def content_of(kept: KeptTemplate | None, language: str) -> Mapping[str, Any]:
    """What a version says."""
    return shipped(language) if kept is None else kept.content


def shown_template(session: Session, language: str, version: int | None = None) -> dict[str, Any]:
    """A version of the texts as the API shows it; None is the one in force.

    Raises: BulletinTemplateNotFound.
    """
    kept, newest = find_template(session, language, version), queries.kept_template(session, language)
    number, in_force = (0 if one is None else one.version for one in (kept, newest))
    return {
        **content_of(kept, language),
        "language": language,
        "version": number,
        "in_force": number == in_force,
        "made_at": None if kept is None else to_rfc3339(kept.made_at),
        "placeholders": placeholders(),
    }


def put_template(
    session: Session,
    language: str,
    content: Mapping[str, Any],
    *,
    expected: int | None,
    actor_id: UUID | None,
    now: datetime,
) -> dict[str, Any]:
    """Word bulletins in another way from now on; those that were made stay as they are.

    Raises: BadBulletinTemplate, Stale.
    """
    if faults := faults_of(content):
        raise BadBulletinTemplate(f"No bulletin can be made by these texts: {faults[0].detail}.", faults=faults)
    order = Order(language, None, now.date())
    document_of(sample_facts(), template_of(content), phrases(language, ZoneInfo("UTC")), order)
    queries.lock_templates(session)
    before = queries.kept_template(session, language)
    version = 0 if before is None else before.version
    check_version(expected, version, f"The texts in {language}")
    if content_of(before, language) != content:
        queries.add_template(session, language, version + 1, content, now=now, actor_id=actor_id)
        audit.note(
            session,
            action="bulletin_template.put",
            subject=f"bulletin_template:{language}",
            detail={"version": version + 1, "before": content_of(before, language), "after": content},
            actor_id=actor_id,
            now=now,
        )
    return shown_template(session, language)
