"""What the server says about itself, to people and to monitoring."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.core import storage
from app.core.config import ROOT, Config
from app.core.db import Database, use_database
from app.factory import create_app

SLUGS = sorted(page.stem for page in (ROOT / "docs" / "problems").glob("*.md"))
FOREIGN = re.compile(r"""(?:src|href|action|url)\s*[=(:]\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)


def test_the_page_at_the_root_says_what_is_here(client: FlaskClient):
    page = client.get("/")
    assert page.status_code == 200
    assert page.content_type == "text/html; charset=utf-8"
    for link in re.findall(r'href="([^"]+)"', page.text):
        if not link.startswith("/api/"):
            assert client.get(link.replace("&amp;", "&")).status_code in {200, 503}, link


def test_the_page_at_the_root_may_run_its_own_script_and_nothing_else(client: FlaskClient):
    page = client.get("/")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    scripts = re.findall(r"<script[^>]*>([^<]*)</script>", page.text)
    assert scripts == [""], "no script in the page itself"
    assert not re.search(r"\son\w+=", page.text)
    script = client.get("/landing.js")
    assert script.content_type == "text/javascript; charset=utf-8"
    named = set(re.findall(r'(?:part|list)\("(\w+)"', script.text))
    assert named <= set(re.findall(r'id="(\w+)"', page.text)), "what the script fills is on the page"
    for asked in ("/readyz", "/api/v1/grid/locate"):
        assert asked in script.text
        assert client.get(asked).status_code != 404


def test_the_page_at_the_root_speaks_chinese_first_and_says_each_thing_once(client: FlaskClient):
    page = client.get("/").text
    assert page.index("网格化城市管理") < page.index("FieldGrid</small>")
    assert page.count("API reference") == 1
    assert "fieldgrid-demo" not in page, "passwords stand in the README, not on a page that anybody may read"


@pytest.mark.parametrize("slug", SLUGS)
def test_every_problem_is_explained_on_a_page(client: FlaskClient, slug: str):
    page = client.get(f"/problems/{slug}")
    title = (ROOT / "docs" / "problems" / f"{slug}.md").read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    assert page.status_code == 200
    assert f"<h1>{title}</h1>".replace("&", "&amp;") in page.text
    assert "**" not in page.text
    assert not re.search(r"`|^#", re.sub(r"<style>.*?</style>", "", page.text, flags=re.DOTALL), re.MULTILINE)


@pytest.mark.parametrize("slug", ["nothing", "..%2f..%2fsetup", "%2e%2e", "a" * 100, "INVALID", "invalid.md"])
def test_no_other_file_is_shown(client: FlaskClient, slug: str):
    assert client.get(f"/problems/{slug}").status_code == 404


def test_alive(client: FlaskClient):
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_ready(client: FlaskClient):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    checks = {"database": "ok", "migrations": "ok", "storage": "ok", "queue": "ok"}
    assert answer.get_json() == {"status": "ok", "checks": checks}


def _not_ready(client: FlaskClient) -> dict[str, str]:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.get_json()["status"] == "not ready"
    return {name: state for name, state in answer.get_json()["checks"].items() if state != "ok"}


def test_not_ready_while_migrations_are_missing(committed: Config):
    client = create_app(committed).test_client()
    assert client.get("/readyz").status_code == 200
    owner = create_engine(committed.owner_database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003_catalog'"))
        behind = _not_ready(client)
        connection.execute(text("DROP TABLE alembic_version"))
        empty = _not_ready(client)
    assert behind.keys() == empty.keys() == {"migrations"}
    assert "0003_catalog" in behind["migrations"]
    assert "fieldgrid up" in behind["migrations"]
    assert "no tables" in empty["migrations"]


def test_not_ready_without_the_database(committed: Config):
    client = create_app(
        replace(committed, database_url="postgresql+psycopg2://secret_name@127.0.0.1:1/none")
    ).test_client()
    missing = _not_ready(client)
    assert missing.keys() == {"database", "migrations", "queue"}
    assert "secret_name" not in str(missing)
    assert "127.0.0.1" not in str(missing)
    use_database(Database.connect(committed))
    assert client.get("/readyz").status_code == 200


def test_not_ready_without_the_store(committed: Config, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.core.health.store", lambda: storage.Store(f"file://{ROOT}/setup.cfg/below"))
    assert _not_ready(create_app(committed).test_client()).keys() == {"storage"}


def test_figures_name_rules_and_never_addresses(client: FlaskClient):
    client.get("/api/v1/track/secret-tracking-code")
    client.get("/nowhere/secret-address")
    figures = client.get("/metrics")
    assert figures.status_code == 200
    assert figures.content_type.startswith("text/plain")
    assert 'rule="/api/v1/track/<code>"' in figures.text
    assert "fieldgrid_request_seconds_bucket" in figures.text
    assert "secret" not in figures.text


@pytest.mark.parametrize("page", ["/", "/docs/", "/docs/swagger", "/problems/invalid"])
def test_no_page_loads_anything_from_elsewhere(client: FlaskClient, page: str):
    answer = client.get(page)
    assert answer.status_code == 200
    assert not FOREIGN.search(answer.text)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(("default-src 'self'", "default-src 'none'"))
    assert not re.search(r"https?:|\*", policy), "no other host is allowed"


def test_the_reference_asks_nobody_else(client: FlaskClient):
    assert re.search(r'"validatorUrl":\s*null', client.get("/docs/swagger").text)


def test_what_the_reference_shows_is_the_description(client: FlaskClient):
    found = client.get("/docs/openapi.json").get_json()
    assert found["openapi"].startswith("3.1")
    assert found["servers"] == [{"url": "/"}]
    answer = client.get("/docs/swagger/js/swagger-ui-bundle.js")
    assert answer.status_code == 200
    answer.close()


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/types", "/nowhere", "/docs/", "/api/v1/me"])
def test_every_answer_is_protected(client: FlaskClient, path: str):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Server"] == "FieldGrid"


def test_answers_of_the_api_are_not_kept_unasked(client: FlaskClient):
    assert client.get("/api/v1/types").headers["Cache-Control"] == "private, no-cache"
    assert client.get("/api/v1/me").headers["Cache-Control"] == "private, no-cache"


def test_nothing_is_opened_to_foreign_pages(client: FlaskClient):
    answer = client.get("/api/v1/types", headers={"Origin": "https://elsewhere.example"})
    assert [name for name, _ in answer.headers if name.lower().startswith("access-control")] == []
