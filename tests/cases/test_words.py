"""Words of cases: two characters are enough, whoever may not see them does not find by them."""

import pytest
from sqlalchemy import text

from app.cases import queries, service
from app.cases.queries import listing
from app.cases.rules.filters import CaseFilter
from tests.factories.cases import RUBBISH
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow


def numbers(session, principal, now, **found):
    items, _ = service.cases_for(session, CaseFilter(**found), principal, now=now, limit=50, cursor=None)
    return [item["number"] for item in items]


@pytest.fixture
def three(session, city, now):
    said = ("中山路路灯不亮", "井盖丢失，LED屏闪烁", "路边石狮被撞")
    found = [a_report(session, city, now)["number"] for _ in said]
    for number, words in zip(found, said, strict=True):
        session.execute(text("UPDATE cases SET description = :w WHERE number = :n"), {"w": words, "n": number})
    return found


@pytest.mark.parametrize(("words", "which"), [("路灯", [0]), ("石狮", [2]), ("led", [1]), ("路", [0, 2]), ("灯路", [])])
def test_two_characters_are_a_word(session, city, now, three, words, which):
    for name in ("operator", "unit1"):
        expected = sorted(three[place] for place in which) if name == "operator" else []
        assert sorted(numbers(session, city.who(session, name, now), now, q=words)) == expected
    assert numbers(session, city.who(session, "auditor", now), now, q=words) == []


def test_words_among_the_first_are_those_that_the_index_finds(session, city, now, three, monkeypatch):
    operator = city.who(session, "operator", now)
    for sort in ("-opened_at", "opened_at", "due_at", "-due_at", "-updated_at"):
        monkeypatch.setattr(listing, "WINDOW", 3_000)
        everything = numbers(session, operator, now, q="路", sort=sort)
        assert sorted(everything) == sorted([three[0], three[2]])
        for window in (1, 2):
            monkeypatch.setattr(listing, "WINDOW", window)
            items, _ = service.cases_for(
                session, CaseFilter(q="路", sort=sort), operator, now=now, limit=1, cursor=None
            )
            assert [item["number"] for item in items] == everything[:1]


def test_codes_become_ids_and_unknown_ones_are_told(session, city):
    found, unknown = queries.named(session, CaseFilter(types=(RUBBISH,), owner="U03"))
    assert (found.owner, unknown) == (str(city.units["U03"]), {})
    again, unknown = queries.named(session, CaseFilter(types=("99999",), owner="U99"))
    assert unknown == {"type": ["99999"], "owner": ["U99"]}
    assert again.owner == "U99"


def test_who_sees_the_whole_city_still_sees_their_reports_on_other_ground(session, city, now):
    number = a_report(session, city, now, who="operator")["number"]
    operator = city.who(session, "operator", now)
    session.execute(text("UPDATE cases SET current_cell = '320501001001001' WHERE number = :n"), {"n": number})
    assert numbers(session, operator, now) == [number]
    assert queries.card(session, number, operator) is not None
    assert number not in numbers(session, city.who(session, "leader", now), now)
