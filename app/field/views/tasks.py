"""What people are asked to do, over HTTP."""

from __future__ import annotations

from flask import Response

from app.cases.service import asking
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, json_response, write_unit
from app.core.schemas import problems
from app.field import service
from app.field.schemas import DeclineIn, TaskOut, TaskPath, TasksPage, TasksQuery
from app.field.service import Paging, TaskFilter
from app.field.views.blueprint import field


@field.get("/tasks", operation_id="list_tasks", responses={200: TasksPage, **problems(401, 403)})
@needs("task.read_own")
def list_tasks(query: TasksQuery) -> Response:
    """What I was asked to verify, check or handle, newest first; of the unit I manage, what it handles now."""
    found, paging = TaskFilter(query.kind, query.state), Paging(query.limit, query.cursor)
    with read_unit() as session:
        items, cursor = service.tasks_for(session, current_principal(), found, now=clock.now(), paging=paging)
    return json_response({"items": items, "next_cursor": cursor})


@field.post(
    "/tasks/<uuid:task_id>/accept", operation_id="accept_task", responses={200: TaskOut, **problems(401, 403, 404, 409)}
)
@needs("task.answer")
def accept_task(path: TaskPath) -> Response:
    """I shall do it: nobody else is asked."""
    now = clock.now()
    with write_unit() as session:
        asking.accept(session, path.task_id, principal=current_principal(), now=now)
        return answer(session, service.task_after(session, path.task_id, now=now))


@field.post(
    "/tasks/<uuid:task_id>/decline",
    operation_id="decline_task",
    responses={200: TaskOut, **problems(401, 403, 404, 409)},
)
@needs("task.answer")
def decline_task(path: TaskPath, body: DeclineIn) -> Response:
    """I cannot do it: the next is asked at once; with nobody left it stays, and the desk sees why."""
    now = clock.now()
    with write_unit() as session:
        asking.decline(session, path.task_id, body.reason.strip(), principal=current_principal(), now=now)
        return answer(session, service.task_after(session, path.task_id, now=now))
