"""The words of a case's life: its states, actions and stages (``domain.md`` §5)."""

from enum import StrEnum
from types import MappingProxyType

from app.sla.rules import Stage


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    TO_FILE = "to_file"
    TO_DISPATCH = "to_dispatch"
    HANDLING = "handling"
    ON_HOLD = "on_hold"
    TO_CHECK = "to_check"
    TO_CLOSE = "to_close"
    CLOSED = "closed"
    REJECTED = "rejected"
    VOID = "void"
    MERGED = "merged"


class Action(StrEnum):
    """What somebody does to a case; each writes one event per case it touches."""

    SUBMIT = "submit"
    SELF_HANDLE = "self_handle"
    ACCEPT = "accept"
    REQUEST_VERIFY = "request_verify"
    VERIFY = "verify"
    REJECT = "reject"
    MERGE = "merge"
    SPLIT = "split"
    TAKE_OVER = "take_over"
    FILE = "file"
    DISPATCH = "dispatch"
    ASSIGN = "assign"
    ADVISE = "advise"
    RETURN = "return"
    REQUEST_EXTENSION = "request_extension"
    DECIDE_EXTENSION = "decide_extension"
    REQUEST_HOLD = "request_hold"
    DECIDE_HOLD = "decide_hold"
    RESUME = "resume"
    FINISH = "finish"
    CHECK = "check"
    CLOSE = "close"
    FORCE_CLOSE = "force_close"
    VOID = "void"
    REOPEN = "reopen"
    SUPERVISE = "supervise"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"
    RATE = "rate"
    REDACT = "redact"
    RECALCULATE = "recalculate"


END_STATES = frozenset({State.CLOSED, State.REJECTED, State.VOID, State.MERGED})
OPEN_STATES = frozenset(State) - END_STATES

STAGE_OF = MappingProxyType(
    {
        State.RECEIVED: Stage.ACCEPT,
        State.VERIFYING: Stage.VERIFY,
        State.TO_FILE: Stage.FILE,
        State.TO_DISPATCH: Stage.DISPATCH,
        State.HANDLING: Stage.HANDLING,
        State.ON_HOLD: Stage.HANDLING,
        State.TO_CHECK: Stage.CHECK,
        State.TO_CLOSE: Stage.CLOSE,
    },
)
"""The stage whose clock runs in an open state (on hold it is the paused handling clock)."""

STATE_NAMES = MappingProxyType(
    {
        State.RECEIVED: "待受理",
        State.VERIFYING: "待核实",
        State.TO_FILE: "待立案",
        State.TO_DISPATCH: "待派遣",
        State.HANDLING: "处置中",
        State.ON_HOLD: "挂账",
        State.TO_CHECK: "待核查",
        State.TO_CLOSE: "待结案",
        State.CLOSED: "结案",
        State.REJECTED: "不予立案",
        State.VOID: "作废",
        State.MERGED: "并案",
    },
)

ACTION_NAMES = MappingProxyType(
    {
        Action.SUBMIT: "上报",
        Action.SELF_HANDLE: "自行处置",
        Action.ACCEPT: "受理",
        Action.REQUEST_VERIFY: "要求核实",
        Action.VERIFY: "核实",
        Action.REJECT: "不予立案",
        Action.MERGE: "并案",
        Action.SPLIT: "拆分",
        Action.TAKE_OVER: "接手",
        Action.FILE: "立案",
        Action.DISPATCH: "派遣",
        Action.ASSIGN: "指派",
        Action.ADVISE: "配合意见",
        Action.RETURN: "退回",
        Action.REQUEST_EXTENSION: "申请延期",
        Action.DECIDE_EXTENSION: "审批延期",
        Action.REQUEST_HOLD: "申请挂账",
        Action.DECIDE_HOLD: "审批挂账",
        Action.RESUME: "解除挂账",
        Action.FINISH: "处置完成",
        Action.CHECK: "核查",
        Action.CLOSE: "结案",
        Action.FORCE_CLOSE: "强制结案",
        Action.VOID: "作废",
        Action.REOPEN: "重新办理",
        Action.SUPERVISE: "督办",
        Action.APPEAL: "申诉",
        Action.DECIDE_APPEAL: "审批申诉",
        Action.RATE: "评价",
        Action.REDACT: "抹除",
        Action.RECALCULATE: "时限重算",
    },
)
