"""Shifts and tracks in the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.db import unit_of_work
from app.duty import jobs, queries, service
from app.duty.errors import BadDutyTerms, NotOnShift, ShiftIdTaken, ShiftNotFound, ShiftOpen, UnknownShiftZone
from app.duty.rules import BOUNDS, Fix
from app.duty.service import NewShift
from tests.factories.cases import a_city
from tests.factories.duty import moved, off_shift, on_shift

CELL, FAR_CELL = "310101001001001", "310102001001001"
MINUTE = timedelta(minutes=1)


def start(session, city, now, who="inspector1", **wanted):
    return service.start_shift(session, NewShift(**wanted), principal=city.who(session, who, now), now=now)


def row(session, shift_id):
    return queries.shift_by_id(session, shift_id)


def test_one_is_on_one_shift_at_a_time(session, city, now):
    first, fresh = start(session, city, now, zone_code="Z1")
    assert fresh
    assert start(session, city, now + MINUTE) == (first, False)
    assert start(session, city, now + MINUTE, id=first, zone_code="Z1") == (first, False)
    for wanted in ({"id": uuid4()}, {"zone_code": "Z2"}):
        with pytest.raises(ShiftOpen) as told:
            start(session, city, now + MINUTE, **wanted)
        assert told.value.facts == {"shift_id": str(first), "zone_code": "Z1"}
    off_shift(session, city, "inspector1", first, now + 2 * MINUTE)
    # Said again, the ended one is not begun anew.
    assert start(session, city, now + 3 * MINUTE, id=first, zone_code="Z1") == (first, False)
    second, fresh = start(session, city, now + 3 * MINUTE)
    assert (second != first, fresh) == (True, True)


def test_an_id_belongs_to_one_shift(session, city, now):
    mine, _ = start(session, city, now, id=uuid4())
    for who, wanted in (("inspector2", {"id": mine}), ("inspector1", {"id": mine, "zone_code": "Z1"})):
        with pytest.raises(ShiftIdTaken):
            start(session, city, now, who, **wanted)
    with pytest.raises(UnknownShiftZone) as told:
        start(session, city, now, "inspector2", zone_code="Z9")
    assert told.value.faults[0].pointer == "/zone_code"


def test_who_ends_a_shift_is_kept(session, city, now):
    own, other = on_shift(session, city, "inspector1", now), on_shift(session, city, "inspector2", now)
    off_shift(session, city, "inspector1", own, now + MINUTE)
    off_shift(session, city, "leader", other, now + MINUTE)
    off_shift(session, city, "operator", other, now + 2 * MINUTE)
    assert (row(session, own).end_reason, row(session, own).ended_by) == ("self", city.people["inspector1"])
    ended = row(session, other)
    assert (ended.end_reason, ended.ended_by, ended.ended_at) == ("desk", city.people["leader"], now + MINUTE)
    for stranger in ("inspector1", "operator2"):
        with pytest.raises(ShiftNotFound):
            off_shift(session, city, stranger, other, now)


def test_positions_belong_to_the_open_shift_and_are_kept_once(session, city, now, statements):
    shift_id = on_shift(session, city, "inspector1", now)
    principal = city.who(session, "inspector1", now)
    lon, lat = city.spot(CELL)
    track = [Fix(now + n * timedelta(seconds=10), lon, lat + n * 1e-8, 8.0) for n in range(500)]
    late = now + 90 * MINUTE

    def send(fixes, at=late):
        return service.add_positions(session, fixes, principal=principal, now=at)

    send(track[:1])
    with statements() as sent:
        taken = send(track)
    assert (taken.accepted, taken.duplicates, taken.refused) == (499, 1, ())
    assert sum(statement.lstrip().startswith("WITH added") for statement in sent) == 1
    assert len(sent) <= 5
    taken = send([*track, Fix(now - MINUTE, lon, lat), Fix(late + 6 * MINUTE, lon, lat), track[3]])
    assert (taken.accepted, taken.duplicates, [one.place for one in taken.refused]) == (0, 501, [500, 501])
    found = row(session, shift_id)
    assert (found.position_at, found.cell_code, found.accuracy_m) == (track[-1].at, CELL, 8.0)
    # What comes late fills the track and moves nobody.
    assert send([Fix(now + timedelta(seconds=5), lon, lat)]).accepted == 1
    assert row(session, shift_id).position_at == track[-1].at
    first = service.track_page(session, shift_id, limit=2, after=None)
    assert [point.at for point in first] == [now, now + timedelta(seconds=5), now + timedelta(seconds=10)]
    assert first[0].jumped is False


def test_outside_the_city_somebody_is_somewhere(session, city, now):
    shift_id = on_shift(session, city, "inspector1", now)
    principal = city.who(session, "inspector1", now)
    service.add_positions(session, [Fix(now, 100.0, 20.0)], principal=principal, now=now)
    assert (row(session, shift_id).lon, row(session, shift_id).cell_code) == (100.0, None)


def test_off_shift_nobody_is_tracked(session, city, now):
    principal = city.who(session, "inspector1", now)
    fix = Fix(now, *city.spot(CELL))
    with pytest.raises(NotOnShift):
        service.add_positions(session, [fix], principal=principal, now=now)
    shift_id = on_shift(session, city, "inspector1", now)
    off_shift(session, city, "inspector1", shift_id, now)
    with pytest.raises(NotOnShift):
        service.add_positions(session, [fix], principal=principal, now=now)


def seen(session, city, who, now):
    rows = service.shifts_page(session, city.who(session, who, now), on_duty=True, user_id=None, limit=10, after=None)
    return {found.user_name for found in rows}, {found.id for found in rows}


def test_a_desk_sees_who_is_on_its_ground(session, city, now):
    near, far = on_shift(session, city, "inspector1", now), on_shift(session, city, "inspector3", now)
    for who, expected in (
        ("operator", {near, far}),
        ("admin", {near, far}),
        ("operator2", {far}),  # by where its inspector may work
        ("inspector1", {near}),
        ("inspector2", set()),
        ("unit1", set()),
        ("evaluator", set()),
        ("auditor", set()),
    ):
        assert seen(session, city, who, now)[1] == expected, who
    # Once it is known where somebody is, that counts and nothing else.
    moved(session, city, "inspector3", now, cell=CELL)
    assert seen(session, city, "operator2", now)[1] == set()
    moved(session, city, "inspector3", now + MINUTE, cell=FAR_CELL)
    assert seen(session, city, "operator2", now)[1] == {far}


def test_a_forgotten_shift_ends_by_itself(session, city, now):
    old, young = on_shift(session, city, "inspector1", now), on_shift(session, city, "inspector2", now + 60 * MINUTE)
    lasts = timedelta(seconds=queries.terms(session).shift_at_most_s)
    assert service.end_forgotten(session, now=now + lasts - MINUTE) == 0
    assert service.end_forgotten(session, now=now + lasts + MINUTE) == 1
    ended = row(session, old)
    assert (ended.end_reason, ended.ended_by, ended.ended_at) == ("forgotten", None, now + lasts)
    assert row(session, young).ended_at is None


def test_tracks_are_deleted_when_they_are_old(session, city, now):
    shift_id = on_shift(session, city, "inspector1", now, cell=CELL)
    moved(session, city, "inspector1", now + MINUTE, cell=CELL)
    off_shift(session, city, "inspector1", shift_id, now + 2 * MINUTE)
    kept = timedelta(days=queries.terms(session).tracks_kept_days)
    assert service.purge_tracks(session, now=now + kept + MINUTE / 2, most=10) == 1
    assert row(session, shift_id).position_at is not None
    assert service.purge_tracks(session, now=now + kept + 3 * MINUTE, most=10) == 1
    assert (row(session, shift_id).lon, row(session, shift_id).position_at) == (None, None)
    assert row(session, shift_id).ended_at is not None


@pytest.mark.committed
@pytest.mark.slow
def test_two_phones_of_one_person_begin_one_shift(committed):
    began = datetime.now(UTC)
    with unit_of_work() as session:
        city = a_city(session, datetime(2026, 3, 2, tzinfo=UTC))
        lon, lat = city.spot(CELL)

    def begin(_):
        with unit_of_work() as session:
            return start(session, city, began)

    def send(n):
        track = [Fix(began + timedelta(seconds=second), lon, lat) for second in range(n % 2, 60)]
        with unit_of_work() as session:
            principal = city.who(session, "inspector1", began)
            return service.add_positions(session, track, principal=principal, now=began + MINUTE).accepted

    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(begin, range(8)))
        assert sum(fresh for _, fresh in begun) == 1
        assert len({shift_id for shift_id, _ in begun}) == 1
        assert sum(pool.map(send, range(8))) == 60


@pytest.mark.committed
@pytest.mark.slow
def test_the_jobs_do_it(committed):
    long_ago = datetime.now(UTC) - timedelta(days=200)
    with unit_of_work() as session:
        city = a_city(session, datetime(2026, 3, 2, tzinfo=UTC))
        on_shift(session, city, "inspector1", long_ago, cell=CELL)
    jobs.end_forgotten(0)
    jobs.purge_tracks(0)
    with unit_of_work() as session:
        assert session.execute(text("SELECT end_reason, lon FROM shifts")).one() == ("forgotten", None)
        assert session.execute(text("SELECT count(*) FROM shift_positions")).scalar() == 0


def test_terms_are_changed_within_bounds_and_written_down_once(session, now):
    wanted = service.terms(session)._replace(shift_at_most_s=3_600, answer_within_s=120)
    for _ in range(2):
        service.change_terms(session, wanted, now=now)
    assert service.terms(session) == wanted
    written = session.execute(text("SELECT subject, detail FROM admin_changes WHERE action = 'duty_terms.change'"))
    ((subject, detail),) = written.all()
    assert (subject, detail["after"]) == ("duty_terms:city", {"answer_within_s": 120, "shift_at_most_s": 3_600})


@pytest.mark.parametrize("name", BOUNDS)
def test_the_bounds_of_the_terms_are_those_of_the_table(session, now, name):
    for value in BOUNDS[name]:
        service.change_terms(session, service.terms(session)._replace(**{name: value}), now=now)
    for value in (BOUNDS[name][0] - 1, BOUNDS[name][1] + 1):
        with pytest.raises(BadDutyTerms) as refused:
            service.change_terms(session, service.terms(session)._replace(**{name: value}), now=now)
        assert [fault.pointer for fault in refused.value.faults] == [f"/{name}"]
        with pytest.raises(IntegrityError), session.begin_nested():
            queries.change_terms(session, {name: value})
