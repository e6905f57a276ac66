"""People, grants and passwords changed one at a time over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from app.accounts import service
from app.accounts.errors import LastAdmin, TokenExpired, TokenInvalid
from app.core.db import unit_of_work
from app.core.models import AdminChange, IdempotencyKey
from tests.factories.accounts import PASSWORD, a_grant, a_user, staff

pytestmark = pytest.mark.slow

ANY = {"If-Match": "*"}
FRESH = "correct horse battery"


@pytest.fixture
def person(api, city):
    body = {"username": "Zhang3", "name": "张三", "organization_id": str(city.units["U01"]), "password": FRESH}
    return api.post("admin", "/users", 201, json=body)


def etag(api, person):
    return {"If-Match": api.call("admin", "GET", f"/users/{person['id']}").headers["ETag"]}


def login(api, username, password, status=200):
    answer = api.client.post("/api/v1/auth/login", json={"username": username, "password": password})
    assert answer.status_code == status, answer.get_json()
    return answer.get_json()


def changes(session, person):
    session.expire_all()
    query = select(AdminChange).where(AdminChange.subject == f"user:{person['id']}").order_by(AdminChange.id)
    return [(row.action, row.actor_id, row.detail) for row in session.scalars(query)]


def test_somebody_is_made_shown_and_changed(api, session, city, person):
    path = f"/users/{person['id']}"
    assert (person["username"], person["roles"], person["grants"], person["has_password"]) == ("zhang3", [], [], True)
    assert api.get("admin", path) == api.get("auditor", path) == person
    seen = etag(api, person)
    body = {"name": "张三丰", "organization_id": str(city.units["U02"])}
    changed = api.call("admin", "PATCH", path, json=body, headers=seen).get_json()
    assert (changed["name"], changed["organization"]["code"]) == ("张三丰", "U02")
    assert api.call("admin", "PATCH", path, 412, json=body, headers=seen).get_json()["type"].endswith("stale-version")
    assert api.call("admin", "PATCH", path, 428, json=body).get_json()["type"].endswith("version-missing")
    noted = changes(session, person)
    assert [row[:2] for row in noted] == [
        ("user.create", city.people["admin"]),
        ("user.change", city.people["admin"]),
    ]
    units = (str(city.units["U01"]), str(city.units["U02"]))
    assert (noted[1][2]["before"]["organization_id"], noted[1][2]["after"]["organization_id"]) == units
    assert "张三" not in str(noted)
    assert login(api, "ZHANG3", FRESH)["user"]["name"] == "张三丰"


def test_creation_is_repeated_without_harm_and_keeps_no_password(api, session, city):
    body = {"id": str(uuid4()), "username": "li4", "name": "李四", "organization_id": str(city.units["U01"])}
    key = {"Idempotency-Key": "li4"}
    made = api.post("admin", "/users", 201, json={**body, "password": FRESH}, headers=key)
    assert api.post("admin", "/users", 201, json={**body, "password": FRESH}, headers=key) == made
    assert api.post("admin", "/users", 409, json={**body, "password": "other one 12"}, headers=key)["type"].endswith(
        "idempotency-key-reused"
    )
    assert api.post("admin", "/users", 200, json=body) == made
    assert api.post("admin", "/users", 409, json={**body, "name": "别人"})["type"] == "/problems/id-taken"
    taken = api.post("admin", "/users", 409, json={**body, "id": str(uuid4())})
    assert (taken["type"], taken["errors"][0]["pointer"]) == ("/problems/username-taken", "/username")
    citizen = {**body, "id": str(city.people["citizen"]), "username": "li5"}
    assert api.post("admin", "/users", 409, json=citizen)["type"] == "/problems/id-taken"
    stored = session.scalars(select(IdempotencyKey)).all()
    assert stored
    assert all(FRESH.encode() not in (row.body or b"") for row in stored)


def test_what_is_stored_of_a_password_in_a_repeatable_request_cannot_be_guessed(api, session, city, monkeypatch):
    """The mark of the body is keyed: equal bodies give another mark under another key."""
    body = {"username": "li4", "name": "李四", "organization_id": str(city.units["U01"]), "password": FRESH}
    api.post("admin", "/users", 201, json=body, headers={"Idempotency-Key": "one"})
    (kept,) = session.scalars(select(IdempotencyKey.fingerprint))
    monkeypatch.setitem(api.app.config, "SECRET_KEY", "another secret for tests, long enough")
    refused = api.client.post(
        "/api/v1/users", json=body, headers={**api.headers("admin"), "Idempotency-Key": "one"}
    ).get_json()
    assert kept
    assert refused["type"].endswith("idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"username": "  "}, "/username"),
        ({"name": ""}, "/name"),
        ({"organization_id": None}, "/organization_id"),
        ({"password": "short"}, "/password"),
        ({"password": "zhang3zhang3"[:6] + "zhang3"}, None),
        ({"kind": "citizen"}, "/kind"),
    ],
)
def test_what_cannot_be_is_pointed_at(api, city, body, pointer):
    base = {"username": "zhang3", "name": "张三", "organization_id": str(city.units["U01"])}
    if pointer is None:
        api.post("admin", "/users", 201, json={**base, **body})
        return
    told = api.post("admin", "/users", 422, json={**base, **body})
    assert pointer in {one["pointer"] for one in told["errors"]}


def test_only_administrators_change_people_and_the_auditor_reads(api, city, person):
    path = f"/users/{person['id']}"
    grant = {"role": "handler", "organization_id": str(city.units["U01"])}
    for who in ("operator", "auditor", "unit1", "evaluator", "citizen"):
        api.post(who, "/users", 403, json={"username": "x", "name": "x", "organization_id": str(uuid4())})
        api.call(who, "PATCH", path, 403, json={"name": "x"}, headers=ANY)
        for action, body in (
            ("disable", {}),
            ("enable", {}),
            ("password", {"password": FRESH}),
            ("grants", grant),
            ("one-time-link", {}),
            (f"grants/{uuid4()}/end", {}),
        ):
            api.post(who, f"{path}/{action}", 403, json=body, headers=ANY)
    api.get("operator", path, 403)
    api.get("operator", f"{path}/grants", 403)
    api.get("auditor", f"{path}/grants")
    api.get("admin", f"/users/{city.people['citizen']}", 404)
    api.get("admin", f"/users/{uuid4()}", 404)
    api.get(None, path, 401)


# --- grants --------------------------------------------------------------------------------------------------------


def test_a_grant_is_given_seen_at_its_time_and_ended(api, session, city, person):
    path = f"/users/{person['id']}"
    now = datetime.now(UTC)
    begins, ends = now + timedelta(days=10), now + timedelta(days=20)
    body = {
        "role": "inspector",
        "organization_id": str(city.units["patrol"]),
        "area_code": "310101",
        "valid_from": begins.isoformat(),
        "valid_to": ends.isoformat(),
    }
    before = etag(api, person)
    given = api.post("admin", f"{path}/grants", 201, json=body)
    assert etag(api, person) != before
    (grant,) = given["grants"]
    assert (grant["role"], grant["area_code"], grant["organization_code"]) == ("inspector", "310101", "patrol")
    assert given["roles"] == []
    assert api.post("admin", f"{path}/grants", 201, json=body)["grants"] == [grant]
    during = (now + timedelta(days=15)).isoformat()
    assert api.get("admin", f"{path}/grants", at=during)["items"] == [grant]
    assert api.get("admin", f"{path}/grants", at=now.isoformat())["items"] == []
    assert api.get("admin", f"{path}/grants", at=ends.isoformat())["items"] == []
    api.get("admin", f"{path}/grants", 422, at="yesterday")
    stale = api.post("admin", f"{path}/grants/{grant['id']}/end", 412, headers=before)
    assert stale["type"] == "/problems/stale-version"
    ended = api.post("admin", f"{path}/grants/{grant['id']}/end", headers=etag(api, person))
    assert ended["grants"] == []
    assert [row[0] for row in changes(session, person)] == ["user.create", "grant.add", "grant.end"]
    assert changes(session, person)[2][2]["before"]["area_code"] == "310101"


def test_an_ended_grant_is_gone_from_the_next_request_and_stays_in_the_record(api, city, person):
    path = f"/users/{person['id']}"
    body = {"role": "operator", "organization_id": str(city.units["city"])}
    given = api.post("admin", f"{path}/grants", 201, json=body)
    assert given["roles"] == ["operator"]
    token = {"Authorization": f"Bearer {login(api, 'zhang3', FRESH)['access_token']}"}
    assert api.client.get("/api/v1/cases", headers=token).status_code == 200
    api.post("admin", f"{path}/grants/{given['grants'][0]['id']}/end", headers=ANY)
    assert api.client.get("/api/v1/cases", headers=token).status_code == 403
    (kept,) = api.get("admin", f"{path}/grants")["items"]
    assert kept["valid_to"] is not None
    # Ended is ended.
    api.post("admin", f"{path}/grants/{kept['id']}/end", headers=ANY)
    assert api.get("admin", f"{path}/grants")["items"] == [kept]


def test_grants_come_in_pages(api, session, city, person):
    for area in ("310101", "310102", "3101"):
        a_grant(session, person["id"], "inspector", area)
    session.commit()
    path, seen, cursor = f"/users/{person['id']}/grants", [], {}
    while cursor is not None:
        told = api.get("admin", path, limit=1, **cursor)
        seen += [one["area_code"] for one in told["items"]]
        cursor = told["next_cursor"] and {"cursor": told["next_cursor"]}
    assert sorted(seen) == ["3101", "310101", "310102"]


def test_grants_that_make_no_sense(api, city, person):
    path = f"/users/{person['id']}/grants"
    base = {"role": "handler", "organization_id": str(city.units["U01"])}
    for body, pointer in (
        ({"role": "citizen"}, "/role"),
        ({"role": "system"}, "/role"),
        ({"role": "king"}, "/role"),
        ({"area_code": "31/01"}, "/area_code"),
        ({"valid_from": "2030-01-01T00:00:00Z", "valid_to": "2029-01-01T00:00:00Z"}, "/valid_to"),
        ({"valid_from": "2030-01-01"}, "/valid_from"),
    ):
        told = api.post("admin", path, 422, json={**base, **body})
        assert pointer in {one["pointer"] for one in told["errors"]}, told
    gone = api.post("admin", path, 404, json={**base, "organization_id": str(uuid4())})
    assert gone["errors"][0]["pointer"] == "/organization_id"
    assert api.post("admin", f"{path}/{uuid4()}/end", 404, headers=ANY)["type"] == "/problems/grant-not-found"
    foreign = api.get("admin", f"/users/{city.people['operator']}/grants")["items"][0]["id"]
    api.post("admin", f"{path}/{foreign}/end", 404, headers=ANY)


# --- in and out ----------------------------------------------------------------------------------------------------


def test_whoever_is_shut_out_is_out_at_once_and_may_come_back(api, session, person):
    path = f"/users/{person['id']}"
    token = {"Authorization": f"Bearer {login(api, 'zhang3', FRESH)['access_token']}"}
    out = api.post("admin", f"{path}/disable", headers=etag(api, person))
    assert (out["disabled_at"] is not None, out["left_open"]) == (True, [])
    assert api.client.get("/api/v1/me", headers=token).status_code == 401
    login(api, "zhang3", FRESH, 401)
    back = api.post("admin", f"{path}/enable", headers=etag(api, person))
    assert back["disabled_at"] is None
    assert api.client.get("/api/v1/me", headers=token).status_code == 401
    login(api, "zhang3", FRESH)
    assert [row[0] for row in changes(session, person)] == ["user.create", "user.disable", "user.enable"]


def test_the_last_administrator_stays(api, session, city, person):
    mine = f"/users/{city.people['admin']}"
    (grant,) = api.get("admin", f"{mine}/grants")["items"]
    for path in (f"{mine}/disable", f"{mine}/grants/{grant['id']}/end"):
        told = api.post("admin", path, 409, headers=ANY)
        assert told["type"] == "/problems/last-admin"
    with pytest.raises(LastAdmin), session.begin_nested():
        service.revoke(session, city.people["admin"], "admin", now=datetime.now(UTC))
    # Somebody who is shut out does not administer.
    body = {"role": "admin", "organization_id": str(city.units["city"])}
    api.post("admin", f"/users/{person['id']}/grants", 201, json=body)
    api.post("admin", f"/users/{person['id']}/disable", headers=ANY)
    api.post("admin", f"{mine}/disable", 409, headers=ANY)
    api.post("admin", f"/users/{person['id']}/enable", headers=ANY)
    assert api.post("admin", f"{mine}/grants/{grant['id']}/end", headers=ANY)["roles"] == []
    api.post("admin", f"{mine}/enable", 403, headers=ANY)


def test_two_administrators_cannot_shut_each_other_out_at_once(committed):
    with unit_of_work() as session:
        ids = [staff(session, "admin", username=name) for name in ("one", "other")]

    def shut_out(user_id):
        try:
            with unit_of_work() as session:
                service.disable_user(session, user_id, now=datetime.now(UTC))
        except LastAdmin:
            return "last"
        return "out"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(shut_out, ids)) == ["last", "out"]


# --- passwords -----------------------------------------------------------------------------------------------------


def test_an_administrator_sets_a_password_and_every_sign_in_ends(api, session, person):
    path = f"/users/{person['id']}/password"
    token = {"Authorization": f"Bearer {login(api, 'zhang3', FRESH)['access_token']}"}
    weak = api.post("admin", path, 422, json={"password": "short"}, headers=ANY)
    assert (weak["type"], weak["errors"][0]["pointer"]) == ("/problems/weak-password", "/password")
    api.post("admin", path, 428, json={"password": "another good one"})
    api.post("admin", path, json={"password": "another good one"}, headers=etag(api, person))
    assert api.client.get("/api/v1/me", headers=token).status_code == 401
    login(api, "zhang3", FRESH, 401)
    login(api, "zhang3", "another good one")
    assert "another" not in str(changes(session, person))


def test_ones_own_password_needs_the_old_one(api, session, person):
    def change(token, status, **body):
        answer = api.client.post("/api/v1/me/password", json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.get_json()
        return answer.get_json(silent=True)

    token = login(api, "zhang3", FRESH)["access_token"]
    told = change(token, 422, old="wrong", new="another good one")
    assert (told["type"], told["errors"][0]["pointer"]) == ("/problems/wrong-old-password", "/old")
    assert change(token, 422, old=FRESH, new="short")["errors"][0]["pointer"] == "/new"
    for _ in range(5):
        told = change(token, 422, old="wrong", new="another good one") if _ < 4 else None
    change(token, 429, old="wrong", new="another good one")
    session.execute(text("DELETE FROM sign_in_tallies"))
    session.commit()
    change(token, 204, old=FRESH, new="another good one")
    change(token, 401, old="another good one", new=FRESH)
    login(api, "zhang3", "another good one")
    assert changes(session, person)[-1][0] == "user.change_password"
    citizen = api.headers("citizen")
    answer = api.client.post("/api/v1/me/password", json={"old": "x", "new": "y"}, headers=citizen)
    assert answer.status_code == 404


def test_a_link_works_once_and_for_nobody_who_is_shut_out(api, session, city):
    body = {"username": "li4", "name": "李四", "organization_id": str(city.units["U01"])}
    made = api.post("admin", "/users", 201, json=body)
    assert made["has_password"] is False
    login(api, "li4", "anything at all", 401)
    key = {"Idempotency-Key": "a link"}
    link, other = (api.post("admin", f"/users/{made['id']}/one-time-link", 201, headers=key) for _ in range(2))
    assert session.scalars(select(IdempotencyKey)).all() == []
    redeem = {"token": link["token"], "password": FRESH}
    assert api.post(None, "/auth/password", 422, json={**redeem, "password": "short"})["type"].endswith("weak-password")
    api.post(None, "/auth/password", 204, json=redeem)
    for token in (link["token"], other["token"], "x" * 75, link["token"][:-4] + "AAAA"):
        assert api.post(None, "/auth/password", 401, json={**redeem, "token": token})["type"].endswith("token-invalid")
    login(api, "li4", FRESH)
    last = api.post("admin", f"/users/{made['id']}/one-time-link", 201)["token"]
    api.post("admin", f"/users/{made['id']}/disable", headers=ANY)
    api.post(None, "/auth/password", 401, json={"token": last, "password": FRESH})
    assert link["token"] not in str(changes(session, made))


def test_a_link_is_good_for_three_days(session, now):
    user_id = a_user(session, "li4")
    link = service.make_link(session, user_id, now=now)
    with pytest.raises(TokenExpired):
        service.redeem_link(session, link.token, FRESH, now=link.expires_at)
    with pytest.raises(TokenInvalid):
        service.redeem_link(session, "不是链接", FRESH, now=now)
    just_in_time = link.expires_at - timedelta(seconds=1)
    assert service.redeem_link(session, link.token, FRESH, now=just_in_time) == user_id
    assert PASSWORD != FRESH


def test_somebody_is_shown_by_as_many_statements_however_many_grants(api, session, city, person, statements):
    with statements() as one:
        api.get("admin", f"/users/{person['id']}")
    for number in range(30):
        a_grant(session, person["id"], "inspector", f"3101{number:02}")
    session.commit()
    with statements() as thirty:
        api.get("admin", f"/users/{person['id']}")
    assert len(thirty) == len(one)


def test_who_has_no_role_yet_is_found_by_whoever_gives_roles(api, person):
    found = {who: [one["id"] for one in api.get(who, "/users", limit=500)["items"]] for who in ("admin", "dispatcher")}
    assert person["id"] in found["admin"]
    assert person["id"] not in found["dispatcher"]
