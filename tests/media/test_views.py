"""Photos over HTTP."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.core import clock
from app.core.config import config
from app.media import service
from tests.factories.accounts import sign_in, sign_in_citizen, staff
from tests.factories.media import SMALL, Shot, a_photo, encoded, heic, jpeg

PLACE = (121.4737, 31.2304)
SHOT = Shot(size=SMALL, position=PLACE, taken=datetime(2026, 3, 10, 9, 58), offset="+08:00")


def send(client, data: bytes, name: str = "photo.jpg", **extra):
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(data), name)})
    return client.post("/api/v1/photos", data=body, content_type=f"multipart/form-data; boundary={boundary}", **extra)


def test_a_photo_is_sent_and_the_same_bytes_again_are_the_same_photo(client):
    first = send(client, jpeg(SHOT))
    assert first.status_code == 201, first.get_json()
    body = first.get_json()
    assert set(body) == {"id", "sha256", "width", "height", "taken_at", "position", "urls"}
    assert (body["width"], body["height"]) == SMALL
    assert body["taken_at"] == "2026-03-10T01:58:00Z"
    assert body["position"] == {"lon": pytest.approx(PLACE[0], abs=1e-6), "lat": pytest.approx(PLACE[1], abs=1e-6)}
    again = send(client, jpeg(SHOT), "other-name.jpeg")
    assert again.status_code == 200
    assert {key: again.get_json()[key] for key in ("id", "sha256")} == {key: body[key] for key in ("id", "sha256")}


@pytest.mark.parametrize(
    ("data", "name"),
    [(encoded("PNG", SHOT), "a.png"), (encoded("WebP", SHOT), "a.webp"), (heic(), "IMG_1.HEIC"), (jpeg(SHOT), "blob")],
)
def test_all_four_kinds_are_taken(client, data, name):
    answer = send(client, data, name)
    assert answer.status_code == 201
    for url in answer.get_json()["urls"].values():
        shown = client.get(url)
        assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
        assert b"Exif" not in shown.data


@pytest.mark.parametrize(
    ("data", "name", "status", "slug"),
    [
        (b"hello", "photo.jpg", 415, "photo-type"),
        (b"GIF89a" + bytes(50), "a.gif", 415, "photo-type"),
        (jpeg(SHOT), "photo.png", 415, "photo-type"),
        (b"<html>" + jpeg(SHOT), "photo.jpg", 415, "photo-type"),
        (jpeg(SHOT)[:-100], "photo.jpg", 422, "photo-unreadable"),
        (b"", "photo.jpg", 422, "photo-unreadable"),
        (jpeg(SHOT) + b"<script>alert(1)</script>", "photo.jpg", 422, "photo-carries-cargo"),
        (b"\xff\xd8\xff" + bytes(20 * 1024 * 1024), "photo.jpg", 413, "photo-too-large"),
        (b"\xff\xd8\xff" + bytes(22 * 1024 * 1024), "photo.jpg", 413, "photo-too-large"),
    ],
)
def test_what_is_refused_says_why(client, data, name, status, slug):
    answer = send(client, data, name)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.get_json()["type"] == f"/problems/{slug}"
    assert len(answer.get_json()["detail"]) > 20


def test_a_form_without_a_photo_is_pointed_at(client):
    answer = client.post("/api/v1/photos", data={"other": "x"}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "/file" in {fault["pointer"] for fault in answer.get_json()["errors"]}


def test_text_in_place_of_the_file_is_pointed_at(client):
    answer = client.post("/api/v1/photos", data={"file": "hello"}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/file"]


def test_a_second_photo_in_the_form_is_pointed_at_not_dropped(client):
    both = {"file": [(io.BytesIO(jpeg(SHOT)), "a.jpg"), (io.BytesIO(jpeg(SHOT)), "b.jpg")]}
    answer = client.post("/api/v1/photos", data=both, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/file"]


def test_json_is_not_a_photo(client):
    assert client.post("/api/v1/photos", json={}).status_code == 415


def test_the_same_key_is_answered_the_same(client):
    headers = {"Idempotency-Key": "k-1"}
    first = send(client, jpeg(SHOT), headers=headers)
    again = send(client, jpeg(SHOT), headers=headers)
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert send(client, jpeg(Shot(size=SMALL, seed=2)), headers=headers).status_code == 409


def test_two_citizens_with_the_same_bytes_have_two_photos(client, session):
    one, two = (sign_in_citizen(client, session, phone) for phone in ("13800000011", "13800000012"))
    first, second = (send(client, jpeg(SHOT), headers=headers).get_json() for headers in (one, two))
    assert first["id"] != second["id"]
    assert client.get(f"/api/v1/photos/{first['id']}", headers=one).get_json()["sha256"] == first["sha256"]
    refused = client.get(f"/api/v1/photos/{first['id']}", headers=two)
    assert (refused.status_code, refused.get_json()["type"]) == (404, "/problems/photo-not-found")
    assert client.get(f"/api/v1/photos/{uuid4()}", headers=one).status_code == 404


def test_an_auditor_may_not_send(client, session):
    staff(session, "auditor", username="auditor1")
    assert send(client, jpeg(SHOT), headers=sign_in(client, "auditor1")).status_code == 403


def test_a_flood_is_told_when_to_come_back(client, monkeypatch):
    monkeypatch.setenv("FIELDGRID_ANONYMOUS_INTAKE_PER_HOUR", "1")
    config.cache_clear()
    send(client, jpeg(SHOT))
    answer = send(client, jpeg(Shot(size=SMALL, seed=2)))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")


# Addresses


def test_a_shown_photo_is_inert(client):
    url = send(client, jpeg(SHOT)).get_json()["urls"]["display"]
    headers = client.get(url).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert headers["Content-Disposition"].startswith("inline; filename=")
    age = int(re.fullmatch(r"private, max-age=(\d+)", headers["Cache-Control"])[1])
    assert 890 <= age <= 900


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("display", "thumb"),
        lambda url: url.replace("display", "public"),
        lambda url: url.replace("display", "original2"),
        lambda url: re.sub(r"expires=\d+", "expires=99999999999", url),
        lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"),
        lambda url: url.partition("?")[0],
        lambda url: url + "%C3%A9",
    ],
)
def test_a_changed_address_is_not_found(client, change):
    url = send(client, jpeg(SHOT)).get_json()["urls"]["display"]
    assert client.get(url).status_code == 200
    assert client.get(change(url)).status_code == 404


def test_an_address_ends(client, monkeypatch):
    url = send(client, jpeg(SHOT)).get_json()["urls"]["thumb"]
    later = clock.now() + timedelta(minutes=15, seconds=2)
    monkeypatch.setattr("app.core.clock.now", lambda: later)
    assert client.get(url).status_code == 404


def test_the_public_copy_is_shown_by_its_own_address(client, session):
    row = a_photo(session, public=True, now=clock.now())
    session.commit()
    (view,) = service.public_views_of([row], clock.now())
    answer = client.get(view.urls.display)
    assert answer.status_code == 200
    assert answer.data != client.get(service.photo_urls(row.id, clock.now()).display).data


# The original


def test_the_original_is_for_staff_who_need_it_and_reading_it_is_noted(client, session):
    data = jpeg(SHOT)
    photo_id = send(client, data).get_json()["id"]
    url = f"/api/v1/photos/{photo_id}/original"
    reader = staff(session, "admin", username="admin1")
    staff(session, "operator", username="operator1")
    staff(session, "handler", username="handler1")
    assert client.get(url).status_code == 401
    assert client.get(url, headers=sign_in(client, "handler1")).status_code == 403
    assert client.get(url, headers=sign_in(client, "operator1")).status_code == 403
    shown = client.get(url, headers=sign_in(client, "admin1"))
    assert (shown.status_code, shown.content_type, shown.data) == (200, "image/jpeg", data)
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert session.execute(text("SELECT user_id FROM photo_original_reads")).scalars().all() == [reader]
    assert client.get(f"/api/v1/photos/{photo_id}", headers=sign_in(client, "admin1")).status_code == 200


def test_notes_of_reading_cannot_be_changed(session):
    rights = session.execute(text("SELECT has_table_privilege('photo_original_reads', 'UPDATE, DELETE')"))
    assert rights.scalar() is False


def test_sending_and_reading_take_few_statements(client, statements):
    with statements() as counted:
        photo = send(client, jpeg(SHOT)).get_json()
    assert len(counted) <= 12
    with statements() as counted:
        client.get(photo["urls"]["thumb"])
    assert len(counted) <= 3
