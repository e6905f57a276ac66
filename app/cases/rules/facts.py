"""What a move depends on: who the actor is to the case, and which facts are brought or hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from app.accounts.rules import Role


class Relation(StrEnum):
    """What the actor is to the case, beyond holding a role that covers it."""

    ANYONE = "anyone"  # nothing more than the role
    REPORTER = "reporter"  # sent one of its reports, or holds the tracking code
    JOINER = "joiner"  # the reporter, acting through their own report's `join`
    ASKED = "asked"  # has the open task for this
    LEAD_UNIT = "lead_unit"  # manages the lead owner
    HELPER_UNIT = "helper_unit"  # of an organisation that helps the lead
    ASSIGNED = "assigned"  # the handler the case is assigned to
    UNMANAGED = "unmanaged"  # the lead owner has nobody who manages it now
    NOT_HANDLER = "not_handler"  # sees the case and did not handle it
    SAME_ROLE = "same_role"  # same role, same organisation as the one who holds it now
    SYSTEM = "system"  # the clock or a rule, nobody in person


class Who(NamedTuple):
    """Who may make a move: a role (None: whatever the role) in a relation to the case."""

    role: Role | None
    relation: Relation = Relation.ANYONE


@dataclass(frozen=True, slots=True)
class Standing:
    """What an actor is to one case: the roles whose grants cover it, and the relations that hold."""

    roles: frozenset[Role]
    relations: frozenset[Relation] = frozenset()

    def includes(self, who: Who) -> bool:
        """Whether this actor is among those."""
        if who.role is not None and who.role not in self.roles:
            return False
        return who.relation is Relation.ANYONE or who.relation in self.relations


SYSTEM = Standing(frozenset({Role.SYSTEM}), frozenset({Relation.SYSTEM}))
BY_TRACKING_CODE = Standing(frozenset({Role.CITIZEN}), frozenset({Relation.REPORTER}))


class Fact(StrEnum):
    """What the caller brings, or what holds of the case."""

    # Brought by the caller; one that is missing is a fault in the body (422).
    TYPE = "type"
    CONDITION = "condition"
    REASON = "reason"
    TEXT = "text"
    PHOTO = "photo"
    BEFORE_PHOTO = "before_photo"
    AFTER_PHOTO = "after_photo"
    POSITION = "position"
    POSITION_NEAR = "position_near"
    VERDICT = "verdict"
    GRANTED = "granted"
    SCORE = "score"
    INSPECTOR = "inspector"
    HANDLER = "handler"
    OWNER = "owner"
    OPEN_CASE_TARGET = "open_case_target"
    OTHER_TYPE = "other_type"
    LIMIT = "limit"
    UNTIL = "until"
    # Holding of the case; one that does not hold makes the action impossible now (409).
    SELF_HANDLING_ALLOWED = "self_handling_allowed"
    AUTO = "auto"
    BEFORE_DUE = "before_due"
    EXTENSIONS_LEFT = "extensions_left"
    NO_OPEN_REQUEST = "no_open_request"
    OPEN_EXTENSION = "open_extension"
    NOT_HELD_BEFORE = "not_held_before"
    OPEN_HOLD = "open_hold"
    UNTIL_REACHED = "until_reached"
    WITHIN_7_DAYS = "within_7_days"
    NOT_REOPENED_BEFORE = "not_reopened_before"
    NOT_APPEALED_BEFORE = "not_appealed_before"
    OPEN_APPEAL = "open_appeal"
    NOT_RATED_BEFORE = "not_rated_before"
    VERIFIED = "verified"


VERIFY_WITHIN_M = 100.0
"""How near one has to stand to verify, in metres (local; this is the default)."""
REOPEN_WITHIN = timedelta(days=7)
HOLD_AT_MOST = timedelta(days=366)
"""A year, counted so that the same date next year is always allowed."""
EXTENSIONS_AT_MOST = 2


class FactText(NamedTuple):
    """Where a brought fact stands in the body (None: it holds of the case), and what to do when it is missing."""

    pointer: str | None
    en: str
    zh: str


FACT_TEXTS: Mapping[Fact, FactText] = MappingProxyType(
    {
        Fact.TYPE: FactText("/type", "Give the type; `accept` sets it.", "请选择类别（受理时设定）"),
        Fact.CONDITION: FactText(
            "/condition_id", "Give a filing condition of the type; `accept` sets it.", "请选择该类别的立案条件"
        ),
        Fact.REASON: FactText("/reason", "Give the reason in words.", "请填写理由"),
        Fact.TEXT: FactText(
            "/text", "Say it in words: what was done, or what you advise.", "请用文字说明处置情况或意见"
        ),
        Fact.PHOTO: FactText("/photo_ids", "Add at least one photo.", "请至少附一张照片"),
        Fact.BEFORE_PHOTO: FactText(
            "/photo_ids", "The report needs a photo from before the work; this one came without.", "上报缺少处置前照片"
        ),
        Fact.AFTER_PHOTO: FactText(
            "/photo_ids",
            "Add at least one photo taken after the work that is not on the case yet.",
            "请附至少一张处置后的新照片，不能用案卷里已有的",
        ),
        Fact.POSITION: FactText("/position", "Give your position.", "请提供当前位置"),
        Fact.POSITION_NEAR: FactText(
            "/position", "Give your position; it has to lie at the place of the case.", "请到现场提供位置"
        ),
        Fact.VERDICT: FactText("/verdict", "Give one of the verdicts of this action.", "请给出结论"),
        Fact.GRANTED: FactText("/granted", "Say true (granted) or false (refused).", "请选择同意或不同意"),
        Fact.SCORE: FactText("/score", "Give a score from 1 to 5.", "请评 1 到 5 分"),
        Fact.INSPECTOR: FactText(
            "/inspector_id", "Nobody on duty could be suggested: name an inspector.", "当前无人可派，请指定监督员"
        ),
        Fact.HANDLER: FactText("/handler_id", "Name a handler of your unit.", "请指定本单位的处置人员"),
        Fact.OWNER: FactText(
            "/lead_id", "No rule names an owner: give the lead unit.", "没有匹配的责任规则，请指定牵头单位"
        ),
        Fact.OPEN_CASE_TARGET: FactText("/into", "Name another case that is still open.", "请选择另一件未办结的案卷"),
        Fact.OTHER_TYPE: FactText("/type", "Give a type other than the case's own.", "请选择不同的类别"),
        Fact.LIMIT: FactText(
            "/limit", "Give how much longer, at most the first limit again.", "请填写延期时长，不超过原时限"
        ),
        Fact.UNTIL: FactText("/until", "Give a date after today and within a year.", "请填写一年之内的日期"),
        Fact.SELF_HANDLING_ALLOWED: FactText(
            None, "The city does not allow this type to be fixed on the spot.", "该类别不允许自行处置"
        ),
        Fact.AUTO: FactText(None, "No rule does this by itself here.", "此处没有自动规则"),
        Fact.BEFORE_DUE: FactText(
            None, "The deadline has passed; ask for an extension before it.", "已过时限，不能再申请延期"
        ),
        Fact.EXTENSIONS_LEFT: FactText(None, "Two extensions have been granted already.", "已延期两次"),
        Fact.NO_OPEN_REQUEST: FactText(None, "A request is waiting for its decision.", "已有申请待审批"),
        Fact.OPEN_EXTENSION: FactText(None, "Nobody has asked for an extension.", "没有待审批的延期申请"),
        Fact.NOT_HELD_BEFORE: FactText(None, "The case has been on hold once already.", "该案卷已挂账过一次"),
        Fact.OPEN_HOLD: FactText(None, "Nobody has asked to put the case on hold.", "没有待审批的挂账申请"),
        Fact.UNTIL_REACHED: FactText(None, "The date of the hold has not come yet.", "挂账期限未到"),
        Fact.WITHIN_7_DAYS: FactText(None, "The case was closed more than 7 days ago.", "结案已超过七天"),
        Fact.NOT_REOPENED_BEFORE: FactText(None, "The reporter has reopened it once already.", "已重新办理过一次"),
        Fact.NOT_APPEALED_BEFORE: FactText(None, "The unit has appealed once already.", "已申诉过一次"),
        Fact.OPEN_APPEAL: FactText(None, "There is no appeal to decide.", "没有待审批的申诉"),
        Fact.NOT_RATED_BEFORE: FactText(None, "The reporter has rated it already.", "已评价过"),
        Fact.VERIFIED: FactText(
            None, "Reports of this source are seen first: request_verify.", "该来源的上报须先核实，请先要求核实"
        ),
    },
)

BROUGHT = frozenset(fact for fact, text in FACT_TEXTS.items() if text.pointer is not None)
"""Facts that the caller brings; all others hold of the case or do not."""

SCORES = range(1, 6)


def brought(inputs: Mapping[str, Any]) -> frozenset[Fact]:
    """The facts that the inputs of an action show by themselves.

    The others need the case or the clock (is the photo new, is the place near, is the target open): the service
    finds them out.
    """
    given = {
        Fact.TYPE: inputs.get("type") is not None,
        Fact.CONDITION: inputs.get("condition_id") is not None,
        Fact.REASON: _says_something(inputs.get("reason")),
        Fact.TEXT: _says_something(inputs.get("text")),
        Fact.PHOTO: bool(inputs.get("photo_ids")),
        Fact.POSITION: inputs.get("position") is not None,
        Fact.VERDICT: inputs.get("verdict") is not None,
        Fact.GRANTED: isinstance(inputs.get("granted"), bool),
        Fact.SCORE: inputs.get("score") in SCORES,
    }
    return frozenset(fact for fact, is_given in given.items() if is_given)


def _says_something(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())
