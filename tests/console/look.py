"""How a page is looked at: size, theme, language, and what axe says of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "fieldgrid-demo"
# Chromium takes the last of such lists: what Playwright turns off, said again, and the panes of an address bar nobody
# sees, whose pages would be started anew for every page of ours.
TURNED_OFF = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
# Maps are drawn without a graphics card, and everything else past the one that is played for them: that takes half as
# long. Nothing of Chromium's own calls home.
CHROMIUM = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-rasterization",
    "--disable-gpu-compositing",
    f"--disable-features={','.join(TURNED_OFF)}",
]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What another theme and another language may change of a page; the rest is as it is in the first.
OF_COLOURS = ("color-contrast", "link-in-text-block")
OF_WORDS = (
    "aria-command-name",
    "aria-input-field-name",
    "aria-toggle-field-name",
    "button-name",
    "document-title",
    "html-has-lang",
    "html-lang-valid",
    "image-alt",
    "label",
    "link-name",
    "select-name",
    "valid-lang",
)
PHONE, DESKTOP, WALL = (390, 844), (1440, 900), (2560, 1440)


@dataclass(frozen=True)
class Look:
    size: tuple[int, int] = DESKTOP
    theme: str = "light"
    language: str = "zh-CN"

    def context(self) -> dict[str, Any]:
        width, height = self.size
        return {
            "viewport": {"width": width, "height": height},
            "color_scheme": self.theme,
            "locale": self.language,
            "timezone_id": "Asia/Shanghai",
            "reduced_motion": "reduce",
        }

    @property
    def name(self) -> str:
        size = {PHONE: "phone", DESKTOP: "desk", WALL: "wall"}[self.size]
        return f"{size}-{self.theme}-{self.language.split('-', maxsplit=1)[0]}"


def sign_in(page: Page, base: str, username: str | None, look: Look) -> None:
    """Put the sign-in where the pages keep it, as signing in by hand does."""
    kept = {"fieldgrid.language": look.language, "fieldgrid.theme": look.theme}
    if username:
        answer = httpx.post(f"{base}/api/v1/auth/login", json={"username": username, "password": PASSWORD}, timeout=30)
        tokens = answer.raise_for_status().json()
        # Far from its end, so that no test meets the renewal by chance.
        session = {"access": tokens["access_token"], "refresh": tokens["refresh_token"], "until": 4_102_444_800_000}
        kept["fieldgrid.session"] = json.dumps(session)
    page.goto(f"{base}/console/icon.svg")
    page.evaluate("kept => Object.entries(kept).forEach(([name, value]) => localStorage.setItem(name, value))", kept)


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds wrong with the page as it is, each with where it is; empty: nothing.

    With `rules` by these alone, else by all of the standards.
    """
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "only => axe.run(document, {runOnly: only, resultTypes: ['violations']})",
        {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": STANDARDS},
    )
    return [
        f"{rule['id']}: {rule['help']}: {node['target']} {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
