"""Over HTTP: who was reminded of a case."""

from __future__ import annotations

from flask import Response

from app.cases import service
from app.cases.schemas import NumberPath, RemindersOut
from app.cases.views.cases import UNSEEN, cases
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import json_response


@cases.get("/cases/<number>/reminders", operation_id="list_case_reminders", responses={200: RemindersOut, **UNSEEN})
@needs("case.read")
def list_case_reminders(path: NumberPath) -> Response:
    """Who was reminded when, of which clock of the case and on which rung of the ladder; oldest first."""
    with read_unit() as session:
        case = service.case_row(session, path.number, current_principal())
        items = service.reminders_for(session, case)
    return json_response({"items": items})
