"""The inputs of each action as JSON Schema, as ``api.md`` lists them; which are required follows from the moves."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from app.cases.rules.facts import FACT_TEXTS
from app.cases.rules.moves import Move
from app.cases.rules.states import Action

Schema = Mapping[str, Any]

UUID: Schema = {"type": "string", "format": "uuid"}
TEXT: Schema = {"type": "string", "maxLength": 4000}
TYPE: Schema = {
    "type": "object",
    "properties": {
        "scheme": {"type": "string"},
        "kind": {"enum": ["part", "matter"]},
        "code": {"type": "string"},
    },
    "required": ["scheme", "kind", "code"],
    "additionalProperties": False,
}
CASE_NUMBER: Schema = {"type": "string", "pattern": r"^\d{8}-\d+$"}
UNIT: Schema = {"enum": ["urgent_hour", "working_hour", "working_day", "natural_day"]}
GRANTED: Schema = {"type": "boolean"}
COMMON: Schema = MappingProxyType(
    {
        "reason": TEXT,
        "photo_ids": {"type": "array", "items": UUID, "maxItems": 20, "uniqueItems": True},
        "position": {
            "type": "object",
            "properties": {
                "lon": {"type": "number"},
                "lat": {"type": "number"},
                "crs": {"enum": ["wgs84", "cgcs2000", "gcj02", "bd09"], "default": "wgs84"},
                "accuracy_m": {"type": "number", "minimum": 0},
            },
            "required": ["lon", "lat"],
        },
    },
)
"""What every action takes."""

_OWN: dict[Action, Schema] = {
    Action.ACCEPT: {"type": TYPE, "condition_id": UUID},
    Action.REQUEST_VERIFY: {"inspector_id": UUID},
    Action.VERIFY: {"verdict": {"enum": ["real", "not_real"]}},
    Action.MERGE: {"into": CASE_NUMBER},
    Action.DISPATCH: {
        "lead_id": UUID,
        "helper_ids": {"type": "array", "items": UUID, "maxItems": 20, "uniqueItems": True},
    },
    Action.ASSIGN: {"handler_id": UUID},
    Action.ADVISE: {"text": TEXT},
    Action.SPLIT: {"type": TYPE, "condition_id": UUID},
    Action.SELF_HANDLE: {"text": TEXT},
    Action.REQUEST_EXTENSION: {"limit": {"type": "number", "exclusiveMinimum": 0}, "unit": UNIT},
    Action.DECIDE_EXTENSION: {"granted": GRANTED},
    Action.REQUEST_HOLD: {"until": {"type": "string", "format": "date"}},
    Action.DECIDE_HOLD: {"granted": GRANTED},
    Action.FINISH: {"text": TEXT},
    Action.CHECK: {"verdict": {"enum": ["passed", "failed"]}},
    Action.SUPERVISE: {"due_at": {"type": "string", "format": "date-time"}},
    Action.DECIDE_APPEAL: {"granted": GRANTED},
    Action.RATE: {"score": {"type": "integer", "minimum": 1, "maximum": 5}, "text": TEXT},
}

_REQUIRED: dict[Action, tuple[str, ...]] = {
    Action.ACCEPT: ("type", "condition_id"),
    Action.VERIFY: ("verdict",),
    Action.MERGE: ("into",),
    Action.ASSIGN: ("handler_id",),
    Action.ADVISE: ("text",),
    Action.SPLIT: ("type",),
    Action.REQUEST_EXTENSION: ("limit", "unit"),
    Action.DECIDE_EXTENSION: ("granted",),
    Action.REQUEST_HOLD: ("until",),
    Action.DECIDE_HOLD: ("granted",),
    Action.FINISH: ("text",),
    Action.CHECK: ("verdict",),
    Action.DECIDE_APPEAL: ("granted",),
    Action.RATE: ("score",),
}

INPUTS: Mapping[Action, Schema] = MappingProxyType(
    {
        action: MappingProxyType(
            {
                "type": "object",
                "properties": dict(_OWN.get(action, {})),
                "required": list(_REQUIRED.get(action, ())),
                "additionalProperties": False,
            },
        )
        for action in Action
    },
)
"""The inputs each action takes beyond `reason`, `photo_ids` and `position`; an empty object where it takes no more."""


ONE_BY_ONE = frozenset(
    {
        Action.SUBMIT,
        Action.SELF_HANDLE,
        Action.VERIFY,
        Action.SPLIT,
        Action.ADVISE,
        Action.FINISH,
        Action.CHECK,
        Action.RATE,
        Action.REDACT,
        Action.RECALCULATE,
    }
)
"""Actions that are about the one case somebody stands before or speaks of: never done to many at once."""


def schema_of(action: Action, rows: Iterable[Move]) -> dict[str, Any]:
    """All inputs of an action for the caller whose arrows these are, with what they have to bring.

    What every arrow needs is required; what only one needs is required where its `when` is met (a failed check
    needs a reason).
    """
    own = INPUTS[action]
    needs = {row: _common_inputs(row) for row in rows}
    always = set.intersection(*needs.values()) if needs else set()
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {**own["properties"], **_with_photos(always)},
        "required": [*own["required"], *(name for name in COMMON if name in always)],
        "additionalProperties": False,
    }
    sometimes = [
        {
            "if": {"properties": {row.when[0]: {"const": row.when[1]}}, "required": [row.when[0]]},
            "then": {"required": sorted(names - always)},
        }
        for row, names in needs.items()
        if row.when and row.when[0] in own["properties"] and names - always
    ]
    return {**schema, "allOf": sometimes} if sometimes else schema


def _common_inputs(move: Move) -> set[str]:
    pointers = {FACT_TEXTS[fact].pointer for fact in move.needs}
    return {name for name in COMMON if f"/{name}" in pointers}


def _with_photos(required: set[str]) -> dict[str, Any]:
    photos = {**COMMON["photo_ids"], "minItems": 1} if "photo_ids" in required else COMMON["photo_ids"]
    return {**COMMON, "photo_ids": photos}
