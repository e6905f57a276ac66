"""`./fieldgrid screens`: the console's pages and papers as pictures in docs/screens, from a demo city of their own."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import click
import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tests.conftest import prepared_template
from tests.console.look import CHROMIUM, DESKTOP, PASSWORD, PHONE, WALL, Look, sign_in
from tests.console.papers import PAPERS, Office
from tests.console.papers import take as take_papers
from tests.console.site import demo_site

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
BOTH = (Look(), Look(theme="dark", language="en"))
WITH_PHONE = (*BOTH, Look(PHONE))


@dataclass(frozen=True)
class Screen:
    """A page as somebody sees it; `path` may name the demo city's first case of a state as {state}."""

    name: str
    username: str | None
    path: str
    looks: tuple[Look, ...] = BOTH


SCREENS = (
    Screen("sign-in", None, "/sign-in"),
    Screen("desk", "dispatcher", "/desk/{to_dispatch}", WITH_PHONE),
    Screen("desk-unit", "unit1", "/desk"),
    Screen("map", "supervisor", "/map", WITH_PHONE),
    Screen("cases", "supervisor", "/cases", WITH_PHONE),
    Screen("case", "supervisor", "/cases/{closed}", WITH_PHONE),
    Screen("parts", "admin", "/parts"),
    Screen("grid", "admin", "/grid"),
    Screen("field", "leader", "/field"),
    Screen("figures", "evaluator", "/figures", WITH_PHONE),
    Screen("figures-statement", "evaluator", "/figures/statements?statement=new"),
    Screen("figures-ranking", "evaluator", "/figures/ranking", WITH_PHONE),
    Screen("figures-map", "evaluator", "/figures/map", WITH_PHONE),
    Screen("figures-periods", "evaluator", "/figures/periods?period=2026"),
    Screen("figures-definitions", "evaluator", "/figures/definitions?name=scores.unit"),
    Screen("admin", "admin", "/admin"),
    Screen("wall", "supervisor", "/wall", (Look(WALL, theme="dark"), Look(DESKTOP, language="en"))),
)


def main(wanted: list[str]) -> None:
    url = os.environ["FIELDGRID_TESTDB_URL"]
    admin = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    chosen = [screen for screen in SCREENS if not wanted or screen.name in wanted]
    papers = {paper.name: paper for paper in PAPERS if not wanted or paper.name in wanted}
    known = [one.name for one in (*SCREENS, *PAPERS)]
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"there is no {', '.join(sorted(unknown))}: use {', '.join(known)}")
    with demo_site(admin, prepared_template(admin, url), url) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        numbers = first_cases(site.base)
        for screen in chosen:
            for look in screen.looks:
                path = FOLDER / f"{screen.name}-{look.name}.png"
                page = take(browser, site.base, screen, look, numbers)
                # Few colours, a third of the bytes: the repository keeps each of these pictures.
                Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(
                    path, optimize=True
                )
                page.context.close()
                told(path)
        browser.close()
        for path in take_papers(Office(site.base, datetime.now(UTC).date()), papers, FOLDER):
            told(path)


def told(path: Path) -> None:
    click.echo(f"{path.relative_to(FOLDER.parents[1])} {path.stat().st_size // 1000} kB")


def first_cases(base: str) -> dict[str, str]:
    """Number of one case of each state that pictures show."""
    login = {"username": "admin", "password": PASSWORD}
    token = httpx.post(f"{base}/api/v1/auth/login", json=login).raise_for_status().json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    found = {}
    for state in ("to_dispatch", "closed"):
        page = httpx.get(
            f"{base}/api/v1/cases", params={"state": state, "limit": 1}, headers=headers
        ).raise_for_status()
        found[state] = page.json()["items"][0]["number"]
    return found


def take(browser: Browser, base: str, screen: Screen, look: Look, numbers: dict[str, str]) -> Page:
    """The page, opened and at rest."""
    page = browser.new_context(**look.context()).new_page()
    sign_in(page, base, screen.username, look)
    page.goto(f"{base}/console{screen.path.format(**numbers)}")
    page.wait_for_timeout(5000)
    return page


if __name__ == "__main__":
    main(sys.argv[1:])
