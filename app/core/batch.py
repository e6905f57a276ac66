"""One request that is many units of work: each part is kept or refused by itself, and done once however often it is
sent.

A request of 200 parts in one transaction would hold 200 locks for seconds, lose all of them for one, and keep the
change feed waiting. So each part has its own short transaction, and under an ``Idempotency-Key`` its own stored
result, written with its effect: the request sent again gets what was done and goes on where it stopped, even where
the process died half-way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core import clock
from app.core.auth import current_principal
from app.core.db import unit_of_work
from app.core.http import KEY_SHAPE, KeyMalformed, fingerprint, json_response, replay
from app.core.models import IdempotencyKey
from app.core.problems import handle

Result = dict[str, Any]
Do = Callable[[Session], Result]
Refused = Callable[[Session, Result], Result]
OURS = 500
"""What is answered from here on is our fault or passes: it is not kept, so that the part sent again is tried again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A request under way. `key` is None where it came without an Idempotency-Key: then nothing is kept."""

    key: str | None
    print: str

    def once(self, part: str, do: Do, refused: Refused) -> Result:
        """What came of one part: done in a unit of work of its own, or what it was when it was done before.

        refused: makes the part's result out of the problem that it ended in, for this and every later time.
        Raises:  Passing where it may be different when it is sent again.
        """
        try:
            with unit_of_work() as session:
                return self._kept(session, part) or self._keep(session, part, do(session))
        except Exception as error:  # noqa: BLE001 -- one part that fails must not take the others with it
            problem: Result = handle(error).get_json()
        if problem["status"] >= OURS:
            raise Passing(problem)
        with unit_of_work() as session:
            return self._kept(session, part) or self._keep(session, part, refused(session, problem))

    def conclude(self, payload: Mapping[str, Any], *, whole: bool) -> Response:
        """The answer, kept under the request's key where every part came to its end."""
        response = json_response(payload)
        if self.key is not None and whole:
            with unit_of_work() as session:
                _store(session, self._scope(), response.get_data())
        return response

    def _scope(self, *part: str) -> str:
        whose = (current_principal().key, request.method, request.path, self.key or "", *part)
        return hashlib.sha256("\n".join(whose).encode()).hexdigest()

    def _kept(self, session: Session, part: str) -> Result | None:
        """Claims the part for this transaction, waiting for whoever has it; what it came to where it is done."""
        if self.key is None or _claimed(session, self._scope(part), self.print):
            return None
        found: Result = orjson.loads(session.get_one(IdempotencyKey, self._scope(part)).body or b"")
        return found

    def _keep(self, session: Session, part: str, result: Result) -> Result:
        if self.key is not None:
            _store(session, self._scope(part), orjson.dumps(result))
        return result


class Passing(Exception):
    """A part could not be done for a reason that passes; `problem` says which."""

    def __init__(self, problem: Result) -> None:
        super().__init__(problem["detail"])
        self.problem = problem


def begin_batch() -> Batch:
    """Begin a request of many parts.

    Raises: KeyMalformed, KeyReused, and Replay (handled by the app) where the whole of it was answered before.
    """
    batch = Batch(request.headers.get("Idempotency-Key"), fingerprint())
    if batch.key is None:
        return batch
    if not KEY_SHAPE.fullmatch(batch.key):
        raise KeyMalformed("Send 1 to 128 visible ASCII characters, for example a UUID.")
    scope = batch._scope()  # noqa: SLF001 -- its own maker
    with unit_of_work() as session:
        if not _claimed(session, scope, batch.print):
            stored = session.get_one(IdempotencyKey, scope)
            if stored.fingerprint != batch.print or stored.body is not None:
                raise replay(stored, batch.print)
    return batch


def _claimed(session: Session, scope: str, print_: str) -> bool:
    row = {"scope": scope, "fingerprint": print_, "created_at": clock.now()}
    made = insert(IdempotencyKey).values(row).on_conflict_do_nothing().returning(IdempotencyKey.scope)
    return session.execute(made).scalar() is not None


def _store(session: Session, scope: str, body: bytes) -> None:
    kept = {"status": 200, "headers": {"Content-Type": "application/json"}, "body": body}
    session.execute(update(IdempotencyKey).where(IdempotencyKey.scope == scope).values(kept))
