"""Accounts over HTTP: sign-in, tokens, what nobody may learn, lists."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt
import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import event, select, text, update

from app.accounts import service
from app.accounts.models import PhoneCode, SignInTally, TokenFamily
from app.core import outbox
from tests.factories.accounts import (
    PASSWORD,
    a_grant,
    a_user,
    an_organization,
    code_sent_to,
    sign_in,
    sign_in_citizen,
    staff,
)

pytestmark = pytest.mark.slow

PHONE = "13800000001"


@pytest.fixture
def operator(session):
    user_id = staff(session, "operator", "9901", username="operator")
    session.commit()
    return user_id


def login(client, username="operator", password=PASSWORD, address="192.0.2.1"):
    return client.post(
        "/api/v1/auth/login",
        json={"username": username, "password": password},
        environ_base={"REMOTE_ADDR": address},
    )


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def problem(answer, status, slug):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["type"] == f"/problems/{slug}"
    return answer.get_json()


# --- signing in ----------------------------------------------------------------------------------------------------


def test_login_answers_with_tokens_and_the_user(client, operator):
    answer = login(client, " Operator")
    assert answer.status_code == 200, answer.get_json()
    told = answer.get_json()
    assert set(told) == {"access_token", "refresh_token", "expires_in", "user"}
    assert told["expires_in"] == 900
    assert set(told["user"]) == {"id", "username", "name", "organization", "grants"}
    assert told["user"]["id"] == str(operator)
    assert set(told["user"]["organization"]) == {"id", "code", "name", "kind"}
    grant = told["user"]["grants"][0]
    assert set(grant) == {"role", "organization_id", "area_code", "valid_from", "valid_to"}
    assert (grant["role"], grant["area_code"], grant["valid_to"]) == ("operator", "9901", None)
    assert grant["valid_from"] == "2020-01-01T00:00:00Z"
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/api/v1/me", headers=bearer(told["access_token"])).get_json() == told["user"]


def test_wrong_password_unknown_user_and_disabled_user_get_the_same_answer(client, session, operator):
    gone = staff(session, "operator", username="gone")
    service.disable_user(session, gone, now=datetime.now(UTC))
    session.commit()
    told = []
    for username, password in (("operator", "wrong password"), ("nobody", PASSWORD), ("gone", PASSWORD)):
        body = problem(login(client, username, password), 401, "wrong-credentials")
        told.append({key: value for key, value in body.items() if key != "request_id"})
    assert told[0] == told[1] == told[2]


def test_an_unknown_user_costs_the_work_of_a_wrong_password(client, operator, monkeypatch):
    """One hash of the same parameters each: the time of an answer does not tell who exists."""
    hashed = []
    verify = PasswordHasher.verify

    def noting(hasher, stored, password):
        hashed.append(extract_parameters(stored))
        return verify(hasher, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", noting)
    for username in ("operator", "nobody"):
        problem(login(client, username, "wrong password"), 401, "wrong-credentials")
    assert len(hashed) == 2
    assert hashed[0] == hashed[1]


def test_guessing_is_slowed_with_retry_after_and_the_owner_elsewhere_is_not(client, operator):
    assert login(client, address="192.0.2.1").status_code == 200
    for _ in range(5):
        problem(login(client, password="wrong password", address="203.0.113.9"), 401, "wrong-credentials")
    answer = login(client, password="wrong password", address="203.0.113.9")
    body = problem(answer, 429, "too-many-attempts")
    assert int(answer.headers["Retry-After"]) >= 1
    assert "try again" in body["detail"]
    problem(login(client, address="203.0.113.9"), 429, "too-many-attempts")
    assert login(client, address="192.0.2.1").status_code == 200
    assert login(client, address="198.51.100.1").status_code == 200


def test_failures_are_kept_although_the_answer_is_an_error(client, session, operator):
    problem(login(client, password="wrong password"), 401, "wrong-credentials")
    assert set(session.scalars(select(SignInTally.failures))) == {1}
    assert len(session.scalars(select(SignInTally)).all()) == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "operator"},
        {"username": "", "password": "x"},
        {"username": "a", "password": "b", "role": "admin"},
    ],
)
def test_a_malformed_login_is_422_and_repeats_nothing(client, body):
    answer = client.post("/api/v1/auth/login", json=body)
    assert answer.status_code == 422
    assert "admin" not in answer.get_data(as_text=True)


def test_an_old_token_in_the_header_is_not_in_the_way_of_a_sign_in(client, operator):
    answer = client.post(
        "/api/v1/auth/login", json={"username": "operator", "password": PASSWORD}, headers=bearer("stale")
    )
    assert answer.status_code == 200


# --- access tokens -------------------------------------------------------------------------------------------------


def test_no_token(client):
    body = problem(client.get("/api/v1/me"), 401, "token-missing")
    assert "Authorization: Bearer" in body["detail"]


def forged(client, token, key=None, algorithm="HS256", **changed):
    claims = {**jwt.decode(token, options={"verify_signature": False}), **changed}
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key or client.application.config["JWT_SECRET_KEY"], algorithm)


def unsigned(token):
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


def test_tokens_that_are_not_ours_are_refused(client, session, operator):
    other = a_user(session)
    session.commit()
    told = login(client).get_json()
    token = told["access_token"]
    secret = client.application.config["SECRET_KEY"]
    bad = [
        "x",
        "a.b.c",
        "ä.ö.ü",
        unsigned(token),
        token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        forged(client, token, key="another key that is long enough to be used"),
        forged(client, token, key=secret),
        forged(client, token, algorithm="HS512", key=client.application.config["JWT_SECRET_KEY"] * 2),
        forged(client, token, iss="somebody"),
        forged(client, token, sub=str(other)),
        forged(client, token, sub="not-an-id"),
        forged(client, token, fam=str(uuid4())),
        forged(client, token, fam=None),
        forged(client, token, exp=None),
        forged(client, token, exp="never"),
        forged(client, token, exp=10**18),
        forged(client, token, type="root"),
        told["refresh_token"],
    ]
    assert client.get("/api/v1/me", headers=bearer(forged(client, token))).status_code == 200
    for number, one in enumerate(bad):
        answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {one}".encode().decode("latin-1")})
        assert answer.status_code == 401, (number, one)
        problem(answer, 401, "token-invalid")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_token_says_so(client, operator):
    token = login(client).get_json()["access_token"]
    ended = forged(client, token, exp=int(time.time()) - 1, iat=int(time.time()) - 1000)
    problem(client.get("/api/v1/me", headers=bearer(ended)), 401, "token-expired")


def test_the_signing_key_is_not_the_secret_itself(client):
    settings = client.application.config
    assert settings["JWT_SECRET_KEY"] != settings["SECRET_KEY"]
    derived = hmac.new(settings["SECRET_KEY"].encode(), b"fieldgrid accounts tokens", hashlib.sha256).hexdigest()
    assert settings["JWT_SECRET_KEY"] == derived


def test_a_token_holds_no_rights_and_nothing_personal(client, operator):
    told = login(client).get_json()
    for name in ("access_token", "refresh_token"):
        claims = jwt.decode(told[name], options={"verify_signature": False})
        assert set(claims) == {"fresh", "iat", "jti", "type", "sub", "iss", "exp", "fam"}


def test_a_disabled_user_loses_access_at_once(client, session, operator):
    headers = sign_in(client, "operator")
    assert client.get("/api/v1/users", headers=headers).status_code == 200
    service.disable_user(session, operator, now=datetime.now(UTC))
    session.commit()
    problem(client.get("/api/v1/users", headers=headers), 401, "token-invalid")


def test_a_revoked_grant_is_lost_at_once(client, session, operator):
    headers = sign_in(client, "operator")
    service.revoke(session, operator, "operator", now=datetime.now(UTC))
    session.commit()
    problem(client.get("/api/v1/users", headers=headers), 403, "not-allowed")
    assert client.get("/api/v1/me", headers=headers).get_json()["grants"] == []


# --- refreshing and signing out ------------------------------------------------------------------------------------


def refresh(client, token, *, in_header=False):
    if in_header:
        return client.post("/api/v1/auth/refresh", headers=bearer(token))
    return client.post("/api/v1/auth/refresh", json={"refresh_token": token})


@pytest.mark.parametrize("in_header", [True, False])
def test_refreshing_rotates_both_tokens(client, operator, in_header):
    first = login(client).get_json()
    answer = refresh(client, first["refresh_token"], in_header=in_header)
    assert answer.status_code == 200, answer.get_json()
    second = answer.get_json()
    assert set(second) == set(first)
    assert second["refresh_token"] != first["refresh_token"]
    assert client.get("/api/v1/me", headers=bearer(second["access_token"])).status_code == 200
    assert client.get("/api/v1/me", headers=bearer(first["access_token"])).status_code == 200


def test_a_used_refresh_token_ends_the_whole_sign_in(client, session, operator):
    first = login(client).get_json()
    second = refresh(client, first["refresh_token"]).get_json()
    problem(refresh(client, first["refresh_token"]), 401, "token-invalid")
    problem(refresh(client, second["refresh_token"]), 401, "token-invalid")
    for told in (first, second):
        problem(client.get("/api/v1/me", headers=bearer(told["access_token"])), 401, "token-invalid")
    assert session.scalars(select(TokenFamily.revoked_for)).all() == ["reuse"]
    assert login(client).status_code == 200


def test_only_refresh_tokens_refresh(client, operator):
    told = login(client).get_json()
    problem(refresh(client, told["access_token"]), 401, "token-invalid")
    problem(refresh(client, unsigned(told["refresh_token"])), 401, "token-invalid")
    problem(refresh(client, forged(client, told["refresh_token"], jti=str(uuid4()))), 401, "token-invalid")
    ended = forged(client, told["refresh_token"], exp=int(time.time()) - 1)
    problem(refresh(client, ended), 401, "token-expired")
    problem(client.post("/api/v1/auth/refresh"), 401, "token-missing")
    assert client.post("/api/v1/auth/refresh", json={"token": "x"}).status_code == 422
    assert refresh(client, told["refresh_token"]).status_code == 200


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("in_header", [True, False])
def test_signing_out_ends_the_family_and_may_be_repeated(client, operator, which, in_header):
    told, other = login(client).get_json(), login(client).get_json()
    how = {"headers": bearer(told[which])} if in_header else {"json": {"refresh_token": told[which]}}
    for _ in range(2):
        assert client.post("/api/v1/auth/logout", **how).status_code == 204
    problem(client.get("/api/v1/me", headers=bearer(told["access_token"])), 401, "token-invalid")
    problem(refresh(client, told["refresh_token"]), 401, "token-invalid")
    assert client.get("/api/v1/me", headers=bearer(other["access_token"])).status_code == 200
    problem(client.post("/api/v1/auth/logout"), 401, "token-missing")


# --- citizens ------------------------------------------------------------------------------------------------------


def test_a_citizen_signs_in_by_phone_and_code(client, session):
    answer = client.post("/api/v1/auth/citizen/code", json={"phone": PHONE})
    assert answer.status_code == 202
    assert answer.get_json() == {"expires_in": 600}
    code = code_sent_to(session, PHONE)
    told = client.post("/api/v1/auth/citizen/login", json={"phone": "+86" + PHONE, "code": code}).get_json()
    assert set(told) == {"access_token", "refresh_token", "expires_in", "user"}
    assert told["user"]["username"] is None
    assert told["user"]["organization"] is None
    assert told["user"]["name"] == "138****0001"
    assert [grant["role"] for grant in told["user"]["grants"]] == ["citizen"]
    assert PHONE not in json.dumps(told)
    headers = bearer(told["access_token"])
    assert client.get("/api/v1/me", headers=headers).get_json() == told["user"]
    problem(client.get("/api/v1/users", headers=headers), 403, "not-allowed")
    problem(client.post("/api/v1/auth/citizen/login", json={"phone": PHONE, "code": code}), 401, "wrong-code")


def test_a_known_number_gets_the_same_answer_as_a_new_one(client, session):
    sign_in_citizen(client, session, PHONE)
    known = client.post("/api/v1/auth/citizen/code", json={"phone": PHONE})
    new = client.post("/api/v1/auth/citizen/code", json={"phone": "13900000002"})
    assert (known.status_code, known.get_json()) == (new.status_code, new.get_json())


def test_wrong_codes_are_counted_although_the_answer_is_an_error(client, session):
    client.post("/api/v1/auth/citizen/code", json={"phone": PHONE})
    wrong = f"{(int(code_sent_to(session, PHONE)) + 1) % 1_000_000:06d}"
    for tries in range(1, 4):
        problem(client.post("/api/v1/auth/citizen/login", json={"phone": PHONE, "code": wrong}), 401, "wrong-code")
        assert session.scalar(select(PhoneCode.tries_here).execution_options(populate_existing=True)) == tries


def test_too_many_codes_are_refused_with_retry_after(client, session):
    answers = [client.post("/api/v1/auth/citizen/code", json={"phone": PHONE}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 202, 202, 429]
    problem(answers[5], 429, "too-many-attempts")
    assert 0 < int(answers[5].headers["Retry-After"]) <= 60
    assert len(outbox.newest(session, limit=10, recipient="+86" + PHONE)) == 5


@pytest.mark.parametrize("body", [{"phone": "12345"}, {"phone": ""}, {}, {"phone": PHONE, "name": "x"}])
def test_what_is_no_phone_number_is_422(client, body):
    answer = client.post("/api/v1/auth/citizen/code", json=body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"]


# --- secrets -------------------------------------------------------------------------------------------------------


def test_no_secret_is_logged_or_stored(client, session, operator, capfd):
    told = login(client).get_json()
    login(client, password="a wrong password")
    refresh(client, told["refresh_token"])
    refresh(client, told["refresh_token"])
    sign_in_citizen(client, session)
    logged = "".join(capfd.readouterr())
    secrets = [
        PASSWORD,
        "a wrong password",
        told["access_token"],
        told["refresh_token"],
        PHONE,
        code_sent_to(session, PHONE),
    ]
    assert not [secret for secret in secrets if secret in logged]
    for table in ("users", "token_families", "refresh_tokens", "sign_in_tallies", "phone_codes", "idempotency_keys"):
        rows = "".join(session.execute(text(f"SELECT t::text FROM {table} t")).scalars())
        assert not [secret for secret in secrets[:4] if secret in rows], table
    assert "$argon2id$" not in json.dumps(told)


# --- lists ---------------------------------------------------------------------------------------------------------


def test_organisations_are_public_and_come_in_pages(client, session):
    root = an_organization(session, "a-root", kind="territory")
    for number in range(5):
        an_organization(session, f"b{number}", kind="unit" if number % 2 else "department", parent_id=root)
    session.commit()
    first = client.get("/api/v1/organizations?limit=4").get_json()
    assert [item["code"] for item in first["items"]] == ["a-root", "b0", "b1", "b2"]
    assert set(first["items"][0]) == {"id", "code", "name", "kind", "parent_id"}
    assert first["items"][1]["parent_id"] == str(root)
    rest = client.get(f"/api/v1/organizations?limit=4&cursor={first['next_cursor']}").get_json()
    assert [item["code"] for item in rest["items"]] == ["b3", "b4"]
    assert rest["next_cursor"] is None
    for parent in (root, "a-root"):
        units = client.get(f"/api/v1/organizations?kind=unit&parent={parent}").get_json()
        assert [item["code"] for item in units["items"]] == ["b1", "b3"]


@pytest.mark.parametrize("query", ["kind=x", "limit=501", "limit=0", "sort=name", "cursor=x", "limit=x"])
def test_what_lists_do_not_know_is_422(client, session, operator, query):
    headers = sign_in(client, "operator")
    for path in ("organizations", "users"):
        answer = client.get(f"/api/v1/{path}?{query}", headers=headers)
        assert answer.status_code == 422, path
        assert answer.get_json()["errors"]


def test_staff_see_the_users_on_their_ground(client, session, operator):
    unit = an_organization(session, "unit1")
    staff(session, "handler", "9901", username="handler1", organization_id=unit)
    staff(session, "handler", "9902", username="handler2", organization_id=unit)
    session.commit()
    headers = sign_in(client, "operator")
    told = client.get("/api/v1/users", headers=headers).get_json()
    assert [item["username"] for item in told["items"]] == ["handler1", "operator"]
    assert set(told["items"][0]) == {"id", "username", "name", "organization_id", "roles"}
    handlers = client.get("/api/v1/users?role=handler&organization=unit1", headers=headers).get_json()
    assert [item["username"] for item in handlers["items"]] == ["handler1"]
    problem(client.get("/api/v1/users"), 401, "token-missing")


def test_lists_and_me_run_the_same_number_of_statements_however_many_rows(client, session, operator):
    headers = sign_in(client, "operator")
    statements = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: statements.append(args[2]))

    def count(path):
        statements.clear()
        answer = client.get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 200
        return len([one for one in statements if not one.startswith(("SAVEPOINT", "RELEASE"))]), answer.get_json()

    few = {path: count(path)[0] for path in ("users", "organizations", "me")}
    for number in range(20):
        staff(session, "inspector", "9901", username=f"inspector{number}", organization_id=an_organization(session))
        a_grant(session, operator, "inspector", f"99{number:02d}")
    session.commit()
    many = {path: count(path) for path in ("users", "organizations", "me")}
    assert few == {path: number for path, (number, _) in many.items()}
    assert set(few.values()) == {2}
    assert len(many["users"][1]["items"]) == 21


def test_grants_outside_their_validity_do_not_count(client, session):
    user_id = a_user(session, "early")
    organization_id = an_organization(session)
    session.execute(text("SELECT 1"))
    soon = datetime.now(UTC) + timedelta(hours=1)
    service.grant(session, user_id, service.NewGrant("operator", organization_id, "99", soon), now=soon)
    session.commit()
    headers = sign_in(client, "early")
    problem(client.get("/api/v1/users", headers=headers), 403, "not-allowed")
    session.execute(update(TokenFamily).values(revoked_at=soon, revoked_for="logout"))
    session.commit()
    problem(client.get("/api/v1/users", headers=headers), 401, "token-invalid")


def test_ids_are_uuids(client, operator):
    assert UUID(login(client).get_json()["user"]["id"]) == operator
