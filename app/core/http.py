"""What views share: the unit of work of a writing request, stored answers for repeated ones, versions in headers."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
from flask import Response, current_app, g, request
from pydantic import BaseModel
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core import clock
from app.core.auth import current_principal
from app.core.db import unit_of_work
from app.core.errors import Conflict, Invalid, Stale, VersionMissing
from app.core.models import IdempotencyKey

KEY_SHAPE = re.compile(r"[\x21-\x7e]{1,128}")


class KeyReused(Conflict):
    slug = "idempotency-key-reused"
    title = "This Idempotency-Key belongs to another request"


class KeyMalformed(Invalid):
    slug = "idempotency-key-malformed"
    title = "Idempotency-Key needs 1 to 128 visible characters"


class Replay(Exception):
    """Ends a view early with the stored answer."""

    def __init__(self, response: Response) -> None:
        super().__init__("replayed")
        self.response = response


@contextmanager
def write_unit() -> Iterator[Session]:
    """The unit of work of a request that creates or acts.

    With an ``Idempotency-Key`` the key is claimed inside the same transaction: a second request with it waits for the
    first, then gets the first one's answer; if the first failed, it is carried out.
    Raises: KeyReused, KeyMalformed, Replay (handled by the app).
    """
    with unit_of_work() as session:
        key = request.headers.get("Idempotency-Key")
        g.idempotency_scope = _claim(session, key) if key is not None else None
        yield session


def _claim(session: Session, key: str) -> str:
    if not KEY_SHAPE.fullmatch(key):
        raise KeyMalformed("Send 1 to 128 visible ASCII characters, for example a UUID.")
    parts = (current_principal().key, request.method, request.path, key)
    scope = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    print_ = fingerprint()
    row = {"scope": scope, "fingerprint": print_, "created_at": clock.now()}
    claimed = session.execute(
        insert(IdempotencyKey).values(row).on_conflict_do_nothing().returning(IdempotencyKey.scope)
    ).scalar()
    if claimed is None:
        raise replay(session.get_one(IdempotencyKey, scope), print_)
    return scope


def replay(stored: IdempotencyKey, print_: str) -> Exception:
    """What a repeated request ends with: the stored answer, or that its key belongs to another body."""
    if stored.fingerprint != print_:
        return KeyReused("The same Idempotency-Key came with another body before: use a new key for a new request.")
    response = Response(stored.body or b"", status=stored.status or 200)
    response.headers.update({**(stored.headers or {}), "Idempotent-Replayed": "true"})
    return Replay(response)


def fingerprint() -> str:
    """Keyed SHA-256 of the request's content, the same for the same fields however they were encoded.

    Keyed, because a request may hold a password: whoever reads the table must not be able to guess it there.
    """
    digest = hmac.new(current_app.config["SECRET_KEY"].encode(), b"fieldgrid request\n", hashlib.sha256)
    if request.is_json:
        digest.update(orjson.dumps(request.get_json(silent=True), option=orjson.OPT_SORT_KEYS))
    elif request.mimetype in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        fields = sorted((name, value) for name, values in request.form.lists() for value in values)
        digest.update(orjson.dumps(fields))
        for name, file in sorted(request.files.items(multi=True), key=lambda item: item[0]):
            digest.update(name.encode() + hashlib.file_digest(file.stream, "sha256").digest())  # type: ignore[arg-type]
            file.stream.seek(0)
    else:
        digest.update(request.get_data())
    return digest.hexdigest()


def answer(
    session: Session,
    payload: BaseModel | Mapping[str, Any] | None,
    status: int = 200,
    *,
    version: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response of a view; kept under the request's Idempotency-Key in the same transaction as the effect."""
    response = json_response(payload, status, version=version, headers=headers)
    if scope := g.get("idempotency_scope"):
        kept = {
            name: response.headers[name] for name in ("Content-Type", "ETag", "Location") if name in response.headers
        }
        session.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.scope == scope)
            .values(status=status, headers=kept, body=response.get_data())
        )
    return response


def json_response(
    payload: Any, status: int = 200, *, version: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON response without a unit of work, for reads. Models are dumped in JSON mode."""
    body = payload.model_dump(mode="json", by_alias=True) if isinstance(payload, BaseModel) else payload
    data = b"" if status == 204 else current_app.json.dumps(body).encode()
    response = Response(data, status=status, content_type="application/json" if data else None)
    if version is not None:
        response.headers["ETag"] = f'"{version}"'
    response.headers.update(dict(headers or {}))
    return response


def file_response(data: bytes, mimetype: str, filename: str, *, cache: str) -> Response:
    """Bytes that somebody sent us, shown so that no browser can be talked into running them."""
    return Response(
        data,
        content_type=mimetype,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": cache,
            "Content-Disposition": f'inline; filename="{filename}"',
        },
    )


def if_match() -> int | None:
    """The version that ``If-Match`` names; None for ``*`` (any version).

    Raises: VersionMissing (428), Stale (412) for something that was never a version of ours.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise VersionMissing("Send If-Match with the ETag that the last answer about this thing had.")
    if given == "*":
        return None
    text = given.removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 18:
        raise Stale(f"If-Match {given} is not a version of this thing: read it again.")
    return int(text)


def if_match_given() -> int | None:
    """The version that ``If-Match`` names where a caller may leave it out; None for ``*`` and without one.

    Raises: Stale (412) for something that was never a version of ours.
    """
    return if_match() if request.headers.get("If-Match", "").strip() else None


def last_event_id() -> str | None:
    """The id of the last event that the client of a stream had; None for one that begins."""
    return request.headers.get("Last-Event-ID", "").strip() or None


def purge_idempotency_keys(session: Session, *, older_than_days: int = 8) -> int:
    """Forget answers after the promised seven days and a margin; returns how many."""
    old = clock.now() - func.make_interval(0, 0, 0, older_than_days)
    doomed = select(IdempotencyKey.scope).where(IdempotencyKey.created_at < old).limit(10_000).scalar_subquery()
    table = IdempotencyKey.__table__
    return session.execute(table.delete().where(IdempotencyKey.scope.in_(doomed))).rowcount  # type: ignore[attr-defined,no-any-return]


def accepted_language() -> str | None:
    """The best of our languages that the request accepts; None where it names none of them."""
    best: str | None = request.accept_languages.best_match(["zh-CN", "zh", "en"])
    return best
