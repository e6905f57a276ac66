"""Who works in the demo city: organisations, people, and the rules that say whose a case is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.cli.demo_city.areas import City
from app.cli.demo_city.hierarchy import CITY
from app.cli.demo_city.size import DEMO, Size

NATIONAL, OLDER = "GB/T 47678.5-2026", "GB/T 30428.2-2013"
CENTRE = "D01"
# The street whose organisation has an account of its own, to show how a case without a rule falls to its ground.
FALLBACK_STREET = "990101001"

Row = tuple[str, ...]

# code, name, kind, parent
DEPARTMENTS: tuple[Row, ...] = (
    (CENTRE, "数字化城市管理中心", "department", CITY),
    ("D02", "城市管理局", "department", CITY),
    ("D03", "环境卫生管理处", "department", "D02"),
    ("D04", "交通运输局", "department", CITY),
    ("D05", "公安局交通警察支队", "department", CITY),
    ("D06", "水务局", "department", CITY),
    ("D07", "住房和城乡建设局", "department", CITY),
    ("D08", "园林绿化局", "department", CITY),
    ("D09", "生态环境局", "department", CITY),
    ("D10", "市场监督管理局", "department", CITY),
    ("D11", "应急管理局", "department", CITY),
    ("U07", "示范供电公司", "unit", CITY),
    ("U08", "示范通信公司", "unit", CITY),
    ("U09", "示范燃气公司", "unit", CITY),
    ("U10", "示范自来水公司", "unit", "D06"),
    ("U11", "示范公交公司", "unit", "D04"),
    ("U01", "环卫作业中心", "unit", "D03"),
    ("U02", "市政设施养护中心", "unit", "D02"),
    ("U03", "交通设施维护中心", "unit", "D04"),
    ("U04", "园林养护中心", "unit", "D08"),
    ("U05", "城管综合执法大队", "unit", "D02"),
    ("U06", "排水与建设管理所", "unit", "D06"),
)

MANAGERS = ("周启明", "吴建国", "郑海涛", "王春林", "冯立新", "陈水生")
HANDLERS = ("蒋大勇", "沈小军", "韩志强", "杨树青", "朱卫东", "秦长河")
INSPECTOR_NAMES = ("许佳", "何静", "吕鹏", "施敏", "张磊", "孔燕", "曹阳", "严峰", "华倩")
DESKS = {"operator": "受理席", "shift_leader": "值班席", "dispatcher": "派遣席"}
CITIZEN_NAMES = ("金女士", "魏先生", "陶女士", "姜先生", "戚女士", "谢先生", "邹女士", "喻先生", "柏女士")


@dataclass(frozen=True)
class Rule:
    """What a routing rule says: a class or a type, where, who leads, who helps."""

    scheme: str
    kind: str
    class_code: str = ""
    type_code: str = ""
    area: str = ""
    duty_zone: str = ""
    lead: str = ""
    helpers: str = ""

    def row(self) -> Row:
        selector = (self.scheme, self.kind, self.class_code, self.type_code)
        return (*selector, self.area, self.duty_zone, self.lead, self.helpers)


# Class by class; the class 05 of national parts is left out on purpose: it shows the fallback to the street.
CLASS_LEADS = (
    (NATIONAL, "part", {"01": "U02", "02": "U03", "03": "U01", "04": "U04"}),
    (
        NATIONAL,
        "matter",
        {
            "01": "U02", "02": "U03", "03": "U01", "04": "U04", "05": "U05",
            "06": "U01", "07": "U05", "08": "U06", "09": "U05", "10": "U03",
        },
    ),
    (OLDER, "part", {"01": "U02", "02": "U03", "03": "U01", "04": "U04", "05": "U06"}),
    (OLDER, "matter", {"01": "U01", "02": "U05", "03": "U06", "04": "U05", "05": "U02", "06": "U05"}),
)  # fmt: skip

# scheme, kind, types, lead, helpers: what belongs to somebody else than the rest of its class.
TYPE_LEADS = (
    (NATIONAL, "matter", ("01002", "01003", "01004"), "U06", ""),
    (NATIONAL, "part", ("01002", "01003", "01004", "01072", "01073"), "U06", ""),
    (OLDER, "part", ("0102", "0103", "0104"), "U06", ""),
    (NATIONAL, "matter", ("01005", "01028", "01029", "01030"), "U02", "U07"),
    (NATIONAL, "matter", ("01001",), "U02", "U10"),
    (NATIONAL, "matter", ("01011",), "U02", "U09"),
    (NATIONAL, "matter", ("01007", "01027", "01031"), "U02", "U08"),
    (NATIONAL, "matter", ("02004",), "U03", "U11"),
    (NATIONAL, "matter", ("02014", "02015"), "U03", "D05"),
    (NATIONAL, "matter", ("06001",), "U05", "D07"),
    (NATIONAL, "matter", ("06007", "06029"), "U05", ""),
    (NATIONAL, "matter", ("06013", "06050", "06051"), "U02", ""),
    (NATIONAL, "matter", ("06017", "06018", "06021", "06022", "06045"), "U04", ""),
    (NATIONAL, "matter", ("06023", "06030"), "U06", "D09"),
    (NATIONAL, "matter", ("09009", "09012"), "U05", "D05"),
    (OLDER, "matter", ("0113",), "U02", ""),
    (OLDER, "matter", ("0503", "0506"), "U06", ""),
)


def organizations(city: City) -> list[Row]:
    """(code, name, kind, parent) of the territory's organisations and of departments and units, parents first."""
    rows: list[Row] = [(city.city.code, f"{city.city.name}人民政府", "territory", "")]
    rows += [(area.code, f"{area.name}人民政府", "territory", CITY) for area in city.districts]
    rows += [(area.code, f"{area.name}办事处", "territory", area.parent or "") for area in city.streets]
    return rows + list(DEPARTMENTS)


def people(size: Size = DEMO) -> Iterator[Row]:
    """(username, phone, name, organization, grants); a grant is role@organisation@area."""

    def one(username: str, name: str, organization: str, *roles: str, area: str = CITY) -> Row:
        return (username, "", name, organization, ";".join(f"{role}@{organization}@{area}" for role in roles))

    yield one("admin", "系统管理员", CITY, "admin")
    yield one("operator", "林晓芸", CENTRE, "operator")
    yield one("leader", "赵国平", CENTRE, "shift_leader")
    yield one("dispatcher", "钱文斌", CENTRE, "dispatcher")
    for number, name in enumerate(_names(INSPECTOR_NAMES, size.inspectors), start=1):
        yield one(f"inspector{number}", name, CENTRE, "inspector")
    for number, (manager, handler) in enumerate(zip(MANAGERS, HANDLERS, strict=True), start=1):
        yield one(f"unit{number}", manager, f"U0{number}", "unit_manager")
        yield one(f"handler{number}", handler, f"U0{number}", "handler")
        for more in range(2, size.handlers + 1):
            yield one(f"handler{number}-{more}", f"{handler}（{more}）", f"U0{number}", "handler")
    yield one("supervisor", "顾正清", "D02", "supervisor")
    yield one("evaluator", "卫若兰", CENTRE, "evaluator")
    yield one("auditor", "石明远", CITY, "auditor")
    yield one("street1", "罗望舒", FALLBACK_STREET, "unit_manager", area=FALLBACK_STREET)
    for number, name in enumerate(_names(CITIZEN_NAMES, size.citizens), start=1):
        yield ("", f"138{number:08}", name, "", "")
    for more in range(2, size.desks + 1):
        for username, role in (("operator", "operator"), ("leader", "shift_leader"), ("dispatcher", "dispatcher")):
            yield one(f"{username}{more}", f"{DESKS[role]}{more}号", CENTRE, role)


def _names(names: Sequence[str], count: int) -> Iterator[str]:
    """So many names: those given, then the same with a number behind them."""
    for index in range(count):
        turn, place = divmod(index, len(names))
        yield f"{names[place]}（{turn + 1}）" if turn else names[place]


def rules(city: City, zone_codes: list[str]) -> Iterator[Rule]:
    """The routing rules, from the widest to the most special; no two of the same reach meet."""
    for scheme, kind, leads in CLASS_LEADS:
        for class_code, lead in leads.items():
            yield Rule(scheme, kind, class_code=class_code, lead=lead)
    for scheme, kind, types, lead, helpers in TYPE_LEADS:
        for type_code in types:
            yield Rule(scheme, kind, type_code=type_code, lead=lead, helpers=helpers)
    port = city.districts[-1].code
    for type_code in ("08004", "08011", "08012"):
        yield Rule(NATIONAL, "matter", type_code=type_code, area=port, lead="U06", helpers="U01 D09")
    old_street, forest_street = city.streets[0].code, city.streets[-1].code
    yield Rule(NATIONAL, "matter", class_code="09", area=old_street, lead="U05", helpers=f"{old_street}")
    yield Rule(NATIONAL, "matter", class_code="04", area=forest_street, lead="U04", helpers="D08")
    for zone in zone_codes[:3]:
        yield Rule(NATIONAL, "matter", type_code="06010", duty_zone=zone, lead="U01", helpers="U05")
    yield Rule(NATIONAL, "matter", class_code="06", duty_zone=zone_codes[0], lead="U01", helpers="D03")
