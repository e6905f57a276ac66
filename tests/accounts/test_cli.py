"""`./fieldgrid user`."""

import pytest
from click.testing import CliRunner

from app.accounts import service
from app.cli import system
from app.cli import user as commands
from tests.factories.accounts import an_organization, principal_of, staff


@pytest.fixture
def run(session, monkeypatch):
    """Runs a command on the test's database; gives (exit code, what it said)."""
    monkeypatch.setattr(system, "connect", lambda: None)
    an_organization(session, "city")
    session.commit()

    def invoke(*words, typed=""):
        done = CliRunner().invoke(commands.user, words, input=typed)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        session.expire_all()
        return done.exit_code, done.output

    return invoke


def test_a_user_is_created_gets_a_role_and_loses_it(run, session, now):
    code, said = run("create", "Li", "--name", "李雷", "--organization", "city", typed="a good password\n")
    assert (code, "li can sign in" in said) == (0, True)
    assert "a good password" not in said
    assert run("list") == (0, "li\t李雷\t-\n")
    assert run("grant", "li", "operator", "--organization", "city", "--area", "9901")[0] == 0
    assert run("list", "--role", "operator") == (0, "li\t李雷\toperator\n")
    assert run("list", "--role", "admin") == (0, "")
    assert run("revoke", "li", "operator", "--area", "9902")[0] == 1
    assert run("revoke", "li", "operator") == (0, "li lost 1 grant as operator\n")
    assert run("disable", "li")[0] == 0
    assert run("list") == (0, "")


def test_a_password_is_reset_and_sign_ins_end(run, session, now):
    user_id = staff(session, "operator", username="li")
    tokens = service.families.start(session, user_id, now=now)
    session.commit()
    assert principal_of(session, user_id).may("case.act")
    assert run("reset-password", "li", typed="another good one\n")[0] == 0
    assert service.principal(session, user_id, tokens.family_id, address=None, now=now) is None
    attempt = service.admit(session, "li", None, now=now)
    assert service.password_matches(attempt.password_hash, "another good one")


@pytest.mark.parametrize(
    ("words", "typed", "told"),
    [
        (("create", "li", "--name", "李", "--organization", "nowhere"), "a good password\n", "no organisation"),
        (("create", "li", "--name", "李", "--organization", "city"), "short\n", "at least 10"),
        (("disable", "nobody"), "", "user list"),
        (("grant", "nobody", "operator", "--organization", "city"), "", "no user"),
        (("grant", "nobody", "mayor", "--organization", "city"), "", "mayor"),
    ],
)
def test_a_refusal_says_what_to_do(run, words, typed, told):
    code, said = run(*words, typed=typed)
    assert code != 0
    assert told in said
    assert "Traceback" not in said
