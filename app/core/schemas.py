"""The shapes that every feature's shapes are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
)

from app.core.clock import to_rfc3339


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        message = "an instant needs a zone: 2026-03-10T10:00:00+08:00 or …Z"
        raise ValueError(message)
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        message = "an instant lies between the years 1 and 9999, in UTC too"
        raise ValueError(message) from error


def _text_only(value: Any) -> Any:
    if not isinstance(value, str | datetime):
        message = "write an instant as text: 2026-03-10T10:00:00Z"
        raise ValueError(message)  # noqa: TRY004 -- pydantic turns ValueError, not TypeError, into a finding
    return value


Instant = Annotated[
    datetime, BeforeValidator(_text_only), AfterValidator(_aware), PlainSerializer(to_rfc3339, return_type=str)
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Integer = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Id = UUID
Day = date


class _CachedSchema(BaseModel):
    """flask-openapi3 asks for the JSON schema of a query or form at every request; it never changes."""

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if args or kwargs:
            return super().model_json_schema(*args, **kwargs)
        return _schema(cls)


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return BaseModel.model_json_schema.__func__(model)  # type: ignore[attr-defined,no-any-return]


class Body(_CachedSchema):
    """A JSON request body or a form: a member nobody knows is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False, arbitrary_types_allowed=True)


class Patch(Body):
    """A change of some members: what is left out stays as it is, and null is for what may be missing."""

    nullable: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="before")
    @classmethod
    def _not_emptied(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.field_name not in cls.nullable:
            message = "cannot be emptied: leave it out to keep it"
            raise ValueError(message)
        return value

    def changes(self) -> dict[str, Any]:
        """What was given."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Query(_CachedSchema):
    """Query parameters: unknown ones are an error."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Path(BaseModel):
    """Parts of the path."""

    model_config = ConfigDict(extra="ignore")


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class FaultOut(Out):
    pointer: str
    detail: str


class ProblemOut(Out):
    """application/problem+json, RFC 9457."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/invalid"])
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None
    errors: list[FaultOut] | None = None


PROBLEM_STATUSES = (401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503)


def problems(*statuses: int) -> dict[str | int, Any]:
    """The ``responses=`` entries of an operation for these statuses, as problem documents."""
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    known = {422, *statuses}
    return {
        str(status): {"description": _MEANING[status], "content": {"application/problem+json": {"schema": schema}}}
        for status in sorted(known)
    }


_MEANING = {
    400: "The request cannot be read",
    401: "No token, or one that is not valid",
    403: "Not allowed",
    404: "Not there, or not visible to you",
    409: "In conflict with what is stored",
    410: "No longer there",
    412: "If-Match is stale",
    413: "Too large",
    415: "Wrong content type",
    422: "The input is not valid",
    428: "If-Match is missing",
    429: "Too many; see Retry-After",
    460: "The checksum does not match",
    503: "Not available for the moment; see Retry-After",
}
