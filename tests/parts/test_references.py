"""What parts name stays there, though triggers keep it and no key of the database: types and organisations."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from app.core.db import unit_of_work

pytestmark = pytest.mark.slow

NAMED = {"types": "type_id", "organizations": "owner_id"}
MAKE = {
    "types": """
        INSERT INTO types (id, scheme, kind, code, class_code, class_name, name)
        VALUES (gen_random_uuid(), 'city', 'part', :code, '01', 'covers', 'cover') RETURNING id""",
    "organizations": """
        INSERT INTO organizations (id, code, name, kind, created_at)
        VALUES (gen_random_uuid(), :code, 'unit', 'unit', now()) RETURNING id""",
}
PART = """
    INSERT INTO parts (code, type_id, owner_id, state, geom, cell_code, created_at, changed_at)
    VALUES ('31010101001000001', :type_id, :owner_id, 'intact', ST_SetSRID(ST_MakePoint(121, 31), 4326),
            '310101001001001', now(), now())"""


def impatiently(statement, values):
    """Do it in a unit of work that waits for nobody."""
    with unit_of_work() as session:
        session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        session.execute(text(statement), values)


def made(session):
    """A type and an organisation, by the columns that name them."""
    code = {"code": str(uuid4())}
    return {column: session.execute(text(MAKE[table]), code).scalar_one() for table, column in NAMED.items()}


def broken(session, statement, values):
    """The constraint that the database says a statement breaks."""
    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        session.execute(text(statement), values)
    return refused.value.orig.diag.constraint_name


@pytest.mark.parametrize(("table", "column"), NAMED.items())
def test_a_part_names_what_is_there(session, table, column):
    ids = made(session)
    name = f"fk_parts_{column}_{table}"
    assert broken(session, PART, {**ids, column: uuid4()}) == name
    session.execute(text(PART), {**ids, "owner_id": None})
    assert broken(session, f"UPDATE parts SET {column} = :id", {"id": uuid4()}) == name
    session.execute(text("UPDATE parts SET owner_id = :owner_id"), ids)


@pytest.mark.parametrize(("table", "column"), NAMED.items())
def test_what_parts_name_stays(session, table, column):
    ids = made(session)
    session.execute(text(PART), ids)
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = gen_random_uuid()"):
        assert broken(session, f"{statement} WHERE id = :id", {"id": ids[column]}) == f"fk_parts_{column}_{table}"
        assert session.execute(text(f"{statement} WHERE id = :id"), {"id": made(session)[column]}).rowcount == 1
    session.execute(text(f"UPDATE {table} SET id = id"))


@pytest.mark.committed
@pytest.mark.parametrize(("table", "column"), NAMED.items())
def test_who_adds_and_who_removes_wait_for_each_other(committed, table, column):
    remove = f"DELETE FROM {table} WHERE id = :id"
    with unit_of_work() as session:
        kept, gone = made(session), made(session)
    with unit_of_work() as adding:
        adding.execute(text(PART), kept)
        with pytest.raises(OperationalError, match="lock timeout"):
            impatiently(remove, {"id": kept[column]})
    with pytest.raises(IntegrityError):
        impatiently(remove, {"id": kept[column]})

    again = PART.replace("000001'", "000002'")
    with unit_of_work() as removing:
        removing.execute(text(remove), {"id": gone[column]})
        with pytest.raises(OperationalError, match="lock timeout"):
            impatiently(again, gone)
    with pytest.raises(IntegrityError):
        impatiently(again, gone)
