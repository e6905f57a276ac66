"""Resumable uploads, as tus 1.0 promises them."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.config import config
from app.core.db import unit_of_work
from app.core.storage import store
from app.media import errors, jobs, service
from app.media.rules import resumable
from tests.factories.accounts import sign_in_citizen
from tests.factories.media import SMALL, Shot, jpeg, somebody

TUS = {"Tus-Resumable": "1.0.0"}
PHOTO = jpeg(Shot(size=(400, 300)))


def begin(client, size: int = len(PHOTO), name: str | None = "photo.jpg", **headers: str):
    if name:
        headers["Upload-Metadata"] = f"filename {base64.b64encode(name.encode()).decode()},other"
    return client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": str(size), **headers})


def patch(client, url: str, part: bytes, offset: int, **headers: str):
    kind = headers.pop("Content_Type", "application/offset+octet-stream")
    return client.patch(url, data=part, content_type=kind, headers={**TUS, "Upload-Offset": str(offset), **headers})


def parts_of(url: str) -> list[str]:
    return [key for key, _ in store().keys("uploads") if url.rpartition("/")[2] in key]


def test_a_photo_arrives_in_parts(client):
    begun = begin(client)
    assert begun.status_code == 201
    url = begun.headers["Location"]
    assert parsedate_to_datetime(begun.headers["Upload-Expires"]) > datetime.now(UTC) + timedelta(days=2)
    first = patch(client, url, PHOTO[:5000], 0)
    assert (first.status_code, first.headers["Upload-Offset"], "Photo-Id" in first.headers) == (204, "5000", False)
    assert len(parts_of(url)) == 1
    asked = client.head(url, headers=TUS)
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == ("5000", str(len(PHOTO)))
    assert (asked.status_code, asked.headers["Cache-Control"]) == (200, "no-store")
    last = patch(client, url, PHOTO[5000:], 5000)
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(PHOTO)))
    photo = client.get(f"/api/v1/photos/{last.headers['Photo-Id']}").get_json()
    assert photo["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    again = client.head(url, headers=TUS)
    assert again.headers["Photo-Id"] == photo["id"]
    assert parts_of(url) == []
    assert {answer.headers["Tus-Resumable"] for answer in (begun, first, asked, last)} == {"1.0.0"}


def test_the_whole_photo_in_one_part_is_the_photo_that_was_sent_before(client):
    url = begin(client).headers["Location"]
    first = patch(client, url, PHOTO, 0).headers["Photo-Id"]
    other = begin(client, name=None).headers["Location"]
    assert patch(client, other, PHOTO, 0).headers["Photo-Id"] == first
    done = patch(client, other, b"", len(PHOTO))
    assert (done.status_code, done.headers["Photo-Id"]) == (204, first)


def test_what_the_server_can_is_told(client):
    headers = client.options("/api/v1/uploads").headers
    assert headers["Tus-Version"] == "1.0.0"
    assert headers["Tus-Extension"] == "creation,expiration,checksum,termination"
    assert headers["Tus-Max-Size"] == str(20 * 1024 * 1024)
    assert headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_another_version_is_refused_with_ours(client):
    answer = client.post("/api/v1/uploads", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "5"})
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert answer.get_json()["type"] == "/problems/upload-version"


@pytest.mark.parametrize(
    ("size", "status"), [("21000000", 413), ("0", 422), ("-5", 422), ("many", 422), (None, 422), ("", 422)]
)
def test_lengths_that_are_none(client, size, status):
    headers = TUS if size is None else {**TUS, "Upload-Length": size}
    assert client.post("/api/v1/uploads", headers=headers).status_code == status


@pytest.mark.parametrize("header", ["filename !!!", "filename YQ==,filename YQ==", "filename /w==", "filename AA=="])
def test_metadata_that_is_none(client, header):
    answer = begin(client, name=None, **{"Upload-Metadata": header})
    assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/bad-upload")


def test_the_wrong_place_is_a_conflict_that_names_the_right_one(client):
    url = begin(client).headers["Location"]
    patch(client, url, PHOTO[:10], 0)
    for offset in (0, 11):
        answer = patch(client, url, b"x", offset)
        assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/upload-offset")
        assert answer.get_json()["offset"] == 10


def test_the_wrong_type_is_refused(client):
    url = begin(client).headers["Location"]
    answer = patch(client, url, b"x", 0, Content_Type="application/json")
    assert answer.status_code == 415
    assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_more_than_was_announced_is_refused(client):
    url = begin(client, 10).headers["Location"]
    assert patch(client, url, b"x" * 11, 0).status_code == 422


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_checksums(client, algorithm):
    url = begin(client).headers["Location"]
    good = base64.b64encode(hashlib.new(algorithm, PHOTO[:10]).digest()).decode()
    damaged = patch(client, url, b"0123456789", 0, **{"Upload-Checksum": f"{algorithm} {good}"})
    assert (damaged.status_code, damaged.get_json()["type"]) == (460, "/problems/checksum-differs")
    assert client.head(url, headers=TUS).headers["Upload-Offset"] == "0"
    assert patch(client, url, PHOTO[:10], 0, **{"Upload-Checksum": f"{algorithm} {good}"}).status_code == 204
    unknown = patch(client, url, PHOTO[10:20], 10, **{"Upload-Checksum": "crc32 AAAA"})
    assert (unknown.status_code, unknown.get_json()["type"]) == (400, "/problems/checksum-unknown")


def test_an_upload_that_is_given_up_is_gone(client):
    url = begin(client).headers["Location"]
    patch(client, url, PHOTO[:10], 0)
    assert client.delete(url, headers=TUS).status_code == 204
    assert client.head(url, headers=TUS).status_code == 404
    assert patch(client, url, PHOTO[10:], 10).get_json()["type"] == "/problems/upload-not-found"
    assert parts_of(url) == []


def test_an_expired_upload_is_gone_and_later_forgotten(client, session, monkeypatch):
    url = begin(client).headers["Location"]
    begun = clock.now()
    monkeypatch.setattr("app.core.clock.now", lambda: begun + timedelta(days=3, minutes=1))
    assert client.head(url, headers=TUS).status_code == 410
    jobs.forget_uploads(0)
    assert patch(client, url, PHOTO, 0).get_json()["type"] == "/problems/upload-gone"
    monkeypatch.setattr("app.core.clock.now", lambda: begun + timedelta(days=4, minutes=1))
    jobs.forget_uploads(0)
    assert client.head(url, headers=TUS).status_code == 404


def test_old_parts_are_removed(settings):
    store().put("uploads/x/000000000-old", b"x")
    assert service.remove_old_parts(datetime.now(UTC)) == 0
    assert service.remove_old_parts(datetime.now(UTC) + timedelta(days=4)) >= 1
    assert list(store().keys("uploads")) == []


def test_what_is_no_photo_ends_the_upload(client):
    url = begin(client, 11).headers["Location"]
    answer = patch(client, url, b"hello world", 0)
    assert (answer.status_code, answer.get_json()["type"]) == (415, "/problems/photo-type")
    assert client.head(url, headers=TUS).status_code == 404


def test_a_busy_server_keeps_what_it_has(client, monkeypatch):
    def busy(*_: object, **__: object) -> None:
        raise errors.PhotoBusy("later", retry_after_s=5)

    url = begin(client).headers["Location"]
    patch(client, url, PHOTO[:10], 0)
    with monkeypatch.context() as patched:
        patched.setattr("app.media.service.uploads.keep", busy)
        assert patch(client, url, PHOTO[10:], 10).status_code == 503
    assert patch(client, url, PHOTO[10:], 10).status_code == 204


def test_somebody_elses_upload_is_not_there(client, session):
    one, two = (sign_in_citizen(client, session, phone) for phone in ("13800000021", "13800000022"))
    url = begin(client, **one).headers["Location"]
    assert client.head(url, headers={**TUS, **two}).status_code == 404
    assert client.head(url, headers=TUS).status_code == 404
    assert client.head(url, headers={**TUS, **one}).status_code == 200


def test_an_anonymous_upload_goes_on_from_another_network(client):
    url = begin(client).headers["Location"]
    moved = {"REMOTE_ADDR": "198.51.100.7"}
    headers = {**TUS, "Upload-Offset": "0"}
    done = client.patch(
        url, data=PHOTO, content_type="application/offset+octet-stream", headers=headers, environ_base=moved
    )
    assert done.status_code == 204
    assert client.get(f"/api/v1/photos/{done.headers['Photo-Id']}", environ_base=moved).status_code == 200


def test_too_many_uploads_are_refused(client, monkeypatch):
    monkeypatch.setenv("FIELDGRID_ANONYMOUS_INTAKE_PER_HOUR", "1")
    config.cache_clear()
    assert begin(client).status_code == 201
    assert begin(client).status_code == 429


def test_two_requests_with_the_same_part_leave_one_of_them(session, now):
    upload = service.create_upload(session, length=100, filename=None, principal=somebody(), now=now)
    service.add_part(session, upload, "uploads/x/1", 10)
    with pytest.raises(errors.OffsetDiffers):
        service.add_part(session, upload, "uploads/x/2", 10)
    kept = service.keep(jpeg(Shot(size=SMALL)), filename=None)
    with pytest.raises(errors.OffsetDiffers):
        service.finish_upload(session, upload, kept, principal=somebody(), now=now)
    assert session.execute(text("SELECT received, parts FROM uploads")).one() == (10, ["uploads/x/1"])


def test_the_same_key_begins_one_upload(client):
    headers = {"Idempotency-Key": "begin-1"}
    assert begin(client, **headers).headers["Location"] == begin(client, **headers).headers["Location"]
    with unit_of_work() as session:
        assert session.execute(text("SELECT count(*) FROM uploads")).scalar() == 1


def test_an_empty_checksum_claims_nothing():
    resumable.check_sum(b"anything", "")
