"""Row visibility, the directory, the tree of organisations."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import column, select, text
from sqlalchemy.dialects import postgresql

from app.accounts import queries, service
from app.accounts.models import Organization
from app.accounts.rules import covers
from app.accounts.service import NewGrant, NewOrganization
from tests.factories.accounts import a_citizen, a_grant, a_user, an_organization, staff


def grounds(session, now):
    for code in ("990101", "990101001", "990102", "9902", "980101"):
        service.create_organization(session, NewOrganization(f"t{code}", code, "territory", None, code), now=now)
    service.create_organization(session, NewOrganization("none", "none", "department"), now=now)


def test_covered_agrees_with_the_rule(session, now):
    grounds(session, now)
    every = set(session.scalars(select(Organization.area_code)))
    for prefixes in ([], ["99"], ["990101"], ["990101", "9902"], ["990101001", "990101"], ["97"]):
        found = set(
            session.scalars(select(Organization.area_code).where(queries.covered(Organization.area_code, prefixes)))
        )
        assert found == {code for code in every if code is not None and covers(prefixes, code)}
    everything = session.scalars(
        select(Organization.area_code).where(queries.covered(Organization.area_code, ["", "99"]))
    )
    assert None in set(everything)


def test_an_index_serves_covered(session):
    """The planner turns the clause into a range of the index, without reading every row."""
    session.execute(text("CREATE TEMPORARY TABLE ground (code text NOT NULL)"))
    session.execute(text("INSERT INTO ground SELECT lpad(n::text, 12, '0') FROM generate_series(1, 5000) n"))
    session.execute(text("CREATE INDEX ix_ground ON ground (code text_pattern_ops)"))
    session.execute(text("ANALYZE ground"))
    clause = queries.covered(column("code"), ["000000001", "0000000042"])
    query = select(column("code")).select_from(text("ground")).where(clause)
    sql = str(query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})).replace("%%", "%")
    plan = "\n".join(session.connection().exec_driver_sql("EXPLAIN " + sql.replace("%", "%%"), {}).scalars())
    assert "ix_ground" in plan
    assert "Seq Scan" not in plan


def test_me_holds_organisation_and_valid_grants(session, now):
    organization_id = an_organization(session, "water", kind="department", name="水务局")
    user_id = staff(session, "unit_manager", "9901", username="unit1", organization_id=organization_id)
    late = NewGrant("dispatcher", organization_id, "99", now + timedelta(days=1))
    service.grant(session, user_id, late, now=now)
    found = queries.me(session, user_id, now)
    assert found.organization == {"id": organization_id, "code": "water", "name": "水务局", "kind": "department"}
    assert [(grant["role"], grant["area_code"]) for grant in found.grants] == [("unit_manager", "9901")]
    assert queries.me(session, a_user(session), now).grants == []


def listed(session, now, **wanted):
    how = {"role": None, "organization": None, "areas": [""], "own_organization": None, "after": None, "limit": 50}
    return [row.username for row in queries.list_users(session, **{**how, **wanted}, now=now)]


def test_users_are_seen_where_grants_share_ground(session, now):
    north, south = an_organization(session, "north"), an_organization(session, "south")
    staff(session, "inspector", "990101001", username="cell", organization_id=north)
    staff(session, "operator", "990101", username="district", organization_id=north)
    staff(session, "dispatcher", "9901", username="city", organization_id=north)
    staff(session, "inspector", "990102", username="other", organization_id=south)
    a_user(session, "idle", organization_id=south)
    a_citizen(session)
    assert listed(session, now, areas=["990101"]) == ["cell", "city", "district"]
    assert listed(session, now, areas=["990102"], own_organization=south) == ["city", "idle", "other"]
    assert listed(session, now, areas=[]) == []
    assert listed(session, now) == ["cell", "city", "district", "idle", "other"]
    assert listed(session, now, role="inspector") == ["cell", "other"]
    assert listed(session, now, organization="south") == listed(session, now, organization=south) == ["idle", "other"]
    assert listed(session, now, organization="nowhere") == []
    assert listed(session, now, after="city", limit=1) == ["district", "idle"]


def test_a_user_who_lost_every_grant_or_was_disabled_is_not_listed(session, now):
    gone = staff(session, "inspector", "99", username="gone")
    ended = staff(session, "inspector", "99", username="ended")
    service.disable_user(session, gone, now=now)
    service.revoke(session, ended, "inspector", now=now)
    assert listed(session, now, areas=["99"]) == []
    assert listed(session, now, role="inspector") == []


def test_roles_are_listed_once_each(session, now):
    user_id = staff(session, "inspector", "9901", username="li")
    a_grant(session, user_id, "inspector", "9902")
    a_grant(session, user_id, "operator", "9902")
    row = queries.list_users(
        session, role=None, organization=None, areas=["99"], own_organization=None, now=now, after=None, limit=5
    )[0]
    assert sorted(row.roles) == ["inspector", "operator"]


def test_people_for_tasks(session, now):
    unit = an_organization(session, "unit1")
    near = staff(session, "handler", "9901", username="near", organization_id=unit)
    staff(session, "handler", "9902", username="far", organization_id=unit)
    off = staff(session, "handler", "9901", username="off", organization_id=unit)
    service.disable_user(session, off, now=now)
    found = service.users_with_role(session, "handler", organization_id=unit, area_code="990101001", now=now)
    assert [person.id for person in found] == [near]
    assert [person.username for person in service.users_with_role(session, "handler", now=now)] == ["far", "near"]
    assert service.users_with_role(session, "handler", organization_id=uuid4(), now=now) == []


def test_people_by_ids(session):
    user_id, citizen_id = a_user(session, "li"), a_citizen(session)
    found = service.users_by_ids(session, [user_id, citizen_id, uuid4()])
    assert set(found) == {user_id, citizen_id}
    assert (found[user_id].username, found[user_id].organization_code) == ("li", "city")
    assert (found[citizen_id].username, found[citizen_id].organization_id) == (None, None)
    assert service.users_by_ids(session, []) == {}
    assert service.user_id_of(session, "li") == user_id
    assert service.user_id_of(session, "nobody") is None


def test_the_tree_of_organisations(session):
    root = an_organization(session, "root")
    first = an_organization(session, "b", parent_id=root)
    an_organization(session, "a", parent_id=root)
    an_organization(session, "c", parent_id=first)
    an_organization(session, "elsewhere")
    assert [row.code for row in service.organization_subtree(session, root)] == ["root", "a", "b", "c"]
    assert service.organization_by_code(session, "b").parent_id == root
    assert service.organization_by_code(session, "z") is None
