"""What a bulletin says of which figures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from app.bulletins.rules.blocks import Paragraph, Picture, Role, Table, as_bytes, from_bytes
from app.bulletins.rules.facts import Comparison, TypeCount
from app.evaluation.rules.indicators import Subject
from app.evaluation.rules.periods import period_of
from tests.bulletins.cities import DISTRICTS, LONG, a_city, document, figures, many_units, peers, squares


def said(facts, language="zh-CN", **changed):
    """The paragraphs of the text."""
    return [block.text for block in document(facts, language, **changed).blocks]


def of_districts(scores, small=()):
    facts = replace(a_city(), groups=(peers(Subject.DISTRICT, scores, small=small),))
    return said(facts)[3]


def tables(facts, language="zh-CN"):
    return [block for annex in document(facts, language).annexes for block in annex.blocks if isinstance(block, Table)]


def test_best_worst_grades_ties_and_who_has_no_data():
    assert of_districts(DISTRICTS) == (
        "各区共8个，参加排名7个，平均得分75.25分。得分最高的是东城区，95.50分（A级）；得分最低的是滨海新区，38.66分（E级）。"
        "等级分布为：A级3个、B级1个、C级1个、D级1个、E级1个。名次并列的有：西城区、南湖区并列第2名。"
        "云岭县本期无数据，不予评分。"
    )


def test_all_who_share_the_first_and_the_last_rank_are_named():
    text = of_districts([("甲", 90.0), ("乙", 90.0), ("丙", 50.0), ("丁", 50.0)])
    assert "得分最高的是甲、乙，90.00分（A级）；得分最低的是丙、丁，50.00分（D级）" in text
    assert "甲、乙并列第1名；丙、丁并列第3名" in text


@pytest.mark.parametrize(
    ("scores", "small", "begins", "never"),
    [
        ([("甲", 88.0)], (), "各区共1个，参加排名的仅甲1个，得分88.00分（B级），不作高低比较。", "最低"),
        (
            [("甲", 88.0), ("乙", 88.0)],
            (),
            "各区共2个，参加排名的2个得分均为88.00分（B级），名次并列。",
            "名次并列的有",
        ),
        ([("甲", 88.0), ("乙", None)], ("甲",), "各区共2个，本期均未参加排名。", "最高"),
        ([("甲", None)], (), "各区共1个，本期均未参加排名。甲本期无数据，不予评分。", "等级分布"),
    ],
)
def test_nobody_is_the_worst_of_one_or_of_equals(scores, small, begins, never):
    text = of_districts(scores, small)
    assert text.startswith(begins)
    assert never not in text
    facts = replace(a_city(), groups=(peers(Subject.DISTRICT, scores, small=small),))
    assert not any("居末位" in one for one in said(facts))


def test_small_samples_are_scored_and_not_ranked():
    text = of_districts([("甲", 88.0), ("乙", 70.0), ("丙", 99.0)], ("丙",))
    assert "得分最高的是甲" in text
    assert "丙案件样本量不足10件，只列得分，不参加排名。" in text
    rows = tables(replace(a_city(), groups=(peers(Subject.DISTRICT, [("甲", 88.0), ("丙", 99.0)], small=("丙",)),)))[0]
    assert [row[:4] for row in rows.rows] == [["1", "甲", "88.00", "B"], ["—", "丙", "99.00", "A"]]


def test_the_whole_city_in_numbers_and_against_the_month_before():
    text = "".join(said(a_city()))
    assert "受理案件972件（环比增加172件，同比无数据）" in text
    assert "应处置案件972件（环比增加172件，同比无数据），已处置911件，其中按时处置911件" in text
    assert "按时处置率为93.72%，环比上升6.22个百分点，同比无数据；结案率为75.82%，环比上升0.82个百分点" in text
    assert "返工率为1.85%，环比下降0.65个百分点" in text
    assert "监督员上报700件，占72.02%、市民上报172件，占17.70%、热线受理100件，占10.29%" in text
    assert "事件类700件，占72.02%、部件类272件，占27.98%" in text
    # Two share the third place: both are named.
    assert "暴露垃圾（400件）、占道经营（300件）、井盖破损（136件）、路灯故障（136件）" in text
    assert "超期未处置61件，超期未处置率为6.28%，涉及责任单位2个" in text
    assert "分别是：市环卫中心31件、市政养护所30件" in text


def test_where_nothing_was_published_before_it_says_so_once():
    text = "".join(said(replace(a_city(), previous=Comparison(None))))
    assert "受理案件972件，立案" in text
    assert text.count("本期不作环比、同比") == 1
    assert "可比数据" not in text
    assert text.count("环比") == 1


def test_the_same_as_before_is_the_same():
    facts = a_city()
    same = Comparison(facts.figures)
    assert "（环比持平，同比持平）" in "".join(said(replace(facts, previous=same, year_before=same)))


def test_a_month_in_which_nothing_happened():
    facts = replace(
        a_city(),
        figures=figures(0, 0, 0),
        groups=(peers(Subject.DISTRICT, [("甲", None), ("乙", None)]),),
        units=(),
        sources={},
        types=(),
    )
    text = "".join(said(facts))
    assert "按时处置率为无数据" in text
    assert "从案件来源看，无数据。" in text
    assert "从考评数据看，本期未发现突出问题。" in text
    made = document(facts)
    assert [block.text for block in made.annexes[1].blocks if isinstance(block, Paragraph)][1:] == [
        "本期应处置案件中没有超期未处置的案件。",
        "本期没有立案案件。",
    ]
    assert as_bytes(from_bytes(as_bytes(made))) == as_bytes(made)


def test_sixty_units_with_long_names_stand_in_the_table_and_are_counted_in_the_text():
    facts = many_units(60)
    text = "".join(said(facts))
    assert "等60个单位" in text
    units = next(table for table in tables(facts) if len(table.rows) == 60)
    assert {row[1] for row in units.rows} == {row.name for row in facts.groups[1].rows}
    bars = [one for annex in document(facts).annexes for one in annex.blocks if isinstance(one, Picture)]
    assert all(one.height_mm < 210 for one in bars)
    assert f"{LONG}00" not in "".join(one.svg for one in bars)


def test_rare_types_are_told_together():
    types = tuple(TypeCount(f"类型{place}", "matter", 30 - place, 1, 1) for place in range(25))
    table = tables(replace(a_city(), types=types))[-1]
    assert len(table.rows) == 21
    assert table.rows[-1][2:4] == ["其余5类", str(sum(30 - place for place in range(20, 25)))]


def test_an_english_one():
    made = document(a_city(), "en")
    text = " ".join(block.text for block in made.blocks)
    assert made.title == "City management in October 2026"
    assert "Handled in time: 93.72% (up 6.22 points on the period before; no data for the year before)." in text
    assert "西城区, 南湖区 share rank 2" in text
    assert [annex.label for annex in made.annexes] == ["Annex 1", "Annex 2", "Annex 3", "Annex 4"]


def test_a_draft_is_plainly_one():
    made = document(replace(a_city(), sha256=None, published_on=None))
    assert (made.watermark, made.letterhead, made.number, made.printed) == ("征求意见稿", "", "", ())
    assert made.title == "关于2026年10月份数字化城市管理运行情况的通报（征求意见稿）"
    assert "尚未发布" in made.origin
    assert made.day == "2026年11月6日"


@pytest.mark.parametrize(
    ("period", "chinese", "english"),
    [
        ("2026-Q3", "2026年第三季度", "quarter 3 of 2026"),
        ("2026", "2026年度", "the year 2026"),
        ("2026-W41", "2026年第41周", "week 41 of 2026"),
        ("2026-10-05", "2026年10月5日", "5 October 2026"),
    ],
)
def test_periods_are_called_as_people_call_them(period, chinese, english):
    facts = replace(a_city(), period=period_of(period))
    assert document(facts).title == f"关于{chinese}数字化城市管理运行情况的通报"
    assert document(facts, "en").title == f"City management in {english}"


def test_headings_annexes_and_what_they_are_called():
    made = document(a_city())
    heads = [block.text for block in made.blocks if block.role is Role.HEADING]
    assert heads == ["一、考评得分情况", "二、案件总体情况", "三、存在问题", "四、下一步工作要求"]
    assert (made.number, made.day) == ("城管通〔2026〕8号", "2026年11月5日")
    assert made.title_lines == ["关于2026年10月份数字化城市管理", "运行情况的通报"]
    assert list(made.attachments) == [
        "1. 各区考评得分排名表",
        "2. 各责任单位考评得分排名表",
        "3. 案件情况统计表",
        "4. 考评图表",
    ]
    only = document(a_city(), subjects=["unit"])
    assert only.annexes[0].title == "各责任单位考评得分排名表"


def test_grades_are_told_apart_in_grey_and_by_letters():
    facts = replace(a_city(), outlines={Subject.DISTRICT: squares(8)})
    drawn = [one for annex in document(facts).annexes for one in annex.blocks if isinstance(one, Picture)]
    map_ = drawn[0]
    shades = ["#cfe8cf", "#9cc3e6", "#d9a520", "#a8323a", "#262626"]
    grey = [0.299 * int(one[1:3], 16) + 0.587 * int(one[3:5], 16) + 0.114 * int(one[5:], 16) for one in shades]
    assert all(light - dark > 15 for light, dark in pairwise(grey))
    assert all(shade in map_.svg for shade in shades)
    assert all(f">{code} {score}<" in map_.svg for code, score in (("A", "95.50"), ("E", "38.66")))
    assert ">无数据<" in map_.svg
