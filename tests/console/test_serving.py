"""How the console's files are served: what may be kept, what a page may load, and nothing beside them."""

from __future__ import annotations

import re

import pytest

from app.console.views import pages
from app.console.views.pages import policy


@pytest.fixture
def built(tmp_path, monkeypatch):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>console</title>")
    (tmp_path / "assets" / "index-abc.js").write_text("console.log('a long script')")
    (tmp_path / "assets" / "index-abc.js.gz").write_bytes(b"\x1f\x8bpacked")
    (tmp_path / ".sources").write_text("a mark")
    monkeypatch.setattr(pages, "BUILT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", ["/console/", "/console/desk", "/console/cases/20260310-000001", "/console/no/such"])
def test_every_address_of_the_console_is_the_same_document(client, built, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.text.startswith("<!doctype html>")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]


def test_the_short_address_leads_there(client):
    answer = client.get("/console")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/console/")


def test_built_files_may_be_kept_for_ever_and_come_packed(client, built):
    packed = client.get("/console/assets/index-abc.js", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/console/assets/index-abc.js")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    for answer in (packed, plain):
        assert answer.mimetype == "text/javascript"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert re.search("immutable", answer.headers["Cache-Control"])
        # A worker is held to the policy of its own file: with that of data it could fetch no tile.
        assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    again = client.get("/console/assets/index-abc.js", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/console/../setup.cfg", "/console/..%2f..%2fsetup.cfg", "/console/.sources", "/console/%2e%2e/setup.cfg"]
)
def test_nothing_beside_the_built_files_is_served(client, built, path):
    answer = client.get(path)
    assert b"[tool:pytest]" not in answer.data
    assert b"a mark" not in answer.data


def test_a_file_of_an_older_page_is_missing_rather_than_a_document(client, built):
    assert client.get("/console/assets/index-old.js").status_code == 404


def test_without_pages_it_says_what_to_do(client, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "BUILT", tmp_path)
    answer = client.get("/console/desk")
    assert answer.status_code == 503
    assert "./fieldgrid up" in answer.text


def test_a_configured_basemap_is_allowed_and_nothing_else():
    assert "https://t0.tiles.example" in policy(("https://t0.tiles.example",))
    assert "http" not in policy(())
