"""How long a browser takes from opening the map of a big city until it is idle, with nothing kept from before.

    python -m benchmarks.first_map [--rounds 5] [--user operator] [--path /map]

Settings as the product reads them, the console built (web/console/dist), Debian's chromium. It starts granian as the
product does; maps are drawn by the processor (SwiftShader). Each round is a browser of its own that has signed in and
has seen no page but that; the time is from the first request to `data-idle` on the map and no request under way.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import time
from contextlib import nullcontext

from playwright.sync_api import Browser, BrowserType, Page, Request, sync_playwright

from benchmarks.app_server import free_port
from benchmarks.console import Bench, server
from tests.console.look import CHROMIUM, Look, sign_in

PATIENCE_MS = 60_000


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--user", default="operator")
    asked.add_argument("--path", default="/map")
    asked.add_argument("--port", type=int, help="of a server that runs already, instead of one of its own")
    options = asked.parse_args()
    options.tipg, options.clients, options.seconds = None, 8, 1.0
    port = options.port or free_port()
    with nullcontext() if options.port else server(port):
        # What every process reads when it starts is read by now.
        Bench(port, None, options)
        base = f"http://127.0.0.1:{port}"
        with sync_playwright() as playwright:
            times = [one_round(playwright.chromium, base, options) for _ in range(options.rounds)]
    print(f"first map idle: half {statistics.median(times):.2f} s, slowest {max(times):.2f} s")


def one_round(chromium: BrowserType, base: str, options: argparse.Namespace) -> float:
    browser: Browser = chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
    try:
        page = browser.new_context(**Look().context()).new_page()
        sign_in(page, base, options.user, Look())
        return opened(page, base, options.path)
    finally:
        browser.close()


def opened(page: Page, base: str, path: str) -> float:
    """Seconds until the map is idle."""
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    page.on("requestfinished", note)
    began = time.perf_counter()
    page.goto(f"{base}/console{path}", wait_until="commit")
    page.wait_for_selector("[data-idle=true]", timeout=PATIENCE_MS)
    took = time.perf_counter() - began
    tiles = [one for one in requests if ".mvt" in one.url]
    print(f"{took:.2f} s, {len(requests)} requests, {len(tiles)} of them tiles", flush=True)
    return took


if __name__ == "__main__":
    main()
