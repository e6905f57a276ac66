"""Many at once, with real commits."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from uuid import uuid4

import pytest

from app.accounts import service
from app.accounts.errors import TooManyAttempts
from app.accounts.service import NewOrganization
from app.core.db import database, unit_of_work
from app.factory import create_app
from tests.factories.accounts import PASSWORD, a_user, an_organization, code_sent_to, staff

pytestmark = [pytest.mark.committed, pytest.mark.slow]
AT_ONCE = 8
HERE = "192.0.2.1"


def all_at_once(work: Callable[[int], object]) -> list[object]:
    """What each of several threads got that began together."""
    barrier = Barrier(AT_ONCE)

    def begin(number: int) -> object:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(begin, range(AT_ONCE)))


def test_of_many_uses_of_a_refresh_token_one_gets_tokens_and_the_family_ends(committed, now):
    with unit_of_work() as session:
        user_id = a_user(session)
        tokens = service.families.start(session, user_id, now=now)

    def use(_):
        with unit_of_work() as session:
            return service.refresh(session, tokens.refresh_jti, now=now) is not None

    assert Counter(all_at_once(use)) == {True: 1, False: AT_ONCE - 1}
    with unit_of_work() as session:
        assert service.principal(session, user_id, tokens.family_id, address=None, now=now) is None


def test_of_many_tries_in_a_slowed_slot_one_is_looked_at(committed, now):
    with unit_of_work() as session:
        a_user(session, "owner")
    for _ in range(5):
        with unit_of_work() as session:
            attempt = service.admit(session, "owner", HERE, now=now)
            service.conclude(session, attempt, matches=False, now=now)
    later = datetime(2026, 3, 10, 3, tzinfo=UTC)

    def guess(_):
        with unit_of_work() as session:
            return service.admit(session, "owner", HERE, now=later).wait.total_seconds() > 0

    assert Counter(all_at_once(guess)) == {False: 1, True: AT_ONCE - 1}


def test_failures_of_many_at_once_are_all_counted(committed, now):
    def fail(number):
        with unit_of_work() as session:
            attempt = service.admit(session, f"name{number % 2}", HERE, now=now)
        with unit_of_work() as session:
            return service.conclude(session, attempt, matches=False, now=now)

    all_at_once(fail)
    with unit_of_work() as session:
        stored = service.sign_in.queries.tallies(session, service.keys.of_attempt("name0", HERE))
        assert {scope: row.failures for scope, row in stored.items()} == {"address": 8, "pair": 4, "username": 4}


def test_a_phone_gets_no_more_codes_than_allowed_and_one_citizen(committed, now):
    phone = "13800000001"

    def ask(_):
        try:
            with unit_of_work() as session:
                service.send_code(session, phone, HERE, now=now)
        except TooManyAttempts:
            return "refused"
        return "sent"

    assert Counter(all_at_once(ask)) == {"sent": 5, "refused": AT_ONCE - 5}
    with unit_of_work() as session:
        code = code_sent_to(session, phone)

    def enter(_):
        with unit_of_work() as session:
            attempt = service.admit_phone(session, phone, HERE, now=now)
            return service.citizen_sign_in(session, attempt, phone, code, HERE, now=now) is not None

    assert Counter(all_at_once(enter)) == {True: 1, False: AT_ONCE - 1}

    def create(_):
        with unit_of_work() as session:
            return service.create_citizen(session, "13900000009", now=now)

    assert len(set(all_at_once(create))) == 1


def test_many_may_sign_in_at_once(committed, now):
    with unit_of_work() as session:
        staff(session, "operator", username="operator")
    app = create_app(committed, database())

    def enter(_):
        answer = app.test_client().post("/api/v1/auth/login", json={"username": "operator", "password": PASSWORD})
        return answer.status_code

    assert Counter(all_at_once(enter)) == {200: AT_ONCE}


def test_the_same_made_by_a_client_many_times_at_once_is_made_once(committed, now):
    with unit_of_work() as session:
        unit = an_organization(session, "unit")
    user_id, organization_id = uuid4(), uuid4()
    new = NewOrganization("U77", "绿化养护队", "unit", id=organization_id)
    asked = {"username": "new", "name": "新人", "organization_id": unit}

    def organization(_):
        with unit_of_work() as session:
            known = service.same_organization(session, new)
            return known is None and bool(service.create_organization(session, new, now=now))

    def person(_):
        with unit_of_work() as session:
            known = service.same_user(session, user_id, **asked)
            return known is None and bool(
                service.create_user(session, **asked, password=None, user_id=user_id, now=now)
            )

    for make in (organization, person):
        assert Counter(all_at_once(make)) == {True: 1, False: AT_ONCE - 1}
