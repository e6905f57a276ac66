"""Finding types and conditions, and importing them, on the real database."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event, text

from app.catalog import service
from app.catalog.errors import BadCatalogue, UnknownCondition, UnknownType
from app.catalog.rules import Kind, Limit, Unit, condition_id
from app.catalog.schemas import TypeRef
from tests.factories.catalog import SCHEME, a_type, condition_row, type_row

FOLDER = Path(__file__).resolve().parents[2] / "grid_data" / "catalog"
RUBBISH = TypeRef(scheme=SCHEME, kind=Kind.MATTER, code="06010")


def statements(session):
    seen = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: seen.append(a[2]))
    return seen


def test_a_type_is_found_by_its_key_with_its_conditions(session):
    made = a_type(session, limits=(("0.25", "urgent_hour"), ("2", "working_day")))
    found = service.find_type(session, RUBBISH)
    assert found == made
    assert [c.limit for c in found.conditions] == [
        Limit(Decimal("0.25"), Unit.URGENT_HOUR),
        Limit(Decimal(2), Unit.WORKING_DAY),
    ]
    assert service.catalogue(session).by_id[found.id] == found


@pytest.mark.parametrize(
    "ref",
    [
        TypeRef(scheme=SCHEME, kind=Kind.MATTER, code="06099"),
        TypeRef(scheme=SCHEME, kind=Kind.PART, code="06010"),
        TypeRef(scheme="GB/T 30428.2-2013", kind=Kind.MATTER, code="06010"),
    ],
)
def test_a_key_that_is_not_there_is_refused(session, ref):
    a_type(session)
    with pytest.raises(UnknownType) as refused:
        service.find_type(session, ref)
    assert ref.code in refused.value.detail
    assert refused.value.faults[0].pointer == "/type"


def test_a_condition_is_found_only_under_its_own_type(session):
    made = a_type(session)
    other = a_type(session, code="06012", name="道路不洁")
    condition = made.conditions[0]
    assert service.find_condition(session, condition.id, made.id) == condition
    for condition_id_, type_id in ((condition.id, other.id), (uuid4(), made.id), (condition.id, uuid4())):
        with pytest.raises(UnknownCondition):
            service.find_condition(session, condition_id_, type_id)


def test_types_cost_one_small_statement_per_transaction(session):
    a_type(session)
    seen = statements(session)
    for _ in range(2):
        session.commit()
        service.find_type(session, RUBBISH)
        service.find_type(session, RUBBISH)
    selects = [sql for sql in seen if "SAVEPOINT" not in sql]
    assert len(selects) == 2
    assert all("catalog_state" in sql and "filing_conditions" not in sql for sql in selects)


def test_a_change_is_seen_at_once_and_a_rollback_too(session):
    before = a_type(session)
    inner = session.begin_nested()
    a_type(session, name="改过的名称")
    assert service.find_type(session, RUBBISH).name == "改过的名称"
    inner.rollback()
    assert service.find_type(session, RUBBISH) == before


def test_an_import_brings_types_up_to_date_and_retires_what_is_no_longer_written(session, now):
    old = a_type(session, limits=(("1", "working_day"), ("2", "working_day"), ("3", "working_day")))
    untouched = a_type(session, code="06012", name="道路不洁")
    done = service.import_types(
        session,
        [type_row(name="暴露生活垃圾", class_name="市容", self_handle_allowed="false")],
        [condition_row(row="1", limit="8"), condition_row(row="3", text="新的条件")],
        now=now,
    )
    assert done == service.Imported(types=1, conditions=2, retired=1)
    found = service.find_type(session, RUBBISH)
    assert found.id == old.id
    assert (found.name, found.class_name, found.self_handle_allowed) == ("暴露生活垃圾", "市容", False)
    assert [(c.row, c.limit.amount, c.text) for c in found.conditions] == [
        (1, Decimal(8), "路面或绿地有暴露垃圾"),
        (3, Decimal(4), "新的条件"),
    ]
    with pytest.raises(UnknownCondition):
        service.find_condition(session, old.conditions[1].id, old.id)
    assert service.catalogue(session).by_id[untouched.id] == untouched
    # What changed is a new version: no condition that a case may have been filed under says something else now.
    rows = session.execute(text("SELECT * FROM filing_conditions WHERE valid_to IS NOT NULL ORDER BY row")).all()
    assert [(row.id, row.valid_to, row.text) for row in rows] == [(one.id, now, one.text) for one in old.conditions]
    assert not {one.id for one in found.conditions} & {one.id for one in old.conditions}


def test_a_condition_that_comes_back_is_in_force_from_then(session, now):
    old = a_type(session, limits=(("1", "working_day"), ("2", "working_day")))
    service.import_types(session, [type_row()], [condition_row()], now=now)
    later = now + timedelta(days=1)
    service.import_types(session, [type_row()], [condition_row(), condition_row(row="2")], now=later)
    query = "SELECT row, valid_from, valid_to FROM filing_conditions ORDER BY row, valid_from"
    begun = session.execute(text("SELECT min(valid_from) FROM filing_conditions")).scalar_one()
    rows = [tuple(row) for row in session.execute(text(query))]
    # When it was in force before, and until when, stays on record.
    assert rows == [(1, begun, now), (1, now, None), (2, begun, now), (2, later, None)]
    found = service.find_type(session, RUBBISH)
    assert not {one.id for one in found.conditions} & {one.id for one in old.conditions}


def test_the_same_file_again_changes_nothing(session, now):
    def everything():
        rows = session.execute(
            text("SELECT c.*, c.xmin, t.xmin FROM filing_conditions c JOIN types t ON t.id = c.type_id ORDER BY 1")
        )
        return [tuple(row) for row in rows]

    types, conditions = [type_row()], [condition_row(limit="2.50"), condition_row(row="2")]
    service.import_types(session, types, conditions, now=now)
    before, stamp = everything(), service.catalogue(session).stamp
    again = [{**conditions[0], "limit": "2.5"}, conditions[1]]
    assert service.import_types(session, types, again, now=now + timedelta(days=1)) == service.Imported(1, 2, 0)
    assert (everything(), service.catalogue(session).stamp) == (before, stamp)
    assert [row[0] for row in before] == sorted(condition_id(SCHEME, Kind.MATTER, "06010", row) for row in (1, 2))


@pytest.mark.parametrize(
    "changes", [{"text": "新的条件"}, {"limit": "8"}, {"unit": "working_day"}, {"close_text": "已清运"}]
)
def test_a_condition_that_says_something_else_is_a_new_version(session, now, changes):
    old = a_type(session, limits=(("4", "working_hour"), ("9", "natural_day")))
    kept = condition_row(row="2", text=old.conditions[1].text, limit="9.0", unit="natural_day")
    first = condition_row(text=old.conditions[0].text)
    service.import_types(session, [type_row()], [kept, {**first, **changes}], now=now)
    there = service.find_type(session, RUBBISH).conditions
    assert (there[0].id != old.conditions[0].id, there[0].row, there[1]) == (True, 1, old.conditions[1])
    ended = service.one_condition(session, old.conditions[0].id)
    assert (ended.text, ended.limit, ended.unit) == (old.conditions[0].text, 4, "working_hour")
    assert (ended.close_text, ended.valid_to) == (old.conditions[0].close_text, now)
    # And back: once more a version of its own.
    service.import_types(session, [type_row()], [kept, first], now=now)
    newest = service.find_type(session, RUBBISH).conditions
    assert len({newest[0].id, there[0].id, old.conditions[0].id}) == 3
    assert newest[1] == old.conditions[1]


def test_a_faulty_catalogue_changes_nothing(session, now):
    before = a_type(session)
    stamp = service.catalogue(session).stamp
    with pytest.raises(BadCatalogue) as refused:
        service.import_types(session, [type_row(name="新")], [condition_row(limit="much")], now=now)
    assert [fault.pointer for fault in refused.value.faults] == ["/conditions/0/limit"]
    assert "Faults: 1, the first at /conditions/0/limit" in refused.value.detail
    assert service.catalogue(session).stamp == stamp
    assert service.find_type(session, RUBBISH) == before


def test_the_shipped_catalogue_loads_and_loads_again(session, now):
    done = service.load_catalog(session, FOLDER, now=now)
    assert (done.types, done.conditions, done.retired) == (593, 1562, 0)
    assert service.load_catalog(session, FOLDER, now=now).retired == 0
    found = service.find_type(session, TypeRef(scheme=SCHEME, kind=Kind.PART, code="01001"))
    assert found.name == "供水井盖"
    assert found.conditions[0].id == condition_id(SCHEME, Kind.PART, "01001", 1)
    assert found.conditions[0].limit == Limit(Decimal(2), Unit.URGENT_HOUR)


@pytest.mark.parametrize(
    ("types", "message"),
    [
        (None, "types.csv cannot be read"),
        (b"\xff\xfe", "cannot be read as UTF-8"),
        (b"scheme,kind\nGB,part\n", "lacks the columns class_code, class_name, code, name, self_handle_allowed"),
        (b"", "lacks the columns scheme"),
        (b'scheme,kind,class_code,class_name,code,name,self_handle_allowed\n"a,b', "cannot be read"),
        (
            b"scheme,kind,class_code,class_name,code,name,self_handle_allowed\nGB,part,01,a,b,01001,n,true\n",
            "more cells than columns",
        ),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused_with_the_reason(session, now, tmp_path, types, message):
    if types is not None:
        (tmp_path / "types.csv").write_bytes(types)
    with pytest.raises(BadCatalogue, match=message):
        service.load_catalog(session, tmp_path, now=now)
