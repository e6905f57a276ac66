"""Before a view runs: how large a body may be, what type it must have, and that its text can be stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import orjson
from flask import Flask, Request, current_app, request
from flask.json.provider import JSONProvider

from app.core.errors import Fault, Invalid, TooLarge, WrongType

JSON_BYTES = 1_048_576
FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
_View = TypeVar("_View", bound=Callable[..., Any])


class MalformedJson(Invalid):
    slug = "malformed-json"
    title = "The body is not JSON"


class NulCharacter(Invalid):
    slug = "nul-character"
    title = "Text must not contain U+0000"


class BodyTooLarge(TooLarge):
    slug = "too-large"
    title = "Too large"


class WrongContentType(WrongType):
    slug = "wrong-type"
    title = "Wrong content type"


class OrjsonProvider(JSONProvider):
    """JSON by orjson: strict (no NaN, no lone surrogates, valid UTF-8 only) and fast."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS, default=str).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)


def takes(
    *mimetypes: str, max_bytes: int = JSON_BYTES, refusal: type[TooLarge] = BodyTooLarge
) -> Callable[[_View], _View]:
    """Mark a view: the content types it takes and the most bytes. Views without it take JSON up to 1 MiB.

    ``refusal``: what a longer body is refused with.
    """

    def mark(view: _View) -> _View:
        view.__takes__ = (mimetypes, max_bytes)  # type: ignore[attr-defined]
        view.__refusal__ = refusal  # type: ignore[attr-defined]
        return view

    return mark


def check_intake() -> None:
    """Refuse what no view could use, with a reason.

    Raises: BodyTooLarge (413), WrongContentType (415), MalformedJson, NulCharacter (422).
    """
    view = current_app.view_functions.get(request.endpoint or "")
    mimetypes, most = getattr(view, "__takes__", (("application/json",), JSON_BYTES))
    if request.mimetype == "application/json" and FORMS & {*mimetypes}:
        # Where a form brings files, the room is theirs: JSON beside it is decoded whole and stays small.
        most = min(most, JSON_BYTES)
    # A body without a length is cut off where the limit is, unseen: one byte more shows that it was longer.
    request.max_content_length = most + (request.content_length is None)
    if request.content_length is not None and request.content_length > most:
        refusal: type[TooLarge] = getattr(view, "__refusal__", BodyTooLarge)
        raise refusal(f"The body has {request.content_length} bytes; at most {most} are taken here.", max_bytes=most)
    _check_address(request)
    if request.method not in {"POST", "PUT", "PATCH"} or view is None or _bodiless(view):
        return
    _check_type(mimetypes)
    if request.mimetype == "application/json":
        _check_json(request, most)
    elif request.mimetype in FORMS:
        _check_form(request)


def _check_type(mimetypes: tuple[str, ...]) -> None:
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise WrongContentType("Send the body as it is, without Content-Encoding.", accepted=list(mimetypes))
    if request.mimetype not in mimetypes and mimetypes:
        raise WrongContentType(
            f"Send {' or '.join(mimetypes)}, not {request.mimetype or 'a body without Content-Type'}.",
            accepted=list(mimetypes),
        )


def _bodiless(view: Callable[..., Any]) -> bool:
    declares = {"body", "form"} & set(getattr(view, "__annotations__", {}))
    return not declares and not hasattr(view, "__takes__")


def _check_address(incoming: Request) -> None:
    for name, values in incoming.args.lists():
        _refuse_nul(name, [name, *values], "the query")
        if len(values) > 1:
            fault = Fault(f"/{name}", f"is given {len(values)} times: give it once")
            raise Invalid(f"{name} is given {len(values)} times: give it once.", faults=[fault])
    for name, value in (incoming.view_args or {}).items():
        _refuse_nul(name, [str(value)], "the path")


def _check_form(incoming: Request) -> None:
    for name, values in incoming.form.lists():
        _refuse_nul(name, [name, *values], "the form")
    for name, file in incoming.files.items(multi=True):
        _refuse_nul(name, [name, file.filename or ""], "the name of the file")


def _refuse_nul(name: str, texts: Iterable[str], place: str) -> None:
    if any("\x00" in text for text in texts):
        fault = Fault(f"/{name}".replace("\x00", ""), "contains U+0000")
        raise NulCharacter(f"Remove U+0000 from {place}.", faults=[fault])


def _check_json(incoming: Request, most: int) -> None:
    data = incoming.get_data(cache=True)
    if len(data) > most:
        raise BodyTooLarge(f"The body has more than {most} bytes, the most that are taken here.", max_bytes=most)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise MalformedJson(f"The body is not JSON: {error}.", faults=[Fault("", str(error))]) from error
    if not isinstance(value, dict):
        raise MalformedJson("The body must be a JSON object.", faults=[Fault("", "must be an object")])
    if b"\\u0000" in data:
        found = _find_nul(value)
        if found is not None:
            raise NulCharacter(f"Remove U+0000 from {found}.", faults=[Fault(found, "contains U+0000")])


def _find_nul(value: Any) -> str | None:
    """The pointer of a text with U+0000. Without recursion: input may be nested deeper than Python's stack."""
    left: list[tuple[str, Any]] = [("", value)]
    while left:
        pointer, found = left.pop()
        if isinstance(found, str) and "\x00" in found:
            return pointer
        if isinstance(found, dict):
            if any("\x00" in name for name in found):
                return pointer
            left += [(f"{pointer}/{name}", item) for name, item in found.items()]
        elif isinstance(found, list):
            left += [(f"{pointer}/{place}", item) for place, item in enumerate(found)]
    return None


def register(app: Flask) -> None:
    """Use strict JSON in this app and look at every request before its view."""
    app.json = OrjsonProvider(app)
    app.before_request(check_intake)
