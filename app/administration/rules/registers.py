"""The sheets of who there is: organisations, people, grants, the people of duty zones."""

from __future__ import annotations

from app.accounts.rules import STAFF_ROLES, OrganizationKind
from app.administration.rules.sheets import Column, Kind, Sheet

KINDS = tuple(kind.value for kind in OrganizationKind)
ROLES = tuple(sorted(role.value for role in STAFF_ROLES))
LONGEST_CODE = 40

USERNAME = Column(
    "username",
    "用户名",
    "登录名，不分大小写，永不更改",
    "what they sign in with, without regard to case; never changes",
    Kind.USERNAME,
    key=True,
    required=True,
)

ORGANIZATIONS = Sheet(
    "organizations",
    "机构",
    "属地、专业部门和责任单位，及其上下级关系",
    "territories, departments and units, and which stands above which",
    (
        Column(
            "code",
            "机构代码",
            "永不更改；导入和记录以它识别机构",
            "never changes: imports and the record name the organisation by it",
            Kind.CODE,
            key=True,
            required=True,
            longest=LONGEST_CODE,
        ),
        Column("name", "名称", "机构名称", "what it is called", required=True),
        Column(
            "kind",
            "类别",
            "territory 属地、department 部门、unit 单位；不可更改",
            "territory, department or unit; stays as it is",
            required=True,
            fixed=True,
            allowed=KINDS,
        ),
        Column(
            "parent",
            "上级",
            "上级机构的代码；空为顶级",
            "code of the one above it; empty: it stands at the top",
            Kind.CODE,
        ),
        Column(
            "area_code",
            "辖区代码",
            "属地机构所管区域的代码",
            "the ground of a territory: the code of its area",
            Kind.CODE,
            longest=15,
        ),
    ),
    "关闭：此后不再分派给它；仍有人员、授权、规则或案卷的不能关闭",
    "closed: nothing new is given to it; one that people, grants, rules or cases depend on cannot close",
)

PEOPLE = Sheet(
    "people",
    "人员",
    "能登录的工作人员。密码从不导出；新人没有密码，由管理员发一次性链接自行设定",
    "staff who sign in. Passwords are never exported; new people have none and choose one by a one-time link",
    (
        USERNAME,
        Column("name", "姓名", "人员姓名", "the person's name", required=True),
        Column(
            "organization", "所属机构", "机构代码", "code of the organisation they belong to", Kind.CODE, required=True
        ),
        Column(
            "disabled",
            "停用",
            "true 停用：立即不能登录；false 在用",
            "true: shut out at once; false: not",
            Kind.FLAG,
            empty="false",
        ),
    ),
    "停用：立即不能登录，历史记录保留",
    "disabled: shut out at once, what they did stays",
    ("disabled", "true"),
)

GRANTS = Sheet(
    "grants",
    "授权",
    "谁在哪个机构、哪片区域、什么时间担任什么角色；只列现行和将来的授权",
    "who holds which role in which organisation over which ground, and when; those that are valid or will be",
    (
        USERNAME,
        Column("role", "角色", "所授予的角色", "what they may do", key=True, required=True, allowed=ROLES),
        Column("organization", "机构", "机构代码", "code of the organisation", Kind.CODE, key=True, required=True),
        Column(
            "area_code",
            "区域代码",
            "区域代码的前缀；空为全市",
            "prefix of area codes; empty: the whole city",
            Kind.CODE,
            key=True,
            longest=15,
        ),
        Column(
            "valid_from",
            "生效时间",
            "城市时间；新授权留空为即刻生效",
            "in the city's time; left empty in a new grant: from now on",
            Kind.INSTANT,
            key=True,
        ),
        Column(
            "valid_to",
            "失效时间",
            "不含该时刻；空为长期",
            "exclusive, in the city's time; empty: while nobody ends it",
            Kind.INSTANT,
        ),
    ),
    "即刻终止；尚未生效的取消。最后一名管理员的授权不能终止",
    "ended now; one that has not begun never will. The last administrator's cannot end",
)

DUTY_ZONE_PEOPLE = Sheet(
    "duty_zone_people",
    "责任网格人员",
    "哪些监督员负责哪个责任网格",
    "which inspectors answer for which duty zone",
    (
        Column("zone", "责任网格", "责任网格代码", "code of the duty zone", Kind.CODE, key=True, required=True),
        USERNAME,
    ),
    "不再负责该责任网格，历史保留",
    "no longer of the zone; their time there stays on record",
)
