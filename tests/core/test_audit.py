"""The record of administrative changes: in one transaction with its change, in order, and never unwritten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.pool import NullPool

from app import migrate
from app.core import audit
from app.core.audit import Note
from app.core.ids import new_id
from app.core.models import AdminChange
from tests.conftest import _drop, _url, create_empty


def test_a_change_is_written_down_as_it_was(session, now):
    actor = new_id()
    detail = {"before": {"name": "North"}, "after": {"name": "North side", "auto": True}}
    audit.note(
        session, action="organization.rename", subject="organization:310101", detail=detail, actor_id=actor, now=now
    )
    (row,) = session.scalars(select(AdminChange).where(AdminChange.subject == "organization:310101"))
    assert (row.at, row.actor_id, row.action, row.detail) == (now, actor, "organization.rename", detail)


def test_many_changes_keep_their_order_and_none_is_no_statement(session, now, statements):
    notes = [Note("calendar.correct", f"calendar:city:{day}", {"day": day}) for day in range(3_000)]
    with statements() as sent:
        audit.note_all(session, [], actor_id=None, now=now)
    assert sent == []
    audit.note_all(session, notes, actor_id=None, now=now)
    rows = session.scalars(
        select(AdminChange.detail).where(AdminChange.action == "calendar.correct").order_by(AdminChange.id)
    )
    assert [row["day"] for row in rows] == list(range(3_000))


@pytest.mark.parametrize(("action", "subject"), [("Renamed", "organization:1"), ("organization.rename", "310101")])
def test_an_action_and_a_subject_say_of_what_kind_they_are(session, now, action, subject):
    with pytest.raises(IntegrityError, match="ck_admin_changes"), session.begin_nested():
        audit.note(session, action=action, subject=subject, detail={}, actor_id=None, now=now)


UNWRITING = ("UPDATE admin_changes SET action = 'a.b'", "DELETE FROM admin_changes", "TRUNCATE admin_changes")


@pytest.mark.parametrize("statement", UNWRITING)
def test_the_product_cannot_unwrite_it(session, now, statement):
    audit.note(session, action="organization.rename", subject="organization:1", detail={}, actor_id=None, now=now)
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text(statement))


@pytest.mark.parametrize("statement", UNWRITING)
def test_nor_can_the_owner_of_the_tables(settings, statement):
    owner = create_engine(settings.owner_database_url, poolclass=NullPool)
    with pytest.raises(ProgrammingError, match="append-only"), owner.begin() as connection:
        connection.execute(text(statement))


@pytest.fixture
def before_the_record(admin: Engine, superuser_url: str) -> Iterator[Engine]:
    """A database as it was while people and organisations had a record of their own."""
    name = f"fg_audit_{uuid4().hex[:10]}"
    create_empty(admin, name)
    url = _url(superuser_url, user="fieldgrid_owner", database=name)
    migrate.upgrade(url, "0019_documents")
    engine = create_engine(url, poolclass=NullPool)
    yield engine
    _drop(admin, name)


AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
OLD = text("""INSERT INTO accounts_audit (id, at, actor_id, action, subject_id, detail)
              VALUES (:id, :at, :actor, :action, :subject, :detail)""")
OLD_ROWS = text("SELECT id, at, actor_id, action, subject_id, detail FROM accounts_audit ORDER BY id")


@pytest.mark.slow
def test_what_was_recorded_of_people_and_organisations_is_taken_along(before_the_record):
    organization, user, actor = new_id(), new_id(), new_id()
    with before_the_record.begin() as connection:
        connection.execute(
            text("INSERT INTO organizations (id, code, name, kind, created_at) VALUES (:id, '3101', 'n', 'unit', :at)"),
            {"id": organization, "at": AT},
        )
        connection.execute(
            text("""INSERT INTO users (id, kind, username, name, organization_id, created_at)
                    VALUES (:id, 'staff', 'somebody', 'n', :organization, :at)"""),
            {"id": user, "organization": organization, "at": AT},
        )
        rows = [
            {"action": "organization.create", "subject": organization, "detail": '{"code": "3101"}', "actor": None},
            {"action": "user.create", "subject": user, "detail": "{}", "actor": None},
            {"action": "grant.add", "subject": user, "detail": '{"role": "operator"}', "actor": actor},
        ]
        connection.execute(OLD, [{**row, "id": new_id(), "at": AT} for row in rows])
        before = connection.execute(OLD_ROWS).all()
    url = before_the_record.url.render_as_string(hide_password=False)
    migrate.upgrade(url, "0020_audit")
    with before_the_record.begin() as connection:
        found = connection.execute(
            text("SELECT action, subject, detail, actor_id, at FROM admin_changes ORDER BY action")
        ).all()
        assert found == [
            ("grant.add", f"user:{user}", {"role": "operator"}, actor, AT),
            ("organization.create", "organization:3101", {"code": "3101"}, None, AT),
            ("user.create", f"user:{user}", {}, None, AT),
        ]
        connection.execute(
            text("""INSERT INTO admin_changes (id, at, action, subject, detail)
                    VALUES (:id, :at, 'webhook.end', 'webhook:1', '{}')"""),
            {"id": UUID(int=1), "at": AT},
        )
    migrate.downgrade(url, "0019_documents")
    with before_the_record.begin() as connection:
        assert connection.execute(OLD_ROWS).all() == before
