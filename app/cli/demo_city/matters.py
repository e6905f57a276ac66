"""What people report in the demo city, in their words, and what the units answer."""

from dataclasses import dataclass

NATIONAL, OLDER = "GB/T 47678.5-2026", "GB/T 30428.2-2013"


@dataclass(frozen=True)
class Matter:
    """One kind of trouble: its picture, its type, where it occurs, what people write and what the unit did."""

    picture: str
    code: str
    ground: frozenset[str]
    words: tuple[str, ...]
    done: tuple[str, ...]
    scheme: str = NATIONAL
    kind: str = "matter"
    weight: int = 4
    self_handled: bool = False


_TOWN = frozenset({"residential", "commercial", "old_town", "school", "market", "hospital", "industrial"})
_SHOPS = frozenset({"commercial", "old_town", "market"})
_HOMES = frozenset({"residential", "old_town", "school"})
_GREEN = frozenset({"park", "residential", "forest"})
_WATER = frozenset({"water"})
_WORKS = frozenset({"industrial", "residential"})

MATTERS: tuple[Matter, ...] = (
    Matter(
        "manhole",
        "01002",
        _TOWN,
        ("{road}上的污水井盖不见了，晚上很危险。", "污水井盖翻开没人管，小孩差点掉下去。"),
        ("已补装新井盖并复核井框，现场警示撤除。",),
    ),
    Matter(
        "manhole",
        "01003",
        _TOWN,
        ("{road}雨水井盖破了一个角，车轮压上去直响。", "雨水井盖缺失，用树枝插着，请尽快处理。"),
        ("已更换雨水井盖，盖面平整，碾压无异响。",),
        weight=3,
    ),
    Matter(
        "manhole",
        "01001",
        _TOWN,
        ("供水井盖松动，夜里过车咣当响，影响休息。",),
        ("已加垫固定，试压无异响。",),
        weight=2,
    ),
    Matter(
        "litter",
        "06010",
        _TOWN,
        (
            "{road}路边一堆垃圾，好几天没人扫。",
            "小区门口人行道上散落生活垃圾，苍蝇很多。",
            "菜叶和塑料袋扔了一地，味道很大。",
        ),
        ("已清扫并冲洗地面，安排每日两次巡回保洁。", "垃圾已清运，地面已消杀。"),
        weight=10,
        self_handled=True,
    ),
    Matter(
        "litter",
        "06012",
        _TOWN,
        ("{road}路面很脏，尘土很大。", "早市散了以后路上全是菜叶。"),
        ("已洒水清扫，路面见本色。",),
        weight=5,
        self_handled=True,
    ),
    Matter(
        "litter",
        "0110",
        _SHOPS,
        ("饭店门口暴露垃圾没有收。", "后街垃圾堆放在墙根，雨天污水横流。"),
        ("已清运并约谈商户，落实门前三包。",),
        scheme=OLDER,
        weight=3,
    ),
    Matter(
        "full_bin",
        "06042",
        _TOWN,
        ("{road}的垃圾箱满了，垃圾掉了一地。", "公交站旁边果皮箱满溢，没人收。", "垃圾桶堆得冒尖，已经两天了。"),
        ("已清运满溢垃圾，擦拭箱体并复位。", "已增加一班收运，箱体清洗完毕。"),
        weight=9,
        self_handled=True,
    ),
    Matter("full_bin", "03005", _TOWN, ("果皮箱的门坏了，垃圾往外掉。",), ("已更换箱门和内胆。",), weight=2),
    Matter(
        "pothole",
        "06013",
        _TOWN,
        (
            "{road}路面有个大坑，积着水，骑车差点摔倒。",
            "路面破损严重，下雨看不见坑有多深。",
            "公交车道上沥青脱落一大片。",
        ),
        ("已铣刨并热补沥青，平整度合格。", "已冷补应急，夜间完成热补。"),
        weight=8,
    ),
    Matter(
        "adverts",
        "07001",
        _TOWN,
        ("楼道口贴满小广告，刚刷的墙又被贴了。", "{road}电线杆上全是办证广告。", "围墙上喷涂的电话号码，影响市容。"),
        ("已清除并覆盖同色涂料，号码已移交停机。", "小广告已铲除，墙面恢复。"),
        weight=8,
        self_handled=True,
    ),
    Matter(
        "stall",
        "09006",
        _SHOPS,
        ("水果摊占了整个人行道，只能走机动车道。", "{road}烧烤摊占道经营，油烟很大。"),
        ("已劝离并引导至疏导点经营。", "已依法处理，人行道恢复通行。"),
        weight=8,
    ),
    Matter(
        "stall",
        "09001",
        _SHOPS,
        ("学校门口流动摊贩太多，接孩子都过不去。", "地铁口无照游商聚集。"),
        ("已清理，安排上下学时段定点值守。",),
        weight=5,
    ),
    Matter(
        "bikes",
        "09011",
        _TOWN,
        ("共享单车倒了一片，盲道都堵上了。", "{road}路口单车乱停，占了半条路。"),
        ("已通知企业清运并摆放整齐。", "已清出盲道，车辆移入停放区。"),
        weight=8,
    ),
    Matter(
        "bikes",
        "09010",
        _HOMES,
        ("电动车停在消防通道上。", "非机动车乱停，出入口堵死了。"),
        ("已规整，补划停车线。",),
        weight=4,
    ),
    Matter(
        "tree",
        "04002",
        _GREEN,
        ("{road}一棵行道树倒了，压在人行道上。", "大树枯枝断了挂在半空，怕砸到人。"),
        ("已锯除清运并补植，树穴恢复。", "已修剪枯枝，树体加固。"),
        weight=6,
    ),
    Matter(
        "tree",
        "06017",
        _GREEN,
        ("绿化带里全是塑料袋和狗粪。", "草坪被踩秃了，还扔了不少垃圾。"),
        ("绿地已清捡，补播草籽。",),
        weight=4,
        self_handled=True,
    ),
    Matter(
        "lamp",
        "01037",
        _TOWN,
        ("{road}路灯歪了，灯罩掉下来挂着。", "整条街的路灯不亮，晚上一片黑。", "路灯杆被车撞斜了，有电线露在外面。"),
        ("灯杆已扶正，更换灯具，夜间点亮正常。", "已排除电缆故障，全线恢复照明。"),
        weight=6,
    ),
    Matter(
        "railing",
        "02017",
        _TOWN,
        ("{road}中间护栏被撞倒了三节。", "护栏歪到车道里，晚上看不清。"),
        ("护栏已扶正更换，连续完好。",),
        weight=6,
    ),
    Matter(
        "sign",
        "02010",
        _TOWN,
        ("{road}路口的指路牌歪了，快要掉下来。", "指示牌被风吹斜，方向都指错了。"),
        ("标志牌已校正加固。",),
        weight=5,
    ),
    Matter(
        "water",
        "06025",
        _WATER,
        ("清澜江边漂着很多垃圾。", "河面一层浮萍和塑料瓶，很臭。", "码头附近水面有油花和泡沫盒。"),
        ("已组织保洁船打捞，水面清洁。", "已打捞并排查上游来源，设置拦漂索。"),
        weight=5,
    ),
    Matter(
        "site",
        "08007",
        _WORKS,
        ("工地围挡倒了两块，土都流到路上了。", "{road}施工围挡破损，没有警示灯。"),
        ("围挡已恢复并加装警示灯。",),
        weight=4,
    ),
    Matter(
        "site",
        "08004",
        _WORKS,
        ("工地土堆没盖，一刮风全是灰。", "渣土车进出不冲洗，满街扬尘。"),
        ("裸土已覆盖，喷淋开启，出入口已冲洗。",),
        weight=5,
    ),
)

# Class 05 of the national parts has no rule: such a case falls to the street on whose ground it lies.
WITHOUT_RULE = Matter(
    "adverts",
    "05009",
    _TOWN,
    ("巷口那块老石碑被人涂画了。", "文物保护标志旁边堆了杂物。", "古井栏杆松动，请修一修。"),
    ("街道已清理并设置保护标识。",),
    kind="part",
)

REASONS = {
    "reject": (
        "现场照片不清晰，无法判断位置，请补充后重新上报。",
        "属物业管理范围，已转告物业并回复。",
        "同一问题已在办理，不再重复立案。",
    ),
    "not_real": ("现场查看未发现所述问题。", "到场时问题已自行消除。"),
    "void": ("立案后核实属外市辖区，作废。", "重复立案，作废。", "经查属正在审批的施工，作废。"),
    "return": ("权属不在本单位，申请改派。", "该路段已移交其他单位养护，退回。"),
    "failed": ("仍有残留，未达到结案标准。", "只清了一半，请返工。"),
    "extend": ("连续降雨，需待路面干燥后施工。", "配件到货需要时间。"),
    "hold": ("涉及管线改造工程，须待工程完工后一并处理。", "树木移植须待休眠期。"),
    "supervise": ("群众多次反映，请加快办理。",),
    "reopen": ("同一位置问题复发，重新办理。",),
}

RATINGS = (
    (5, "处理得很快，谢谢！"),
    (5, "当天就修好了，点赞。"),
    (4, "不错，希望保持。"),
    (4, ""),
    (3, "处理了，就是慢了点。"),
    (2, "过了几天又这样了。"),
    (5, ""),
)
