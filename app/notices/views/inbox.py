"""One's own notices over HTTP."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, json_response, write_unit
from app.core.schemas import problems
from app.notices import service
from app.notices.schemas import (
    LanguageQuery,
    NoticeDetailOut,
    NoticeOut,
    NoticePath,
    NoticeQuery,
    NoticesPage,
    NoticesQuery,
)
from app.notices.views.blueprint import notices


def _me() -> UUID:
    return current_principal().id  # type: ignore[return-value]  # the verb is for signed-in users only


@notices.get("/notices", operation_id="list_notices", responses={200: NoticesPage, **problems(401)})
@needs("notice.read")
def list_notices(query: NoticesQuery) -> Response:
    """What I have to know, newest first."""
    with read_unit() as session:
        found = service.notices_of(
            session, _me(), unread=query.unread, language=query.lang, limit=query.limit, cursor=query.cursor
        )
    return json_response(found)


@notices.get(
    "/notices/<uuid:notice_id>", operation_id="get_notice", responses={200: NoticeDetailOut, **problems(401, 404)}
)
@needs("notice.read")
def get_notice(path: NoticePath, query: NoticeQuery) -> Response:
    """One of my notices, with the reminders that it tells of."""
    with read_unit() as session:
        found = service.notice_of(
            session, _me(), path.notice_id, language=query.lang, limit=query.limit, cursor=query.cursor
        )
    return json_response(found)


@notices.post(
    "/notices/<uuid:notice_id>/read", operation_id="read_notice", responses={200: NoticeOut, **problems(401, 404)}
)
@needs("notice.read")
def read_notice(path: NoticePath, query: LanguageQuery) -> Response:
    """I have read it."""
    with write_unit() as session:
        found = service.mark_read(session, _me(), path.notice_id, language=query.lang, now=clock.now())
        return answer(session, found)
