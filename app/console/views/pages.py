"""The console's pages as `./fieldgrid up` built them: one document for every address, and files that never change."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, redirect, request
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as WerkzeugResponse

from app.console.rules import basemap_origins
from app.core.auth import public
from app.core.config import ROOT, config

pages = Blueprint("console_pages", __name__)
BUILT = ROOT / "web" / "console" / "dist"

# Names of built files carry a hash of their content; the document that names them is asked for each time.
FOREVER = "public, max-age=31536000, immutable"
ASK = "no-cache"
UNBUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>FieldGrid</title>
<h1>控制台尚未构建</h1><p>请在服务器上运行 <code>./fieldgrid up</code>；接口照常工作。</p>
<p lang="en">The console is not built yet: run <code>./fieldgrid up</code> on the server. The API works.</p>"""


def policy(basemap: tuple[str, ...]) -> str:
    """What the console's pages may load: their own server's things, and the city's basemap where one is configured."""
    maps = "".join(f" {origin}" for origin in basemap)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        f"img-src 'self' data: blob:{maps}; connect-src 'self'{maps}; worker-src 'self' blob:; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'"
    )


@pages.get("/console")
@public
def begin() -> WerkzeugResponse:
    """The address people type."""
    return redirect("/console/", code=308)


@pages.get("/console/")
@pages.get("/console/<path:wanted>")
@public
def page(wanted: str = "index.html") -> Response:
    """A built file, or for every other address the document: what it shows, the page itself decides."""
    built = _built(wanted)
    if built is None and wanted.startswith("assets/"):
        # A page of before asks for a file of before; the document would be no script.
        return Response(status=404, content_type="text/plain; charset=utf-8")
    found = built or _built("index.html")
    if found is None:
        return Response(UNBUILT, 503, content_type="text/html; charset=utf-8", headers={"Retry-After": "60"})
    answer = _sent(found)
    answer.headers["Cache-Control"] = FOREVER if wanted.startswith("assets/") else ASK
    # Scripts too: one that runs as a worker, as the map's does, is held to the policy that came with it.
    answer.headers["Content-Security-Policy"] = policy(basemap_origins(config()))
    return answer


def _built(wanted: str) -> Path | None:
    joined = safe_join(str(BUILT), wanted)
    found = Path(joined) if joined else None
    return found if found and found.is_file() and not found.name.startswith(".") else None


def _sent(found: Path) -> Response:
    """The file, packed where a packed one lies beside it and the browser takes it."""
    packed = found.with_name(found.name + ".gz")
    taken = packed if packed.is_file() and request.accept_encodings.quality("gzip") > 0 else found
    answer = Response(taken.read_bytes(), content_type=KINDS.get(found.suffix, "application/octet-stream"))
    if taken is packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.set_etag(f"{taken.stat().st_mtime_ns:x}-{answer.content_length:x}")
    answer.make_conditional(request)
    return answer


KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
