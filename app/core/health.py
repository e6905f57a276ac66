"""What operators and the curious ask the server itself: is it alive, is it ready, what does a problem mean."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import structlog
from flask import Blueprint, Response, render_template_string
from sqlalchemy import text

from app.core.auth import public
from app.core.config import ROOT
from app.core.db import unit_of_work
from app.core.errors import NotFound
from app.core.http import json_response
from app.core.metrics import exposition
from app.core.storage import store

log = structlog.get_logger()
health = Blueprint("health", __name__)
PROBLEM_PAGES = ROOT / "docs" / "problems"
HEAD = ROOT / "migrations" / ".current-head"

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }} · FieldGrid</title>
<style>body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
max-width:42rem;margin:3rem auto;padding:0 1rem;color:#1f2933;background:#fff}
@media(prefers-color-scheme:dark){body{color:#e4e7eb;background:#151a21}a{color:#7db3ff}}
code{background:#8882;padding:.1em .3em;border-radius:4px}h1{line-height:1.25}</style>
<main>{{ body|safe }}<p><a href="/docs/">API reference</a></p></main>"""


@health.get("/healthz")
@public
def healthz() -> Response:
    """The process lives."""
    return json_response({"status": "ok"})


def _database() -> None:
    with unit_of_work() as session:
        session.execute(text("SELECT 1"))


class NotReady(Exception):
    """A reason that may be told to anybody."""


def _migrations() -> None:
    wanted = HEAD.read_text(encoding="utf-8").strip()
    with unit_of_work() as session:
        known = session.execute(text("SELECT to_regclass('alembic_version')")).scalar()
        found = session.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
    if found != wanted:
        is_at = f"is at {found}" if found else "has no tables"
        raise NotReady(f"the database {is_at}, this program needs {wanted}: run `./fieldgrid up` or `migrate`")


def _queue() -> None:
    with unit_of_work() as session:
        session.execute(text("SELECT 1 FROM procrastinate_jobs LIMIT 1"))


CHECKS = {"database": _database, "migrations": _migrations, "storage": lambda: store().check(), "queue": _queue}


@health.get("/readyz")
@public
def readyz() -> Response:
    """Everything a request needs is there; else 503 with what is missing."""
    found: dict[str, str] = {}
    for name, check in CHECKS.items():
        try:
            check()
            found[name] = "ok"
        except NotReady as reason:
            found[name] = str(reason)
        except Exception as error:  # noqa: BLE001 -- whatever is wrong is the answer
            # Addresses and names of users stand in the log, not in a page that anybody may read.
            log.warning("not_ready", check=name, error=str(error))
            found[name] = f"does not work ({type(error).__name__}); the log of the API says more"
    ready = all(state == "ok" for state in found.values())
    headers = {} if ready else {"Retry-After": "5"}
    return json_response(
        {"status": "ok" if ready else "not ready", "checks": found}, 200 if ready else 503, headers=headers
    )


@health.get("/metrics")
@public
def metrics() -> Response:
    """Figures for Prometheus."""
    return Response(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


@health.get("/problems/<slug>")
@public
def problem_page(slug: str) -> Response:
    """What a problem means and what to do, for people."""
    page = PROBLEM_PAGES / f"{slug}.md"
    if not re.fullmatch(r"[a-z0-9-]{1,60}", slug) or not page.is_file():
        raise NotFound(f"There is no problem called {slug}.")
    title, body = _as_html(page)
    return Response(render_template_string(PAGE, title=title, body=body), content_type="text/html; charset=utf-8")


def _as_html(page: Path) -> tuple[str, str]:
    """Our problem pages use headings, paragraphs, lists, code and bold words only."""
    title, blocks = page.stem, []
    for block in re.split(r"\n\s*\n", page.read_text(encoding="utf-8").strip()):
        line = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(block.strip(), quote=False))
        line = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", line)
        if heading := re.match(r"(#+) (.*)", line):
            level = len(heading[1])
            title = heading[2] if level == 1 else title
            rest = line[heading.end() :].strip()
            blocks.append(f"<h{level}>{heading[2]}</h{level}>" + (f"<p>{rest}</p>" if rest else ""))
        elif line.startswith(("- ", "* ")):
            items = re.split(r"\n[-*] ", "\n" + line)[1:]
            blocks.append("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>")
        else:
            language = ' lang="zh"' if "中文" in line else ""
            blocks.append(f"<p{language}>{line}</p>")
    return title, "\n".join(blocks)
