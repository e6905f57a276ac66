"""Originals of a case's photos are for the desk of its ground, and reading them is noted."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import text

from tests.factories.media import Shot, jpeg


def test_the_desk_sees_the_originals_of_its_cases_and_only_those(api, session):
    data = jpeg(Shot(size=(160, 120), seed=4711))
    photo = api.photo("citizen", data)
    number = api.report("citizen", photo_ids=[photo])["case"]["number"]
    path = f"/cases/{number}/photos/{photo}/original"
    shown = api.client.get(f"/api/v1{path}", headers=api.headers("operator"))
    assert (shown.status_code, shown.content_type, shown.data) == (200, "image/jpeg", data)
    assert shown.headers["Cache-Control"] == "private, no-store"
    read = session.execute(text("SELECT user_id FROM photo_original_reads")).scalars().all()
    assert read == [api.city.people["operator"]]
    for who, status in (("inspector1", 403), ("unit1", 403), ("operator2", 404), (None, 401)):
        if who is None or who in api.city.people:
            api.get(who, path, status)
    api.get("operator", f"/cases/{number}/photos/{uuid4()}/original", 404)


def test_a_photo_of_another_case_is_not_there(api):
    photo = api.photo("citizen")
    api.report("citizen", photo_ids=[photo])
    other = api.report("citizen")["case"]["number"]
    api.get("operator", f"/cases/{other}/photos/{photo}/original", 404)
