"""Names for the demo city: invented, in the manner of Chinese towns."""

import itertools
from random import Random

CITY_NAME = "示范市"
RIVER_NAME = "清澜江"
LAKE_NAME = "映月湖"
CANAL_NAME = "府河"
PARK_NAME = "映月公园"
FOREST_NAME = "东岭森林公园"

DISTRICT_NAMES = ("云麓区", "文澜区", "东岭区", "锦屏区", "临港区")

STREET_NAMES = (
    "望江", "青石", "文昌", "府前", "云桥", "迎宾", "北湖", "学府", "映月", "东岭",
    "清澜", "锦绣", "南门", "码头", "古驿", "长堤", "新港", "桃源", "银杏", "晴川",
)  # fmt: skip

_TREES = ("柳", "桂", "梧", "兰", "竹", "松", "梅", "荷", "槐", "枫", "杏", "樟")
_PLACES = ("荫", "园", "苑", "溪", "塘", "桥", "坡", "湾")
_OLD = (
    "和平", "建设", "光明", "新华", "红星", "胜利", "幸福", "友谊", "团结", "向阳", "北门", "东门", "鼓楼", "书院",
    "钟楼", "孔庙", "石库", "粮仓", "盐市", "布市", "渡口", "船厂", "纺织", "机床", "铁路", "邮电", "水塔", "灯塔",
    "长虹", "百花",
)  # fmt: skip
_FIGURES = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
_TURNS = ("东", "西", "南", "北", "一", "二", "三", "四", "五", "六", "七", "八", "九", "新", "老", "支")
_ALLEYS = ("井", "磨", "铜", "绣", "茶", "米", "酒", "笔", "砚", "琴", "棋", "伞", "扇", "灯", "帽", "靴")
_ALLEY_KINDS = ("坊巷", "家弄", "市街", "铺巷", "作弄", "园里")


def community_names(rng: Random, count: int) -> list[str]:
    """Different names of communities, each ending in 社区."""
    names = [f"{tree}{place}" for tree, place in itertools.product(_TREES, _PLACES)] + list(_OLD)
    names.remove("柳荫")
    rng.shuffle(names)
    names = ["柳荫", *names]
    if count > len(names):
        # A big city numbers them, as big cities do: 柳荫第二社区.
        names += [f"{name}第{_ordinal(turn)}" for turn in range(2, count // len(names) + 2) for name in names]
    return [f"{name}社区" for name in names[:count]]


def _ordinal(number: int) -> str:
    """A number up to 99 in Chinese figures."""
    tens, ones = divmod(number, 10)
    return ("十" if tens == 1 else f"{_FIGURES[tens]}十" if tens else "") + (_FIGURES[ones] if ones else "")


def alley_names(rng: Random) -> list[str]:
    """Different names of small streets."""
    names = [f"{thing}{kind}" for thing, kind in itertools.product(_ALLEYS, _ALLEY_KINDS)]
    rng.shuffle(names)
    return names


def road_names(rng: Random) -> list[str]:
    """Different names of secondary roads."""
    firsts = ("安", "平", "永", "长", "兴", "宁", "康", "瑞", "嘉", "清", "明", "春")
    seconds = ("和", "乐", "宁", "泰", "福", "林", "原", "岚")
    names = [f"{first}{second}" for first, second in itertools.product(firsts, seconds) if first != second]
    rng.shuffle(names)
    return [f"{name}路" for name in names] + [f"{name}{turn}路" for turn in _TURNS for name in names]
