"""Where I am reached beside my inbox, over HTTP."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit, unit_of_work
from app.core.http import answer, json_response, write_unit
from app.core.schemas import problems
from app.notices import service
from app.notices.errors import WrongContactCode
from app.notices.schemas import ContactCode, ContactIn, ContactOut, ContactPath, ContactsOut, UserPath
from app.notices.service import NewContact
from app.notices.views.blueprint import notices


def _me() -> UUID:
    return current_principal().id  # type: ignore[return-value]  # the verb is for signed-in users only


@notices.get("/me/contacts", operation_id="list_contacts", responses={200: ContactsOut, **problems(401, 403)})
@needs("contacts.own")
def list_contacts() -> Response:
    """Where I am reached beside my inbox."""
    with read_unit() as session:
        return json_response({"items": service.contacts_of(session, _me())})


@notices.put(
    "/me/contacts/<channel>", operation_id="put_contact", responses={200: ContactOut, **problems(401, 403, 429)}
)
@needs("contacts.own")
def put_contact(path: ContactPath, body: ContactIn) -> Response:
    """Be reached there; a new address is sent a code first, and nothing else until it is confirmed."""
    new = NewContact(path.channel, body.address, body.language, body.wanted, body.quiet_hours, request.remote_addr)
    with write_unit() as session:
        return answer(session, service.put_contact(session, _me(), new, now=clock.now()))


@notices.post(
    "/me/contacts/<channel>/confirm",
    operation_id="confirm_contact",
    responses={200: ContactOut, **problems(401, 403, 404, 429)},
)
@needs("contacts.own")
def confirm_contact(path: ContactPath, body: ContactCode) -> Response:
    """The code that was sent there. Wrong ones count like wrong passwords; confirming again is harmless."""
    now, asking = clock.now(), request.remote_addr
    with unit_of_work() as session:
        where, attempt = service.admit_code(session, _me(), path.channel, asking, now=now)
    attempt.or_wait()
    with unit_of_work() as session:
        found = service.confirm_contact(session, where, attempt, body.code, asking, now=now)
    if found is None:
        advice = "The code is wrong, used or older than ten minutes: PUT the contact again for a new one."
        raise WrongContactCode(advice)
    return json_response(found)


@notices.delete(
    "/me/contacts/<channel>", operation_id="remove_contact", responses={204: None, **problems(401, 403, 404)}
)
@needs("contacts.own")
def remove_contact(path: ContactPath) -> Response:
    """Be reached there no more."""
    with unit_of_work() as session:
        service.remove_contact(session, _me(), path.channel)
    return json_response(None, 204)


@notices.get(
    "/users/<uuid:user_id>/contacts",
    operation_id="list_user_contacts",
    responses={200: ContactsOut, **problems(401, 403, 404)},
)
@needs("contacts.admin")
def list_user_contacts(path: UserPath) -> Response:
    """Where somebody is reached, with the addresses masked."""
    with read_unit() as session:
        return json_response({"items": service.masked_contacts_of(session, path.user_id)})
