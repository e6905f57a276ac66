"""A basemap that a city configures: asked for where it is, let through and nothing else, and laid where it belongs.

The tiles come from a server of the test's own. It draws one black disc where GCJ-02 has a place of the city.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from app.grid.rules.coordinates import Crs, from_wgs84
from tests.console.look import Look, sign_in
from tests.console.site import demo_site

pytestmark = pytest.mark.slow

PLACE = (121.4712, 31.2301)
TILE, DISC = 256, 18
EARTH_M = 40_075_016.686
NEAREST = 18
"""How near the map goes by itself."""


class Tiles(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        zoom, x, y = (int(part) for part in re.findall(r"\d+", self.path)[:3])
        image = Image.new("RGB", (TILE, TILE), "white")
        left, top = (value - tile * TILE for value, tile in zip(shown_at(zoom), (x, y), strict=True))
        ImageDraw.Draw(image).ellipse((left - DISC, top - DISC, left + DISC, top + DISC), fill="black")
        kept = io.BytesIO()
        image.save(kept, "PNG")
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(kept.getvalue())

    def log_message(self, *_: object) -> None:
        """Nothing: the test tells what was asked for."""


def shown_at(zoom: int) -> tuple[float, float]:
    """Where the disc lies, in pixels of the whole shifted world at a zoom."""
    lon, lat = from_wgs84(*PLACE, Crs.GCJ02)
    world, sine = TILE * 2**zoom, math.sin(math.radians(lat))
    return (lon + 180) / 360 * world, (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * world


@pytest.fixture(scope="module")
def tile_servers() -> Iterator[tuple[str, str]]:
    """The configured server, and a stranger."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Tiles) for _ in range(2)]
    for server in servers:
        Thread(target=server.serve_forever, daemon=True).start()
    yield tuple(f"http://127.0.0.1:{server.server_port}" for server in servers)  # type: ignore[misc]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def mapped(admin, template, superuser_url, tile_servers):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIELDGRID_BASEMAP_URL", f"{tile_servers[0]}/{{z}}/{{x}}/{{y}}.png")
        patch.setenv("FIELDGRID_BASEMAP_CRS", "gcj02")
        patch.setenv("FIELDGRID_BASEMAP_ATTRIBUTION", "图商")
        with demo_site(admin, template, superuser_url) as programs:
            yield programs


def centre_of_dark(picture: bytes) -> tuple[float, float]:
    """The middle of what is dark in a picture, from its own middle, in pixels."""
    grey = Image.open(io.BytesIO(picture)).convert("L")
    width, height = grey.size
    dark = [(at % width, at // width) for at, value in enumerate(grey.tobytes()) if value < 110]
    assert dark, "nothing dark is drawn"
    return (
        sum(x for x, _ in dark) / len(dark) + 0.5 - width / 2,
        sum(y for _, y in dark) / len(dark) + 0.5 - height / 2,
    )


def test_a_basemap_in_gcj02_lies_where_it_belongs_and_nothing_else_is_let_in(browser, mapped, tile_servers):
    ours, stranger = tile_servers
    look = Look()
    context = browser.new_context(**look.context())
    page = context.new_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(re.match(r"[a-z]+:(//[^/]*)?", request.url)[0]))
    sign_in(page, mapped.base, "supervisor", look)
    # Nothing of ours over the picture.
    page.evaluate(
        "kept => localStorage.setItem('fieldgrid.map.map', kept)", json.dumps({"layers": [], "view": "points"})
    )
    half = 0.0001
    box = ",".join(f"{value:.6f}" for value in (PLACE[0] - half, PLACE[1] - half, PLACE[0] + half, PLACE[1] + half))
    answer = page.goto(f"{mapped.base}/console/map?bbox={box}")
    city = page.locator("section.map[data-idle=true]")
    expect(city).to_be_visible(timeout=30_000)
    expect(city.get_by_text("图商")).to_be_visible()
    expect(city.get_by_text(f"{PLACE[0]:.6f}, {PLACE[1]:.6f}")).to_be_visible()

    policy = dict(
        part.strip().split(" ", 1)
        for part in answer.headers["content-security-policy"].split(";")
        if " " in part.strip()
    )
    assert [name for name, allowed in policy.items() if ours in allowed.split()] == ["img-src", "connect-src"]
    assert re.findall(r"https?:[^\s;]+", answer.headers["content-security-policy"]) == [ours, ours]
    assert (
        page.evaluate("url => fetch(url).then(() => 'let in', () => 'kept out')", f"{stranger}/1/1/1.png") == "kept out"
    )
    assert {path.split("/")[1] for path in Tiles.asked} >= {str(NEAREST)}
    assert asked <= {mapped.base, ours, stranger, "blob:", "data:"}

    canvas = city.locator("canvas.maplibregl-canvas").bounding_box()
    side = 220
    clip = {
        "x": canvas["x"] + canvas["width"] / 2 - side / 2,
        "y": canvas["y"] + canvas["height"] / 2 - side / 2,
        "width": side,
        "height": side,
    }
    off = math.hypot(*centre_of_dark(page.screenshot(clip=clip)))
    metres = off * EARTH_M * math.cos(math.radians(PLACE[1])) / (2 * TILE * 2**NEAREST)
    context.close()
    assert metres < 2, f"the picture lies {metres:.1f} m beside the place"
