"""The sheets of what the city has decided: types, rules, calendars, limits, reminders, sources."""

from __future__ import annotations

from app.administration.rules.sheets import Column, Kind, Sheet
from app.cases.rules.reminders import Audience
from app.catalog.rules import Kind as TypeKind
from app.catalog.rules import Unit
from app.sla.rules import ENTERING_ROLES, Reply, Source, Stage

TYPE_KINDS = tuple(kind.value for kind in TypeKind)
UNITS = tuple(unit.value for unit in Unit)
STAGES = tuple(stage.value for stage in Stage)
LONGEST_TEXT = 500

SCHEME = Column("scheme", "编码体系", "如 GB/T 47678.5-2026", "the code table", key=True, required=True)
TYPE_KIND = Column(
    "kind", "类型", "part 部件、matter 事项", "part or matter", key=True, required=True, allowed=TYPE_KINDS
)
TYPE_CODE = Column("code", "类别代码", "小类代码", "code of the type", Kind.CODE, key=True, required=True, longest=20)
LIMIT = Column("limit", "时限", "数值，如 2 或 0.25", "an amount, such as 2 or 0.25", Kind.NUMBER, required=True)
UNIT = Column(
    "unit",
    "单位",
    "urgent_hour 紧急工作时、natural_day 自然日、working_hour 工作时、working_day 工作日",
    "what the limit is counted in",
    required=True,
    allowed=UNITS,
)
RETIRED = ("废止：不再适用于新案卷，已立案卷保留原规定", "retired: cases keep what they were filed with")

TYPES = Sheet(
    "types",
    "部件与事项类别",
    "新类别须在 conditions 表中补充立案条件后方可立案",
    "what is reported. A new type can be filed once it has a filing condition in the table conditions",
    (
        SCHEME,
        TYPE_KIND,
        TYPE_CODE,
        Column("class_code", "大类代码", "大类代码", "code of its class", Kind.CODE, required=True, longest=20),
        Column("class_name", "大类名称", "大类名称", "name of its class", required=True),
        Column("name", "名称", "小类名称", "what it is called", required=True),
        Column(
            "self_handle_allowed",
            "允许自行处置",
            "监督员可否当场处理",
            "whether an inspector may fix it on the spot",
            Kind.FLAG,
            empty="false",
        ),
    ),
)

CONDITIONS = Sheet(
    "conditions",
    "立案条件",
    "每一类别在什么情况下立案、处置时限和结案条件",
    "when a case of a type is filed, its limit, and what closes it",
    (
        SCHEME,
        TYPE_KIND,
        TYPE_CODE,
        Column(
            "row",
            "序号",
            "该类别的第几条，从 1 起",
            "number of the condition, from 1",
            Kind.WHOLE,
            key=True,
            required=True,
        ),
        Column("text", "立案条件", "何时立案", "when it is filed", required=True, longest=LONGEST_TEXT),
        LIMIT,
        UNIT,
        Column("close_text", "结案条件", "何时结案", "what closes it", required=True, longest=LONGEST_TEXT),
    ),
    *RETIRED,
)

ROUTING_RULES = Sheet(
    "routing_rules",
    "责任规则",
    "哪类问题、在哪片区域、由谁牵头、谁配合；最具体的优先，不得冲突",
    "who answers for which types on which ground; the most specific wins, and no two may tie",
    (
        Column("scheme", "编码体系", "类别所属的编码体系", "the code table of type or class", key=True),
        Column("kind", "类型", "part 部件、matter 事项", "part or matter", key=True, allowed=TYPE_KINDS),
        Column(
            "class",
            "大类代码",
            "按大类；与 type 二选一，都空为任意",
            "a class; or a type; neither: any",
            Kind.CODE,
            key=True,
        ),
        Column("type", "类别代码", "按小类；与 class 二选一", "a type; or a class", Kind.CODE, key=True),
        Column(
            "area",
            "区域代码",
            "区、街道、社区或单元网格；与 duty_zone 二选一，都空为全市",
            "district, street, community or cell; or a duty zone; neither: the whole city",
            Kind.CODE,
            key=True,
        ),
        Column("duty_zone", "责任网格", "责任网格代码", "code of a duty zone", Kind.CODE, key=True),
        Column("lead", "牵头单位", "机构代码", "code of the organisation that answers", Kind.CODE, required=True),
        Column("helpers", "配合单位", "机构代码，以空格分隔", "codes with spaces between", Kind.WORDS, longest=1_000),
        Column(
            "auto", "自动派遣", "true 由系统直接派遣", "true: dispatched without a dispatcher", Kind.FLAG, empty="false"
        ),
        Column("valid_from", "生效日期", "空为一直有效", "first day; empty: always was", Kind.DAY, key=True),
        Column("valid_to", "失效日期", "不含当日；空为长期", "first day it no longer holds; empty: open", Kind.DAY),
    ),
    *RETIRED,
)

PART_OWNERS = Sheet(
    "part_owners",
    "部件权属",
    "部件归谁所有；先于责任规则",
    "who owns a part, or all parts whose codes begin alike; it comes before the routing rules",
    (
        Column(
            "part",
            "部件编码",
            "部件编码，或其开头加 *",
            "code of a part, or how codes begin and a *",
            Kind.CODE,
            key=True,
            required=True,
            longest=81,
        ),
        Column("owner", "权属单位", "机构代码", "code of the organisation that owns it", Kind.CODE, required=True),
        Column("valid_from", "生效日期", "空为一直有效", "first day; empty: always was", Kind.DAY, key=True),
        Column("valid_to", "失效日期", "不含当日；空为长期", "first day it no longer holds; empty: open", Kind.DAY),
    ),
    "不再属于该单位；已派遣案卷保留原依据",
    "ended: the routing rules answer again; cases keep the trace they were routed by",
)

WEEKDAYS = (
    ("monday", "周一"),
    ("tuesday", "周二"),
    ("wednesday", "周三"),
    ("thursday", "周四"),
    ("friday", "周五"),
    ("saturday", "周六"),
    ("sunday", "周日"),
)

CALENDARS = Sheet(
    "calendars",
    "工作日历",
    "每周工作时间和节假日来源；更改即发布新版本",
    "the hours of the week and whose holidays count; a change is a new version",
    (
        Column("code", "日历代码", "如 city", "such as city", Kind.CODE, key=True, required=True, longest=LONGEST_TEXT),
        Column(
            "tz", "时区", "如 Asia/Shanghai", "name of the time zone, such as Asia/Shanghai", Kind.CODE, required=True
        ),
        Column(
            "nominal_minutes",
            "标准日分钟数",
            "一个工作日折合的分钟数，如 480",
            "working time that one working day stands for, such as 480",
            Kind.WHOLE,
            required=True,
        ),
        Column(
            "holidays",
            "节假日",
            "CN 中国法定节假日；none 没有",
            "whose statutory holidays: CN, DE-BY, … or none",
            Kind.CODE,
            required=True,
        ),
        *(
            Column(
                name,
                label,
                "如 08:00-12:00 14:00-18:00；空为休息",
                "such as 08:00-12:00 14:00-18:00; empty: off",
                Kind.HOURS,
            )
            for name, label in WEEKDAYS
        ),
    ),
)

CALENDAR_CORRECTIONS = Sheet(
    "calendar_corrections",
    "日历更正",
    "与法定节假日安排不同的日子",
    "days that are otherwise than the lists of holidays say",
    (
        Column("calendar", "日历代码", "如 city", "code of the calendar", Kind.CODE, key=True, required=True),
        Column("day", "日期", "当地日期", "a day", Kind.DAY, key=True, required=True),
        Column("working", "上班", "true 上班、false 休息", "true: worked; false: off", Kind.FLAG, required=True),
        Column("hours", "时间", "空为平常工作时间", "empty: those of a working weekday", Kind.HOURS),
        Column("note", "原因", "为何更正", "why", required=True, longest=LONGEST_TEXT),
    ),
    "撤销更正：恢复法定安排，发布新版本",
    "taken back: the lists of holidays count again, in a new version",
)

STAGE_LIMITS = Sheet(
    "stage_limits",
    "环节时限",
    "各环节时限；处置环节由立案条件规定",
    "how long each stage may take; handling has the limit of the filing condition",
    (
        Column(
            "stage",
            "环节",
            "accept 受理、verify 核实、file 立案、dispatch 派遣、check 核查、close 结案",
            "which step",
            key=True,
            required=True,
            allowed=tuple(stage for stage in STAGES if stage != Stage.HANDLING),
        ),
        LIMIT,
        UNIT,
    ),
)

REMINDER_LADDER = Sheet(
    "reminder_ladder",
    "催办阶梯",
    "变黄、变红后多久提醒谁；督办案卷可更快",
    "who is reminded how long after a lamp turned; sooner for supervised cases",
    (
        Column(
            "ladder",
            "阶梯",
            "handling 处置、stage 其他环节",
            "handling, or stage for every other clock",
            key=True,
            required=True,
            allowed=("handling", "stage"),
        ),
        Column("rung", "级", "第几级，从 1 起", "number of the rung, from 1", Kind.WHOLE, key=True, required=True),
        Column(
            "base",
            "起点",
            "yellow 变黄、red 变红、supervised 督办日期",
            "what it counts from",
            required=True,
            allowed=("yellow", "red", "supervised"),
        ),
        Column("delay", "延后", "起点之后多久", "how long after", Kind.NUMBER, required=True),
        UNIT,
        Column(
            "supervised_delay",
            "督办延后",
            "督办案卷的延后，不大于 delay",
            "the same for supervised cases, at most delay",
            Kind.NUMBER,
            required=True,
        ),
        Column(
            "audience",
            "提醒谁",
            "被提醒的人",
            "who is reminded",
            required=True,
            allowed=tuple(one.value for one in Audience),
        ),
    ),
    "此级不再提醒；已发提醒的记录保留",
    "nobody is reminded by it any more; what was sent stays on record",
)

SOURCE = Column(
    "source",
    "来源",
    "来源代码",
    "which source",
    key=True,
    required=True,
    allowed=tuple(one.value for one in Source),
)

SOURCE_RULES = Sheet(
    "source_rules",
    "来源规则",
    "各来源由谁录入、是否先核实、如何答复",
    "who enters reports of a source, whether somebody looks first, what is replied",
    (
        SOURCE,
        Column("name_zh", "中文名称", "城市的叫法", "what the city calls it", required=True, longest=40),
        Column("name_en", "英文名称", "英文叫法", "what it is called in English", required=True, longest=40),
        Column(
            "entered_by",
            "录入角色",
            "角色，以空格分隔",
            "roles with spaces between",
            Kind.WORDS,
            allowed=tuple(sorted(role.value for role in ENTERING_ROLES)),
            longest=1_000,
        ),
        Column(
            "needs_verification",
            "先核实",
            "受理前是否须核实",
            "whether an inspector looks before it is accepted",
            Kind.FLAG,
            empty="false",
        ),
        Column(
            "reply",
            "答复",
            "none 不答复、message 短信、call_back 回访",
            "what the reporter gets",
            required=True,
            allowed=tuple(one.value for one in Reply),
        ),
        Column("reply_limit", "回访时限", "只用于回访", "within what time to call back", Kind.NUMBER),
        Column("reply_unit", "回访单位", "回访时限的单位", "unit of that time", allowed=UNITS),
        Column("active", "启用", "新上报可否用此来源", "whether new reports may be of it", Kind.FLAG, empty="true"),
    ),
)

SOURCE_LIMITS = Sheet(
    "source_limits",
    "来源时限",
    "某来源的环节时限，替代城市的环节时限；处置环节为上限",
    "limits of stages for a source instead of the city's; for handling a cap",
    (
        SOURCE,
        Column("stage", "环节", "环节", "which step", key=True, required=True, allowed=STAGES),
        LIMIT,
        UNIT,
    ),
    "恢复城市的环节时限",
    "the city's own limit counts again",
)
