"""Debian's Chromium on the pages of a running demo city. Pages may reach nothing but their own server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine

from tests.console.acting import Office
from tests.console.look import CHROMIUM, Look, sign_in
from tests.console.site import demo_site
from tests.factories.programs import Programs

# Other tests run beside these; what comes at once on a quiet machine takes its time then.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = shutil.which("chromium")
    assert found, "these tests need Debian's chromium; ./fieldgrid test installs it"
    return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM}


@pytest.fixture(scope="session")
def site(admin: Engine, template: str, superuser_url: str) -> Iterator[Programs]:
    with demo_site(admin, template, superuser_url) as programs:
        yield programs


@pytest.fixture(scope="session")
def office(site: Programs) -> Iterator[Office]:
    """The same city over HTTP."""
    found = Office(site.base)
    yield found
    found.client.close()


@pytest.fixture
def strangers() -> list[str]:
    """Addresses of other servers that pages asked for: there shall be none."""
    return []


def _note(url: str, base: str, strangers: list[str]) -> None:
    # The browser's own: its reader of PDF is an extension of it, its preview of prints a page of it.
    if not url.startswith((base, "data:", "blob:", "chrome:", "chrome-extension:")):
        strangers.append(url)


@pytest.fixture
def open_page(browser: Browser, site: Programs, strangers: list[str]) -> Iterator[Callable[..., Page]]:
    """Open the console as somebody (None: nobody), with a look, at a path of the console."""
    contexts: list[BrowserContext] = []

    def opened(username: str | None, path: str = "/", look: Look = Look()) -> Page:  # noqa: B008 -- frozen
        context = browser.new_context(**look.context())
        contexts.append(context)
        context.on("request", lambda request: _note(request.url, site.base, strangers))
        page = context.new_page()
        page.on("pageerror", lambda error: strangers.append(f"error on the page: {error}"))
        sign_in(page, site.base, username, look)
        page.goto(f"{site.base}/console{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert strangers == []
