"""Organisations changed one at a time: over HTTP, at once by two, and never into a ring."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.accounts import service
from app.accounts.errors import OrganizationClosed, OrganizationRing
from app.accounts.service import NewOrganization
from app.core.db import unit_of_work
from app.core.errors import Stale
from app.core.models import AdminChange
from tests.factories.accounts import LONG_AGO, a_user, an_organization

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
NEW = {"code": "U77", "name": "绿化养护队", "kind": "unit"}


def make(api, **body):
    return api.post("admin", "/organizations", 201, json={**NEW, **body})


def etag(api, path):
    return api.call("admin", "GET", path).headers["ETag"]


def patch(api, path, status=200, match=None, who="admin", **body):
    headers = {"If-Match": match or etag(api, path)}
    return api.call(who, "PATCH", path, status, json=body, headers=headers)


def changes(session, subject):
    session.expire_all()
    query = select(AdminChange).where(AdminChange.subject == subject).order_by(AdminChange.id)
    return [(row.action, row.actor_id, row.detail) for row in session.scalars(query)]


def test_an_organisation_is_made_shown_and_changed(api, session, city):
    made = make(api, parent_id=str(city.units["city"]), area_code=None)
    path = f"/organizations/{made['id']}"
    assert api.get(None, path) == made
    assert (made["closed_at"], made["parent_id"]) == (None, str(city.units["city"]))
    first = etag(api, path)
    answer = patch(api, path, match=first, name="绿化一队", parent_id=None)
    assert answer.headers["ETag"] != first
    assert (answer.get_json()["name"], answer.get_json()["parent_id"]) == ("绿化一队", None)
    admin = city.people["admin"]
    (created, changed) = changes(session, "organization:U77")
    assert created[:2] == ("organization.create", admin)
    assert changed == (
        "organization.change",
        admin,
        {
            "before": {"name": "绿化养护队", "parent_id": str(city.units["city"])},
            "after": {"name": "绿化一队", "parent_id": None},
        },
    )


def test_nothing_changed_is_no_change(api, session):
    made = make(api)
    path = f"/organizations/{made['id']}"
    before = etag(api, path)
    assert patch(api, path, name=NEW["name"]).headers["ETag"] == before
    assert len(changes(session, "organization:U77")) == 1


def test_creation_is_repeated_without_harm(api):
    mine = str(uuid4())
    made = make(api, id=mine)
    assert api.post("admin", "/organizations", 200, json={**NEW, "id": mine}) == made
    other = api.post("admin", "/organizations", 409, json={**NEW, "id": mine, "name": "别的"})
    assert other["type"] == "/problems/id-taken"
    taken = api.post("admin", "/organizations", 409, json=NEW)
    assert (taken["type"], taken["errors"][0]["pointer"]) == ("/problems/organization-code-taken", "/code")
    key = {"Idempotency-Key": "make-it-once"}
    body = {**NEW, "code": "U78"}
    first = api.call("admin", "POST", "/organizations", 201, json=body, headers=key)
    again = api.call("admin", "POST", "/organizations", 201, json=body, headers=key)
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api.post("admin", "/organizations", 409, json={**body, "name": "x"}, headers=key)["type"].endswith("reused")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"code": ""}, "/code"),
        ({"code": "a b"}, "/code"),
        ({"name": " "}, "/name"),
        ({"kind": "club"}, "/kind"),
        ({"area_code": "3101/01"}, "/area_code"),
        ({"surprise": 1}, "/surprise"),
        ({"parent_id": "x"}, "/parent_id"),
    ],
)
def test_what_cannot_be_is_pointed_at(api, body, pointer):
    told = api.post("admin", "/organizations", 422, json={**NEW, **body})
    assert pointer in {one["pointer"] for one in told["errors"]}


def test_a_parent_that_is_not_there_or_closed(api, city):
    gone = api.post("admin", "/organizations", 404, json={**NEW, "parent_id": str(uuid4())})
    assert gone["errors"][0]["pointer"] == "/parent_id"
    closed = make(api)
    api.post("admin", f"/organizations/{closed['id']}/close", headers={"If-Match": "*"})
    told = api.post("admin", "/organizations", 409, json={**NEW, "code": "U78", "parent_id": closed["id"]})
    assert told["type"] == "/problems/organization-closed"
    told = patch(api, f"/organizations/{closed['id']}", 409, name="x").get_json()
    assert told["type"] == "/problems/organization-closed"


def test_members_that_cannot_be_emptied(api):
    made = make(api)
    told = patch(api, f"/organizations/{made['id']}", 422, name=None).get_json()
    assert told["errors"][0]["pointer"] == "/name"


def test_a_version_is_needed_and_the_second_of_two_is_refused(api):
    path = f"/organizations/{make(api)['id']}"
    assert api.call("admin", "PATCH", path, 428, json={"name": "a"}).get_json()["type"].endswith("version-missing")
    seen = etag(api, path)
    patch(api, path, match=seen, name="先改")
    told = patch(api, path, 412, match=seen, name="后改").get_json()
    assert told["type"] == "/problems/stale-version"
    assert f'"{told["version"]}"' == etag(api, path)
    patch(api, path, match="*", name="后改")


def test_only_administrators_change_and_everybody_reads(api, city):
    path = f"/organizations/{city.units['U01']}"
    for who in ("operator", "auditor", "unit1", "supervisor", "citizen"):
        api.get(who, path)
        api.post(who, "/organizations", 403, json=NEW)
        patch(api, path, 403, who=who, name="x")
        api.post(who, f"{path}/close", 403, headers={"If-Match": "*"})
    api.post(None, "/organizations", 401, json=NEW)
    api.get("admin", f"/organizations/{uuid4()}", 404)
    assert patch(api, f"/organizations/{uuid4()}", 404, match="*", name="x").get_json()["type"].endswith("not-found")


def test_closing_waits_for_whatever_depends_on_it(api, session, city):
    unit = make(api)
    below = make(api, code="U78", parent_id=unit["id"])
    person = api.post("admin", "/users", 201, json={"username": "zhang", "name": "张三", "organization_id": unit["id"]})
    granted = api.post(
        "admin", f"/users/{person['id']}/grants", 201, json={"role": "handler", "organization_id": unit["id"]}
    )
    path = f"/organizations/{unit['id']}"
    told = api.post("admin", f"{path}/close", 409, headers={"If-Match": etag(api, path)})
    assert told["type"] == "/problems/organization-in-use"
    assert told["uses"] == {"organizations": ["U78"], "people": ["zhang"], "grants": ["zhang"]}
    assert "end the grants in it (1); move its people" in told["detail"]
    ended = api.post(
        "admin", f"/users/{person['id']}/grants/{granted['grants'][0]['id']}/end", headers={"If-Match": "*"}
    )
    assert (ended["grants"], ended["left_open"]) == ([], [])
    patch(api, f"/users/{person['id']}", organization_id=str(city.units["U01"]))
    patch(api, f"/organizations/{below['id']}", parent_id=None)
    closed = api.post("admin", f"{path}/close", headers={"If-Match": "*"})
    assert closed["closed_at"] is not None
    # Said again it changes nothing.
    assert api.post("admin", f"{path}/close", headers={"If-Match": "*"}) == closed
    assert "U77" not in {one["code"] for one in api.get("operator", "/organizations", limit=500)["items"]}
    assert "U77" in {one["code"] for one in api.get("operator", "/organizations", limit=500, closed=True)["items"]}
    for body in ({"username": "li", "name": "李四", "organization_id": unit["id"]},):
        assert api.post("admin", "/users", 409, json=body)["errors"][0]["pointer"] == "/organization_id"
    refused = api.post(
        "admin", f"/users/{person['id']}/grants", 409, json={"role": "handler", "organization_id": unit["id"]}
    )
    assert refused["type"] == "/problems/organization-closed"
    assert changes(session, "organization:U77")[-1][0] == "organization.close"


def test_an_organisation_that_leads_or_is_named_by_rules_stays(api, city):
    path = f"/organizations/{city.units['U01']}"
    uses = api.post("admin", f"{path}/close", 409, headers={"If-Match": "*"})["uses"]
    assert len(uses["rules"]) == 1
    number = api.report("inspector1")["case"]["number"]
    accepted = {"type": {"scheme": city.types["06010"].scheme, "kind": "matter", "code": "06010"}}
    api.act("operator", number, "accept", condition_id=city.condition(), **accepted)
    api.act("dispatcher", number, "dispatch")
    for name in ("U01", "U02"):
        uses = api.post("admin", f"/organizations/{city.units[name]}/close", 409, headers={"If-Match": "*"})["uses"]
        assert uses["cases"] == [number]


# --- never a ring --------------------------------------------------------------------------------------------------


def _above(parents, one):
    seen = []
    while one is not None and one not in seen:
        seen.append(one)
        one = parents[one]
    return seen


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 6), st.one_of(st.none(), st.integers(0, 6))), min_size=1, max_size=25))
def test_no_row_of_moves_makes_a_ring(session, moves):
    """Against the obvious model: service and database refuse exactly the moves that would make one."""
    with session.begin_nested() as inner:
        ids = [an_organization(session) for _ in range(7)]
        parents = dict.fromkeys(range(7))
        for child, parent in moves:
            ring = parent is not None and child in _above(parents, parent)
            parent_id = None if parent is None else ids[parent]
            values = {"parent_id": parent_id}
            if ring:
                with pytest.raises(OrganizationRing) as refused:
                    service.change_organization(session, ids[child], values, expected=None, now=NOW)
                assert refused.value.faults[0].pointer == "/parent_id"
            else:
                service.change_organization(session, ids[child], values, expected=None, now=NOW)
                parents[child] = parent
            if ring:
                with pytest.raises(IntegrityError), session.begin_nested():
                    _set_parent(session, ids[child], parent_id)
        found = dict(session.execute(text("SELECT id, parent_id FROM organizations")).all())
        assert [found[one] for one in ids] == [None if p is None else ids[p] for p in parents.values()]
        inner.rollback()


def _set_parent(session, child: UUID, parent: UUID):
    session.execute(text("UPDATE organizations SET parent_id = :p WHERE id = :c"), {"p": parent, "c": child})


def test_two_moves_at_once_make_no_ring(committed):
    with unit_of_work() as session:
        one, other = (an_organization(session, code) for code in ("one", "other"))

    def below(pair):
        child, parent = pair
        try:
            with unit_of_work() as session:
                service.change_organization(session, child, {"parent_id": parent}, expected=None, now=NOW)
        except OrganizationRing:
            return "ring"
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(below, [(one, other), (other, one)])) == ["moved", "ring"]


def test_of_two_who_saw_the_same_version_one_changes(committed):
    with unit_of_work() as session:
        mine = an_organization(session, "mine")
        seen = service.find_organization(session, mine).version

    def rename(name):
        try:
            with unit_of_work() as session:
                service.change_organization(session, mine, {"name": name}, expected=seen, now=NOW)
        except Stale:
            return "stale"
        return "changed"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(rename, "abcd")) == ["changed", "stale", "stale", "stale"]


def test_nothing_is_given_to_an_organisation_while_it_closes(committed):
    with unit_of_work() as session:
        mine = an_organization(session, "mine")

    def close(_):
        try:
            with unit_of_work() as session:
                service.close_organization(session, mine, lambda *_: {}, expected=None, now=NOW)
        except Exception as refused:  # noqa: BLE001 -- either way is told
            return type(refused).__name__
        return "closed"

    def join(name):
        try:
            with unit_of_work() as session:
                a_user(session, name, organization_id=mine)
        except OrganizationClosed:
            return "refused"
        return "joined"

    with ThreadPoolExecutor(4) as pool:
        closing, joining = pool.map(close, [1]), pool.map(join, ["a", "b", "c"])
        done, joined = list(closing), list(joining)
    assert (done == ["closed"]) == (set(joined) == {"refused"}), (done, joined)


def test_a_made_organisation_may_have_an_id_of_its_own(session):
    mine = uuid4()
    assert service.create_organization(session, NewOrganization("x", "x", "unit", id=mine), now=LONG_AGO) == mine
