"""Pictures of papers, for `./fieldgrid screens`: bulletins and reports as the demo city's people fetch them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import httpx

from app.cli.pictures import picture
from tests.console.look import PASSWORD

MADE_WITHIN_S = 120.0
SOON_S = 0.5


@dataclass
class Office:
    """What the demo city's people do over HTTP before there are papers: each once, when somebody asks for it."""

    base: str
    now: date
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def of(self, who: str) -> httpx.Client:
        if who not in self.clients:
            client = httpx.Client(base_url=f"{self.base}/api/v1", timeout=60, headers={"Accept-Language": "zh-CN"})
            login = client.post("/auth/login", json={"username": who, "password": PASSWORD}).raise_for_status()
            client.headers["Authorization"] = f"Bearer {login.json()['access_token']}"
            self.clients[who] = client
        return self.clients[who]

    @property
    def month(self) -> tuple[date, date]:
        """The month before this one: its first and its last day."""
        last = self.now.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last

    def bulletin(self, ending: str, *, draft: bool = False) -> bytes:
        """The month's, published; a draft: the quarter's before, in review."""
        first, _ = self.month
        before = first.replace(month=(first.month - 1) // 3 * 3 + 1) - timedelta(days=1)
        period = f"{before.year}-Q{(before.month - 1) // 3 + 1}" if draft else f"{first:%Y-%m}"
        self._step(period, "evaluator", "review", "open")
        if not draft:
            self._step(period, "admin", "publish", "review")
        folder, wanted = f"/evaluation/periods/{period}/bulletins", {"format": ending, "draft": draft}
        made = self.of("evaluator").post(folder, json=wanted).raise_for_status().json()
        return self._waited(f"{folder}/{made['id']}")

    def _step(self, period: str, who: str, step: str, state: str) -> None:
        path = f"/evaluation/periods/{period}"
        shown = self.of(who).get(path).raise_for_status()
        if shown.json()["state"] == state:
            headers = {"If-Match": shown.headers["etag"]}
            self.of(who).post(f"{path}/{step}", json={}, headers=headers).raise_for_status()

    def _waited(self, path: str) -> bytes:
        until = time.monotonic() + MADE_WITHIN_S
        while (shown := self.of("evaluator").get(path).raise_for_status().json())["state"] != "ready":
            if shown["state"] == "failed" or time.monotonic() > until:
                raise click.ClickException(f"the bulletin was not made: {shown}")
            time.sleep(SOON_S)
        return self.of("evaluator").get(f"{path}/file").raise_for_status().content

    def report(self, ending: str) -> bytes:
        """The SLA report of the month."""
        first, last = self.month
        query = {"from": first.isoformat(), "to": last.isoformat(), "format": ending}
        return self.of("evaluator").get("/sla/report", params=query).raise_for_status().content


@dataclass(frozen=True)
class Paper:
    """Pages of a file side by side; what is no PDF is made one by LibreOffice, where the machine has it."""

    name: str
    ending: str
    pages: tuple[int, ...]
    made: Callable[[Office, str], bytes]


PAPERS = (
    Paper("bulletin", "pdf", (1, 2, 3), Office.bulletin),
    Paper("bulletin-annexes", "pdf", (5, 8, 10), Office.bulletin),
    Paper("bulletin-draft", "pdf", (1, 2), lambda office, ending: office.bulletin(ending, draft=True)),
    Paper("bulletin-docx", "docx", (1, 2, 8), Office.bulletin),
    Paper("sla-report", "pdf", (1,), Office.report),
    Paper("sla-report-lists", "pdf", (3, 4), Office.report),
    Paper("sla-report-sheet", "xlsx", (6,), Office.report),
)


def take(office: Office, papers: Mapping[str, Paper], folder: Path) -> Iterator[Path]:
    """Their pictures, written into the folder; files that several show are asked for once."""
    with tempfile.TemporaryDirectory(prefix="fieldgrid-") as made:
        fetched: dict[Any, bytes] = {}
        for one in papers.values():
            key = (one.made, one.ending)
            if key not in fetched:
                fetched[key] = one.made(office, one.ending)
            path = Path(made) / f"{one.name}.{one.ending}"
            path.write_bytes(fetched[key])
            printed = path if one.ending == "pdf" else printed_by_office(path)
            shown = None if printed is None else picture(printed, one.pages)
            if shown is not None:
                yield Path(shutil.move(shown, folder / f"{one.name}.png"))


def printed_by_office(path: Path) -> Path | None:
    """A file as a word processor or spreadsheet prints it; None where there is none."""
    program = shutil.which("soffice")
    if program is None:
        return None
    command = [program, "--headless", f"-env:UserInstallation=file://{path.parent}/office", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(path.parent), str(path)], check=True, capture_output=True)
    return path.with_suffix(".pdf")
