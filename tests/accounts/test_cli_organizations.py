"""`./fieldgrid organization`, and what `user` and `calendar` do like the API."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import calendar as calendar_commands
from app.cli import organization as commands
from app.cli import system
from app.cli import user as user_commands
from app.core.models import AdminChange
from app.sla import service as sla
from tests.factories.accounts import staff
from tests.factories.sla import city_calendar


@pytest.fixture
def run(session, monkeypatch):
    """Runs a command on the test's database; gives (exit code, what it said)."""
    monkeypatch.setattr(system, "connect", lambda: None)
    city_calendar(session)
    session.commit()

    def invoke(group, *words):
        done = CliRunner().invoke(group, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        session.expire_all()
        return done.exit_code, done.output

    return invoke


def actions(session):
    rows = session.execute(select(AdminChange.action, AdminChange.actor_id).order_by(AdminChange.id)).all()
    return [row.action for row in rows if row.actor_id is None]


def test_an_organisation_is_made_changed_and_closed(run, session):
    group = commands.organization
    assert run(group, "create", "D1", "--name", "环卫局", "--kind", "department")[0] == 0
    assert run(group, "create", "U1", "--name", "一队", "--kind", "unit", "--parent", "D1")[0] == 0
    assert run(group, "list") == (0, "D1\tdepartment\t-\t环卫局\nU1\tunit\t-\t一队\n")
    assert run(group, "list", "--parent", "D1") == (0, "U1\tunit\t-\t一队\n")
    code, said = run(group, "change", "D1", "--parent", "U1")
    assert (code, "cannot be below itself" in said) == (1, True)
    code, said = run(group, "close", "D1")
    assert (code, "close the organisations below it or move them (1)" in said) == (1, True)
    assert run(group, "change", "U1", "--name", "清运一队", "--parent", "-", "--area", "3101")[0] == 0
    assert run(group, "list", "--kind", "unit") == (0, "U1\tunit\t3101\t清运一队\n")
    assert run(group, "close", "D1") == (0, "D1 is closed\n")
    assert run(group, "list")[1].startswith("U1")
    assert run(group, "list", "--closed")[1].startswith("D1")
    for words in (
        ("create", "U1", "--name", "x", "--kind", "unit"),
        ("create", "U2", "--name", "x", "--kind", "unit", "--parent", "D1"),
        ("change", "nowhere", "--name", "x"),
    ):
        assert run(group, *words)[0] == 1
    assert actions(session)[:3] == ["organization.create", "organization.create", "organization.change"]
    assert "organization.close" in actions(session)


def test_people_come_back_and_change(run, session):
    group = user_commands.user
    run(commands.organization, "create", "U1", "--name", "一队", "--kind", "unit")
    staff(session, "operator", username="li")
    session.commit()
    assert run(group, "disable", "li") == (0, "li is shut out\n")
    assert run(group, "enable", "li") == (0, "li can sign in again\n")
    assert run(group, "change", "li", "--name", "李雷", "--organization", "U1") == (0, "li is changed\n")
    assert run(group, "list", "--organization", "U1") == (0, "li\t李雷\toperator\n")
    assert run(group, "change", "nobody", "--name", "x")[0] == 1
    staff(session, "admin", username="root")
    session.commit()
    for words in (("disable", "root"), ("revoke", "root", "admin")):
        code, said = run(group, *words)
        assert (code, "last administrator" in said) == (1, True)
    assert {"user.disable", "user.enable", "user.change"} <= set(actions(session))


def test_the_week_and_the_holidays_are_set(run, session):
    group = calendar_commands.calendar
    assert run(group, "week", "mon=09:00-12:00,13:00-17:00", "SAT=09:00-12:00")[0] == 0
    said = run(group, "show")[1]
    assert ("Mon  09:00-12:00, 13:00-17:00" in said, "Tue  off" in said, "Sat  09:00-12:00" in said) == (True,) * 3
    assert run(group, "week", "mon=09:00-12:00,13:00-17:00", "sat=09:00-12:00")[1].startswith("calendar city says so")
    assert run(group, "holidays", "none")[0] == 0
    assert sla.calendar(session).horizon is None
    for words in (("week", "mon=9-12"), ("week", "sol=09:00-12:00"), ("week", "mon"), ("holidays", "XX")):
        assert run(group, *words)[0] == 1
    assert run(group, "correct", "2026-03-11", "off", "防汛停工")[0] == 0
    assert run(group, "drop", "2026-03-11")[0] == 0
    noted = [action for action in actions(session) if action.startswith("calendar.")]
    assert noted == ["calendar.change", "calendar.change", "calendar.correct", "calendar.drop_correction"]
