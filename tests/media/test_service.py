"""Keeping, recording, finding, showing and sweeping photos."""

from __future__ import annotations

import hashlib
import io
import os
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.core.auth import Principal
from app.core.config import config
from app.core.db import unit_of_work
from app.core.storage import store
from app.media import errors, jobs, queries, service
from app.media.rules.apart import ask, serve
from app.media.rules.containers import open_container
from app.media.rules.links import Variant
from app.media.rules.pixels import derive
from app.media.service.decoding import Gate, HeicDecoders, decode
from tests.factories.accounts import a_user
from tests.factories.media import SMALL, Shot, a_photo, encoded, heic, jpeg, motion_photo, somebody

pytestmark = pytest.mark.slow

PLACE = (121.4737, 31.2304)
SYSTEM = Principal(None, "system", "", None, (), frozenset())


def user(session, name: str = "citizen") -> Principal:
    return Principal(a_user(session), "staff", name, None, (), frozenset({"photo.create"}), "192.0.2.9")


def make_old(*keys: str, hours: int = 25) -> None:
    root = config().storage_url.removeprefix("file://")
    for key in keys:
        then = time.time() - hours * 3600
        os.utime(f"{root}/{key}", (then, then))


# Keeping


def test_keep_stores_the_original_and_copies_without_metadata(settings):
    data = jpeg(Shot(position=PLACE, taken=datetime(2026, 3, 10, 9, 58), offset="+08:00"))
    kept = service.keep(io.BytesIO(data), filename="IMG.JPG")
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    assert kept.exif.position == pytest.approx(PLACE, abs=1e-6)
    assert kept.exif.taken_at == datetime(2026, 3, 10, 1, 58, tzinfo=UTC)
    assert store().get(kept.original_key) == data
    assert b"Exif" not in store().get(kept.display_key) + store().get(kept.thumb_key)


def test_equal_bytes_are_stored_once(settings):
    first, second = (service.keep(jpeg(Shot(seed=9)), filename=name) for name in ("a.jpg", None))
    assert first == second
    assert len([key for key, _ in store().keys(f"originals/{first.sha256[:2]}") if first.sha256 in key]) == 1


def test_a_motion_photo_is_kept_whole_and_shown_without_its_video(settings):
    data = motion_photo(Shot(seed=8))
    kept = service.keep(data, filename="PXL.MP.jpg")
    assert store().get(kept.original_key) == data
    assert b"ftyp" not in store().get(kept.display_key)


@pytest.mark.parametrize(
    ("data", "name", "refusal"),
    [
        (b"", "a.jpg", errors.PhotoUnreadable),
        (bytes(20 * 1024 * 1024 + 1), "a.jpg", errors.PhotoTooLarge),
        (b"GIF89a...", "a.gif", errors.PhotoType),
        (jpeg()[:-500], "a.jpg", errors.PhotoUnreadable),
        (jpeg(), "a.png", errors.PhotoType),
        (jpeg() + b"<html>", "a.jpg", errors.PhotoCarriesCargo),
    ],
)
def test_what_is_refused_leaves_no_file(settings, data, name, refusal):
    before = sorted(key for key, _ in store().keys("originals"))
    with pytest.raises(refusal):
        service.keep(io.BytesIO(data), filename=name)
    assert sorted(key for key, _ in store().keys("originals")) == before


# HEIC, apart


def test_heic_is_decoded_apart_as_it_would_be_here(settings):
    container = open_container(heic(), "a.heic")
    assert decode(container) == derive(container)
    kept = service.keep(heic(), filename="IMG_1.HEIC")
    assert (kept.kind.mime, kept.width, kept.height) == ("image/heic", 320, 240)
    assert kept.exif.position == pytest.approx(PLACE, abs=1e-6)


def test_damaged_heic_is_refused_and_the_next_one_is_read():
    rng, data = random.Random(11), heic()
    decoders = HeicDecoders(Gate(1, 0, 1.0))
    for _ in range(40):
        damaged = bytearray(data)
        for _ in range(rng.randrange(1, 8)):
            damaged[rng.randrange(12, len(data))] = rng.randrange(256)
        try:
            decoders.derive(open_container(bytes(damaged), None))
        except (errors.PhotoUnreadable, errors.PhotoType, errors.PhotoTooLarge, errors.PhotoCarriesCargo):
            continue
    assert decoders.derive(open_container(data, None)).width == 320
    decoders.close()


def test_a_decoder_that_died_is_replaced():
    decoders = HeicDecoders(Gate(1, 0, 1.0))
    container = open_container(heic(), None)
    decoders.derive(container)
    process = decoders._idle.get()
    process.kill()
    process.wait()
    decoders._idle.put(process)
    assert decoders.derive(container).width == 320
    decoders.close()


def test_a_decoder_that_takes_too_long_is_ended():
    decoders = HeicDecoders(Gate(1, 0, 1.0), deadline_s=0.001)
    with pytest.raises(errors.PhotoUnreadable):
        decoders.derive(open_container(heic(), None))
    decoders.close()


def test_a_heic_that_claims_too_many_pixels_is_refused_apart(monkeypatch):
    monkeypatch.setattr("app.media.rules.kinds.MAX_PIXELS_OTHER", 1000)
    out = io.BytesIO()
    picture = open_container(heic(), None).picture
    serve(io.BytesIO(len(picture).to_bytes(8, "big") + picture), out)
    with pytest.raises(errors.PhotoTooLarge) as caught:
        ask(picture, io.BytesIO(), io.BytesIO(out.getvalue()))
    assert caught.value.facts == {"width": 320, "height": 240}


def test_memory_that_is_not_there_is_a_photo_too_large(monkeypatch):
    def greedy(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("app.media.rules.apart.derive", greedy)
    out = io.BytesIO()
    serve(io.BytesIO((1).to_bytes(8, "big") + b"x"), out)
    with pytest.raises(errors.PhotoTooLarge):
        ask(b"x", io.BytesIO(), io.BytesIO(out.getvalue()))


def test_memory_that_is_not_there_for_a_jpeg_is_a_busy_server(monkeypatch):
    def greedy(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("app.media.service.decoding.derive", greedy)
    with pytest.raises(errors.PhotoBusy):
        decode(open_container(jpeg(), None))


def test_a_full_gate_sends_away_with_a_time_to_come_back():
    gate, inside, leave = Gate(1, 1, 0.05), threading.Event(), threading.Event()

    def stay() -> None:
        with gate.turn():
            inside.set()
            leave.wait(5)

    thread = threading.Thread(target=stay)
    thread.start()
    inside.wait(5)
    with pytest.raises(errors.PhotoBusy) as waited, gate.turn():
        pass
    full = Gate(1, 0, 0.05)
    with full.turn(), pytest.raises(errors.PhotoBusy), full.turn():
        pass
    leave.set()
    thread.join()
    assert waited.value.retry_after_s == 5
    with gate.turn():
        pass


# Recording


def test_record_is_idempotent_per_owner(session, now):
    kept = service.keep(jpeg(Shot(size=SMALL, position=PLACE)), filename=None)
    one, other = user(session), somebody()
    first = service.record(session, kept, principal=one, now=now)
    again = service.record(session, kept, principal=one, now=now + timedelta(hours=1))
    theirs = service.record(session, kept, principal=other, now=now)
    assert (first.created, again.created, theirs.created) == (True, False, True)
    assert first.id == again.id != theirs.id
    assert first.position == pytest.approx(PLACE, abs=1e-6)
    assert first.owner_id == one.id
    assert theirs.owner_id is None
    assert "192.0.2.1" not in theirs.owner_key
    assert (first.original_key, first.dhash) == (theirs.original_key, theirs.dhash)


def test_a_new_photo_queues_its_privacy_copy_once(session, now):
    kept = service.keep(jpeg(Shot(size=SMALL)), filename=None)
    row = service.record(session, kept, principal=somebody(), now=now)
    service.record(session, kept, principal=somebody(), now=now)
    queued = session.execute(
        text("SELECT args->>'photo_id' FROM procrastinate_jobs WHERE task_name = 'media.make_privacy_copy'")
    ).scalars()
    assert list(queued) == [str(row.id)]


def test_a_photo_whose_files_were_swept_is_to_be_sent_again(session, now):
    kept = service.keep(jpeg(Shot(size=SMALL, seed=77)), filename=None)
    store().delete(kept.thumb_key)
    with pytest.raises(errors.PhotoBusy):
        service.record(session, kept, principal=somebody(), now=now)


def test_photos_come_in_the_given_order_each_once(session):
    caller = user(session)
    one, two = (a_photo(session, principal=caller, shot=Shot(size=SMALL, seed=seed)) for seed in (1, 2))
    found = service.photos(session, [two.id, one.id, two.id], principal=caller)
    assert [row.id for row in found] == [two.id, one.id]
    assert service.photos(session, [], principal=caller) == []


def test_photos_of_others_and_of_nobody_are_pointed_at(session):
    caller = user(session)
    own, other = a_photo(session, principal=caller), a_photo(session, principal=somebody())
    with pytest.raises(errors.UnknownPhoto) as caught:
        service.photos(session, [uuid4(), own.id, other.id], principal=caller)
    assert [fault.pointer for fault in caught.value.faults] == ["/photo_ids/0", "/photo_ids/2"]


def test_what_was_sent_before_signing_in_stays_usable_after(session):
    before = a_photo(session, principal=somebody("192.0.2.9"))
    assert service.photos(session, [before.id], principal=user(session)) == [queries.photo(session, before.id)]


def test_the_system_may_use_every_photo(session):
    assert len(service.photos(session, [a_photo(session).id], principal=SYSTEM)) == 1


def test_an_anonymous_flood_is_stopped_and_staff_never(session, now, monkeypatch):
    flooding = somebody("192.0.2.66")
    for seed in (1, 2):
        a_photo(session, principal=flooding, shot=Shot(size=SMALL, seed=seed), now=now)
    service.check_allowance(session, principal=flooding, now=now)
    monkeypatch.setenv("FIELDGRID_ANONYMOUS_INTAKE_PER_HOUR", "2")
    config.cache_clear()
    with pytest.raises(errors.TooManyPhotos):
        service.check_allowance(session, principal=flooding, now=now)
    service.check_allowance(session, principal=flooding, now=now + timedelta(hours=2))
    service.check_allowance(session, principal=user(session), now=now)


# Showing


def test_views_name_signed_addresses_and_the_cameras_facts(session, now):
    row = a_photo(session, shot=Shot(size=SMALL, position=PLACE, taken=datetime(2026, 3, 10, 9, 0)))
    (view,) = service.views_of([row], now)
    assert view.model_dump(mode="json")["taken_at"] == "2026-03-10T01:00:00Z"
    assert (view.position.lon, view.position.lat) == pytest.approx(PLACE, abs=1e-6)
    assert f"/photos/{row.id}/display?" in view.urls.display
    assert service.stored_view_of(row, now).sha256 == row.sha256


def test_the_public_sees_only_photos_with_a_privacy_copy_and_only_that(session, now):
    hidden, shown = a_photo(session, shot=Shot(size=SMALL, seed=3)), a_photo(session, public=True)
    (view,) = service.public_views_of([hidden, shown], now)
    assert set(view.model_dump()) == {"width", "height", "urls"}
    assert "/public?" in view.urls.display
    assert "/public?" in view.urls.thumb


def test_a_copy_that_does_not_exist_has_no_address(session, now):
    hidden = a_photo(session, shot=Shot(size=SMALL, seed=3))
    url = service.photo_urls(hidden.id, now, public=True).display
    expires, signature = (part.partition("=")[2] for part in url.partition("?")[2].split("&"))
    with pytest.raises(errors.PhotoNotFound):
        service.key_behind(session, hidden.id, Variant.PUBLIC, int(expires), signature, now)
    with pytest.raises(errors.PhotoNotFound):
        service.key_behind(session, hidden.id, Variant.DISPLAY, int(expires), signature, now)


def test_reading_an_original_is_noted(session, now):
    row, reader = a_photo(session), user(session)
    service.open_original(session, row.id, principal=reader, now=now)
    noted = session.execute(text("SELECT photo_id, user_id, read_at FROM photo_original_reads")).one()
    assert tuple(noted) == (row.id, reader.id, now)
    with pytest.raises(errors.PhotoNotFound):
        service.open_original(session, uuid4(), principal=reader, now=now)


def test_the_job_publishes_once_and_forgives_what_is_gone(session):
    row = a_photo(session)
    session.commit()
    jobs.make_privacy_copy(str(row.id))
    first = queries.photo(session, row.id)
    session.commit()
    jobs.make_privacy_copy(str(row.id))
    jobs.make_privacy_copy(str(UUID(int=0)))
    session.expire_all()
    assert first.privacy_at is not None
    assert queries.photo(session, row.id).privacy_at == first.privacy_at
    assert store().exists(first.public_key)


# Sweeping


def test_the_sweep_removes_old_files_without_a_row_and_nothing_else(session):
    referred = a_photo(session, shot=Shot(size=SMALL, seed=21))
    session.commit()
    old = service.keep(jpeg(Shot(size=SMALL, seed=22)), filename=None)
    young = service.keep(encoded("PNG", Shot(size=SMALL, seed=23)), filename=None)
    make_old(*old.keys, referred.original_key, referred.display_key, referred.thumb_key)
    for hour in range(24):
        jobs.sweep_orphans(hour * 3600)
    assert [store().exists(key) for key in old.keys] == [False] * 3
    assert all(store().exists(key) for key in young.keys)
    assert all(store().exists(key) for key in (referred.original_key, referred.display_key, referred.thumb_key))


def test_every_hash_has_its_hour():
    swept = [prefix for hour in range(24) for prefix in service.prefixes_of(hour)]
    assert sorted(swept) == [f"{first:02x}" for first in range(256)]
    assert service.prefixes_of(25) == service.prefixes_of(1)


def test_bytes_that_were_sent_again_are_young_again(session, now):
    data = jpeg(Shot(size=SMALL, seed=24))
    kept = service.keep(data, filename=None)
    make_old(*kept.keys)
    service.keep(data, filename=None)
    assert service.remove_orphan(session, kept.sha256, now=datetime.now(UTC)) == 0
    assert service.record(session, kept, principal=somebody(), now=now).created


def test_the_sweep_waits_for_a_row_that_is_being_written(committed, now):
    kept = service.keep(jpeg(Shot(size=SMALL, seed=25)), filename=None)
    make_old(*kept.keys)
    removed: list[int] = []

    def sweep() -> None:
        with unit_of_work() as session:
            removed.append(service.remove_orphan(session, kept.sha256, now=datetime.now(UTC)))

    with unit_of_work() as session:
        service.record(session, kept, principal=somebody(), now=now)
        thread = threading.Thread(target=sweep)
        thread.start()
        time.sleep(0.3)
        assert removed == []
    thread.join()
    assert removed == [0]
    assert all(store().exists(key) for key in kept.keys)


def test_twelve_at_once_with_the_same_photo_are_one_row(committed, now):
    data = jpeg(Shot(size=SMALL, seed=26))
    found: list[tuple[UUID, bool]] = []

    def send() -> None:
        kept = service.keep(data, filename=None)
        with unit_of_work() as session:
            row = service.record(session, kept, principal=somebody(), now=now)
        found.append((row.id, row.created))

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len({photo_id for photo_id, _ in found}) == 1
    assert sum(created for _, created in found) == 1
