"""Signing in, token families, codes, people and grants against the database."""

from datetime import timedelta
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.accounts import jobs, rules, service
from app.accounts.errors import (
    BadGrant,
    BadPhone,
    OrganizationCodeTaken,
    OrganizationNotFound,
    TooManyAttempts,
    UsernameTaken,
    UserNotFound,
    WeakPassword,
)
from app.accounts.models import GrantRow, RefreshToken, SignInTally, TokenFamily, User
from app.accounts.queries import sign_in
from app.accounts.service import NewGrant, NewOrganization, families, passwords
from app.accounts.service.keys import of_attempt
from app.core.errors import Unavailable
from app.core.models import AdminChange
from tests.factories.accounts import (
    LONG_AGO,
    PASSWORD,
    a_citizen,
    a_grant,
    a_user,
    an_organization,
    code_sent_to,
    password_hash,
    principal_of,
    staff,
)

pytestmark = pytest.mark.slow

HOME, OFFICE, STRANGER = "192.0.2.10", "198.51.100.7", "203.0.113.66"
SECOND = timedelta(seconds=1)
NONE = timedelta(0)


def try_in(session, username, password, address, now):
    """One sign-in as the view does it: the tokens, None for wrong, or the seconds to wait."""
    attempt = service.admit(session, username, address, now=now)
    if attempt.wait:
        return attempt.wait
    matches = service.password_matches(attempt.password_hash, password)
    return service.conclude(session, attempt, matches=matches, now=now)


@pytest.fixture
def quick(monkeypatch):
    """Hashes that cost next to nothing, for tests that guess a lot."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for hashed in (passwords._nobodys_hash, password_hash):
        hashed.cache_clear()
    yield
    for hashed in (passwords._nobodys_hash, password_hash):
        hashed.cache_clear()


@pytest.fixture
def owner(session, quick):
    organization_id = an_organization(session)
    return service.create_user(
        session,
        username="owner",
        name="王小明",
        password=PASSWORD,
        organization_id=organization_id,
        now=LONG_AGO,
    )


# --- passwords -----------------------------------------------------------------------------------------------------


def test_a_password_is_argon2id_with_modest_memory():
    stored = service.hash_password(PASSWORD)
    assert stored.text.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in repr(stored)
    assert stored.text not in repr(stored)


def test_without_a_stored_password_a_hash_is_computed_all_the_same(quick, monkeypatch):
    seen = []
    real = passwords._HASHER.verify

    class Watching:
        hash = staticmethod(passwords._HASHER.hash)

        def verify(self, stored, password):
            seen.append(stored)
            return real(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Watching())
    assert not service.password_matches(None, PASSWORD)
    assert seen[0].startswith("$argon2id$")


def test_a_hash_with_other_parameters_is_made_anew(session, owner, now):
    weak = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    session.get(User, owner).password_hash = weak
    session.flush()
    attempt = service.admit(session, "owner", HOME, now=now)
    service.rehash(session, attempt, PASSWORD)
    session.expire_all()
    stored = session.get(User, owner).password_hash
    assert stored != weak
    assert service.password_matches(stored, PASSWORD)


def test_more_sign_ins_at_once_than_cores_can_hash_are_told_to_come_back(quick, monkeypatch):
    monkeypatch.setattr(passwords, "_PATIENCE_S", 0)
    with passwords._turn(), passwords._turn(), pytest.raises(Unavailable) as caught:
        service.hash_password(PASSWORD)
    assert caught.value.retry_after_s > 0
    assert service.password_matches(service.hash_password(PASSWORD).text, PASSWORD)


# --- guessing ------------------------------------------------------------------------------------------------------


def test_the_right_password_signs_in_and_the_wrong_one_does_not(session, owner, now):
    assert try_in(session, "owner", "wrong password", HOME, now) is None
    assert try_in(session, " OWNER", PASSWORD, HOME, now).user_id == owner


def test_guessing_slows_down_after_a_few_tries(session, owner, now):
    for _ in range(5):
        assert try_in(session, "owner", "wrong password", STRANGER, now) is None
    assert try_in(session, "owner", PASSWORD, STRANGER, now) == SECOND
    assert try_in(session, "owner", "wrong password", STRANGER, now + SECOND) is None
    assert try_in(session, "owner", PASSWORD, STRANGER, now + SECOND) == 2 * SECOND


def test_an_unknown_user_name_slows_down_in_the_same_way(session, owner, now):
    told = {
        name: [try_in(session, name, "wrong password", f"192.0.2.{place}", now) for _ in range(8)]
        for place, name in enumerate(("owner", "nobody"))
    }
    assert told["owner"] == told["nobody"]


def test_signing_in_forgets_the_failures_of_that_address(session, owner, now):
    for _ in range(4):
        try_in(session, "owner", "wrong password", HOME, now)
    assert try_in(session, "owner", PASSWORD, HOME, now)
    for _ in range(5):
        assert try_in(session, "owner", "wrong password", HOME, now) is None


def test_successes_never_count(session, owner, now):
    for _ in range(30):
        assert try_in(session, "owner", PASSWORD, HOME, now).user_id == owner


def test_guessing_elsewhere_does_not_keep_the_owner_out(session, owner, now):
    """From an address where the owner signed in lately, at once; from a new one, within a minute."""
    assert try_in(session, "owner", PASSWORD, HOME, now)
    for number in range(40):
        try_in(session, "owner", "wrong password", f"203.0.113.{number}", now)
    assert try_in(session, "owner", PASSWORD, HOME, now).user_id == owner

    wait = try_in(session, "owner", PASSWORD, OFFICE, now)
    assert wait <= timedelta(minutes=1)
    for number in range(100, 140):
        try_in(session, "owner", "wrong password", f"203.0.113.{number}", now + 30 * SECOND)
    assert try_in(session, "owner", PASSWORD, OFFICE, now + timedelta(minutes=1)).user_id == owner


def test_many_addresses_on_one_name_are_slowed_too(session, owner, now):
    looked_at = [try_in(session, "owner", "wrong password", f"203.0.113.{n}", now) is None for n in range(200)]
    assert sum(looked_at) < 30


def test_one_address_on_many_names_is_slowed_and_colleagues_are_not(session, owner, now):
    assert try_in(session, "owner", PASSWORD, OFFICE, now)
    looked_at = [try_in(session, f"name{n}", "fieldgrid-2026", OFFICE, now) is None for n in range(200)]
    assert sum(looked_at) < 60
    assert try_in(session, "owner", PASSWORD, OFFICE, now).user_id == owner


def test_mistypings_of_a_large_office_never_add_up(session, quick, now):
    for minute in range(0, 300, 3):
        for number in range(3):
            at = now + timedelta(minutes=minute)
            assert try_in(session, f"name{minute}{number}", "wrong password", OFFICE, at) is None


def test_an_attack_from_many_addresses_is_over_soon_after(session, owner, now):
    for number in range(200):
        place = f"203.0.113.{number}"
        if try_in(session, "owner", "wrong password", place, now):
            try_in(session, "owner", "wrong password", place, now + timedelta(minutes=1))
    assert try_in(session, "owner", PASSWORD, OFFICE, now + timedelta(minutes=2))
    assert try_in(session, "owner", PASSWORD, HOME, now + timedelta(hours=2)).user_id == owner


def test_of_two_tries_in_one_slot_one_is_let_in(session, owner, now):
    for _ in range(6):
        try_in(session, "owner", "wrong password", STRANGER, now)
    later = now + timedelta(minutes=1)
    pair = stored_pair(session, "owner", STRANGER)
    session.expunge(pair)
    assert sign_in.claim_try(session, pair, later)
    assert not sign_in.claim_try(session, pair, later)


def stored_pair(session, username, address):
    key = of_attempt(username, address).pair
    return session.scalars(select(SignInTally).where(SignInTally.scope == "pair", SignInTally.key == key)).one()


def test_what_is_typed_into_the_name_field_is_not_kept(session, owner, now):
    try_in(session, "my secret password", "x", HOME, now)
    kept = session.scalars(select(func.string_agg(func.encode(SignInTally.key, "escape"), ","))).one()
    assert "secret" not in kept
    assert HOME not in kept


def test_a_disabled_user_cannot_sign_in_and_learns_nothing(session, owner, now):
    service.disable_user(session, owner, now=now)
    session.expire_all()
    assert try_in(session, "owner", PASSWORD, HOME, now) is None


# --- token families ------------------------------------------------------------------------------------------------


def test_a_refresh_token_works_once_and_a_second_use_ends_the_family(session, owner, now):
    first = families.start(session, owner, now=now)
    second = service.refresh(session, first.refresh_jti, now=now + SECOND)
    assert second.family_id == first.family_id
    assert service.principal(session, owner, first.family_id, address=None, now=now) is not None

    assert service.refresh(session, first.refresh_jti, now=now + 2 * SECOND) is None
    assert service.principal(session, owner, first.family_id, address=None, now=now) is None
    assert service.refresh(session, second.refresh_jti, now=now + 3 * SECOND) is None
    assert session.get(TokenFamily, first.family_id, populate_existing=True).revoked_for == "reuse"


def test_one_family_ends_alone(session, owner, now):
    phone, desk = families.start(session, owner, now=now), families.start(session, owner, now=now)
    service.end(session, phone.family_id, now=now)
    service.end(session, phone.family_id, now=now)
    assert service.principal(session, owner, phone.family_id, address=None, now=now) is None
    assert service.principal(session, owner, desk.family_id, address=None, now=now) is not None
    assert service.refresh(session, phone.refresh_jti, now=now) is None


def test_an_old_or_unknown_refresh_token_is_worth_nothing(session, owner, now):
    tokens = families.start(session, owner, now=now)
    assert service.refresh(session, tokens.refresh_jti, now=now + timedelta(days=30)) is None
    assert service.refresh(session, uuid4(), now=now) is None
    assert service.principal(session, owner, tokens.family_id, address=None, now=now) is not None


def test_a_family_of_somebody_else_is_worth_nothing(session, owner, now):
    tokens = families.start(session, a_user(session), now=now)
    assert service.principal(session, owner, tokens.family_id, address=None, now=now) is None


def test_disabling_and_a_new_password_end_every_sign_in_at_once(session, owner, now):
    tokens = families.start(session, owner, now=now)
    service.reset_password(session, owner, "another good one", now=now)
    assert service.principal(session, owner, tokens.family_id, address=None, now=now) is None
    tokens = families.start(session, owner, now=now)
    service.disable_user(session, owner, now=now)
    assert service.principal(session, owner, tokens.family_id, address=None, now=now) is None
    assert service.refresh(session, tokens.refresh_jti, now=now) is None


def test_a_principal_is_one_statement_however_many_grants(session, now):
    user_id = a_user(session)
    tokens = families.start(session, user_id, now=now)
    for number in range(12):
        a_grant(session, user_id, "inspector", f"99{number:02d}")
    session.flush()
    statements = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: statements.append(args[2]))
    found = service.principal(session, user_id, tokens.family_id, address="192.0.2.1", now=now)
    assert len(statements) == 1
    assert len(found.grants) == 12
    assert found.areas("inspector") == tuple(f"99{number:02d}" for number in range(12))
    assert found.verbs == rules.verbs_of(["inspector"])


def test_grants_count_only_within_their_validity(session, now):
    user_id, organization_id = a_user(session), an_organization(session)
    day = timedelta(days=1)
    for role, begins, ends in (
        ("operator", now - 2 * day, now),
        ("dispatcher", now + SECOND, None),
        ("auditor", now, now + SECOND),
    ):
        service.grant(session, user_id, NewGrant(role, organization_id, "99", begins, ends), now=now)
    assert principal_of(session, user_id, now=now).roles == {"auditor"}
    assert principal_of(session, user_id, now=now - SECOND).roles == {"operator"}
    assert principal_of(session, user_id, now=now + SECOND).roles == {"dispatcher"}


def test_a_citizen_and_nobody(session, now):
    citizen = principal_of(session, a_citizen(session))
    assert (citizen.kind, citizen.grants, citizen.organization_id) == ("citizen", (), None)
    assert citizen.verbs == rules.verbs_of(["citizen"])
    nobody = service.anonymous("192.0.2.1")
    assert nobody.id is None
    assert nobody.verbs == rules.verbs_of([], signed_in=False)
    itself = service.system()
    assert (itself.kind, itself.is_staff, itself.verbs) == ("system", True, rules.verbs_of(["system"]))


# --- codes to phones -----------------------------------------------------------------------------------------------

PHONE = "13800000001"


def enter(session, phone, code, address, *, now):
    """One try of a code, whatever the wait."""
    attempt = service.admit_phone(session, phone, address, now=now)
    return service.citizen_sign_in(session, attempt, phone, code, address, now=now)


def test_guessing_codes_slows_like_guessing_passwords(session, now):
    service.send_code(session, PHONE, HOME, now=now)
    code = code_sent_to(session, PHONE)
    for _ in range(5):
        enter(session, PHONE, wrong(code), STRANGER, now=now)
    assert service.admit_phone(session, PHONE, STRANGER, now=now).wait == SECOND
    assert service.admit_phone(session, PHONE, HOME, now=now).wait == NONE
    assert enter(session, PHONE, code, HOME, now=now)


def test_a_code_signs_a_citizen_in_and_makes_them_once(session, now):
    service.send_code(session, PHONE, HOME, now=now)
    first = enter(session, "+86 " + PHONE, code_sent_to(session, PHONE), HOME, now=now)
    service.send_code(session, PHONE, HOME, now=now + SECOND)
    again = enter(session, PHONE, code_sent_to(session, PHONE), OFFICE, now=now + SECOND)
    assert first.user_id == again.user_id
    person = service.users_by_ids(session, [first.user_id])[first.user_id]
    assert person.name == "138****0001"


def test_a_code_works_once_and_ten_minutes(session, now):
    service.send_code(session, PHONE, HOME, now=now)
    code = code_sent_to(session, PHONE)
    assert enter(session, PHONE, code, HOME, now=now + timedelta(minutes=10)) is None
    assert enter(session, PHONE, code, HOME, now=now) is not None
    assert enter(session, PHONE, code, HOME, now=now) is None


def test_a_code_belongs_to_its_phone(session, now):
    service.send_code(session, PHONE, HOME, now=now)
    code = code_sent_to(session, PHONE)
    service.send_code(session, "13900000009", HOME, now=now)
    assert enter(session, "13900000009", code, HOME, now=now) is None


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_five_wrong_tries_end_a_code_but_strangers_cannot_use_up_the_owners(session, now):
    service.send_code(session, PHONE, HOME, now=now)
    code = code_sent_to(session, PHONE)
    for _ in range(20):
        assert enter(session, PHONE, wrong(code), STRANGER, now=now) is None
    assert enter(session, PHONE, code, STRANGER, now=now) is None
    for _ in range(4):
        assert enter(session, PHONE, wrong(code), HOME, now=now) is None
    assert enter(session, PHONE, code, HOME, now=now) is not None


def test_the_fifth_wrong_try_was_the_last(session, now):
    service.send_code(session, PHONE, HOME, now=now)
    code = code_sent_to(session, PHONE)
    for _ in range(5):
        enter(session, PHONE, wrong(code), HOME, now=now)
    assert enter(session, PHONE, code, HOME, now=now) is None


def test_codes_to_one_phone_get_rarer(session, now):
    for _ in range(5):
        service.send_code(session, PHONE, HOME, now=now)
    with pytest.raises(TooManyAttempts) as caught:
        service.send_code(session, PHONE, OFFICE, now=now)
    assert caught.value.retry_after_s == 60
    service.send_code(session, PHONE, OFFICE, now=now + timedelta(seconds=60))


def test_codes_that_were_used_do_not_count_against_the_phone(session, now):
    for _ in range(12):
        service.send_code(session, PHONE, HOME, now=now)
        assert enter(session, PHONE, code_sent_to(session, PHONE), HOME, now=now)


def test_an_address_cannot_send_codes_to_everybody(session, now):
    for number in range(120):
        service.send_code(session, f"138{number:08d}", STRANGER, now=now)
    with pytest.raises(TooManyAttempts):
        service.send_code(session, "13700000000", STRANGER, now=now)
    service.send_code(session, PHONE, HOME, now=now)


def test_the_code_is_not_kept_in_clear(session, now):
    service.send_code(session, PHONE, HOME, now=now)
    code = code_sent_to(session, PHONE)
    row = session.execute(text("SELECT phone_codes::text FROM phone_codes")).scalar_one()
    assert code not in row.replace(row.split(",")[0], "")
    assert PHONE not in row


def test_what_is_no_phone_number_is_refused(session, now):
    with pytest.raises(BadPhone):
        service.send_code(session, "12345", HOME, now=now)
    with pytest.raises(BadPhone):
        enter(session, "12345", "123456", HOME, now=now)


def test_a_disabled_citizen_gets_no_tokens(session, now):
    user_id = service.create_citizen(session, PHONE, now=now)
    assert service.create_citizen(session, PHONE, now=now) == user_id
    service.disable_user(session, user_id, now=now)
    service.send_code(session, PHONE, HOME, now=now)
    assert enter(session, PHONE, code_sent_to(session, PHONE), HOME, now=now) is None


# --- people and grants ---------------------------------------------------------------------------------------------


def test_codes_and_names_are_taken_once(session, now):
    organization_id = service.create_organization(session, NewOrganization("water", "水务局", "department"), now=now)
    with pytest.raises(OrganizationCodeTaken):
        service.create_organization(session, NewOrganization("water", "x", "unit"), now=now)
    a_user(session, "li")
    with pytest.raises(UsernameTaken):
        a_user(session, "LI")
    with pytest.raises(OrganizationNotFound):
        service.create_organization(session, NewOrganization("x", "x", "unit", uuid4()), now=now)
    with pytest.raises(OrganizationNotFound):
        a_user(session, organization_id=uuid4())
    with pytest.raises(WeakPassword) as caught:
        service.create_user(
            session, username="wang", name="王", password="short", organization_id=organization_id, now=now
        )
    assert caught.value.faults[0].pointer == "/password"


def test_the_same_grant_twice_is_one(session, now):
    user_id, organization_id = a_user(session), an_organization(session)
    new = NewGrant("operator", organization_id, "99", now)
    first = service.grant(session, user_id, new, now=now)
    assert service.grant(session, user_id, new, now=now) == first
    assert service.revoke(session, user_id, "operator", now=now + SECOND) == 1
    assert service.revoke(session, user_id, "operator", now=now + SECOND) == 0
    again = service.grant(session, user_id, NewGrant("operator", organization_id, "99", now + 2 * SECOND), now=now)
    assert again != first


def test_a_longer_grant_of_the_same_thing_adds_what_is_missing(session, now):
    user_id, organization_id = a_user(session), an_organization(session)
    day = timedelta(days=1)
    service.grant(session, user_id, NewGrant("operator", organization_id, "99", now, now + day), now=now)
    service.grant(session, user_id, NewGrant("operator", organization_id, "99", now - day), now=now)
    for at in (now - day, now, now + day, now + 100 * day):
        assert principal_of(session, user_id, now=at).roles == {"operator"}


@pytest.mark.parametrize(
    "changed", [{"role": "mayor"}, {"role": "citizen"}, {"role": "system"}, {"area_code": "99%"}, {"area_code": "９９"}]
)
def test_senseless_grants_are_refused(session, now, changed):
    fine = {"role": "operator", "organization_id": an_organization(session), "area_code": "99", "valid_from": now}
    with pytest.raises(BadGrant):
        service.grant(session, a_user(session), NewGrant(**{**fine, **changed}), now=now)
    with pytest.raises(BadGrant):
        service.grant(session, a_user(session), NewGrant(**fine, valid_to=now), now=now)


def test_citizens_and_strangers_get_no_grants(session, now):
    new = NewGrant("operator", an_organization(session), "99", now)
    for user_id in (a_citizen(session), uuid4()):
        with pytest.raises(UserNotFound):
            service.grant(session, user_id, new, now=now)
        with pytest.raises(UserNotFound):
            service.reset_password(session, user_id, "a long password", now=now)
    with pytest.raises(UserNotFound):
        service.disable_user(session, uuid4(), now=now)
    with pytest.raises(OrganizationNotFound):
        service.grant(session, a_user(session), NewGrant("operator", uuid4(), "99", now), now=now)


def test_an_area_that_takes_its_own_place_changes_nothing(session, now):
    user_id = staff(session, "inspector", "9901")
    assert service.follow_successors(session, {"9901": ["9901"]}, now=now) == 0
    assert principal_of(session, user_id, now=now).areas("inspector") == ("9901",)


def test_a_grant_ends_before_the_next_request(session, now):
    user_id = staff(session, "operator", "99")
    assert principal_of(session, user_id, now=now).may("case.act")
    service.revoke(session, user_id, "operator", "99", now=now)
    assert not principal_of(session, user_id, now=now).may("case.act")


def test_grants_follow_the_successors_of_a_retired_area(session, now):
    user_id, organization_id = a_user(session), an_organization(session)
    service.grant(session, user_id, NewGrant("inspector", organization_id, "9901", now - SECOND), now=now)
    service.grant(session, user_id, NewGrant("inspector", organization_id, "9903", now - SECOND), now=now)
    later = NewGrant("operator", organization_id, "9901", now + timedelta(days=1))
    service.grant(session, user_id, later, now=now)
    assert service.follow_successors(session, {"9901": ["9902", "9903"], "9909": []}, now=now) == 2
    assert principal_of(session, user_id, now=now).areas("inspector") == ("9902", "9903")
    assert principal_of(session, user_id, now=now).areas("operator") == ()
    assert principal_of(session, user_id, now=now + timedelta(days=2)).areas("operator") == ("9902", "9903")


def test_every_change_is_written_down_and_cannot_be_unwritten(session, now):
    user_id = staff(session, "operator", "99")
    admin = staff(session, "admin")
    service.revoke(session, user_id, "operator", now=now, actor_id=admin)
    service.reset_password(session, user_id, "a very new one", now=now, actor_id=admin)
    service.disable_user(session, user_id, now=now, actor_id=admin)
    service.disable_user(session, user_id, now=now, actor_id=admin)
    rows = session.execute(
        select(AdminChange.action, AdminChange.actor_id, AdminChange.detail)
        .where(AdminChange.subject == f"user:{user_id}")
        .order_by(AdminChange.id)
    ).all()
    assert [row.action for row in rows] == [
        "user.create",
        "grant.add",
        "grant.end",
        "user.reset_password",
        "user.disable",
    ]
    assert [row.actor_id for row in rows[2:]] == [admin] * 3
    assert "new one" not in str(rows)
    for statement in (
        "UPDATE admin_changes SET action = 'x'",
        "DELETE FROM admin_changes",
        "TRUNCATE admin_changes",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text(statement))


def test_old_traces_are_forgotten_and_living_ones_kept(session, owner, now):
    old = now - timedelta(days=40)
    try_in(session, "owner", PASSWORD, OFFICE, old)
    service.send_code(session, PHONE, HOME, now=old)
    try_in(session, "owner", PASSWORD, HOME, now)
    service.send_code(session, PHONE, HOME, now=now)
    assert service.forget_old_sign_ins(session, now) == {"sign_in_tallies": 1, "phone_codes": 1, "token_families": 1}
    assert session.scalar(select(func.count()).select_from(RefreshToken)) == 1
    assert service.forget_old_sign_ins(session, now) == {"sign_in_tallies": 0, "phone_codes": 0, "token_families": 0}


def test_the_nightly_job_forgets(session, owner, now):
    try_in(session, "owner", PASSWORD, OFFICE, now - timedelta(days=400))
    session.commit()
    jobs.forget(0)
    assert session.scalar(select(func.count()).select_from(SignInTally)) == 0


def test_the_same_grant_cannot_be_stored_twice(session, now):
    user_id = staff(session, "operator", "99")
    row = session.scalars(select(GrantRow).where(GrantRow.user_id == user_id)).one()
    again = GrantRow(
        user_id=user_id,
        role=row.role,
        organization_id=row.organization_id,
        area_code=row.area_code,
        valid_from=now,
        valid_to=None,
    )
    session.add(again)
    with pytest.raises(IntegrityError, match="ex_grants_once_at_a_time"):
        session.flush()
