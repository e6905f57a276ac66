"""The page at the server's root: what is here, for somebody who just started it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template_string

from app.core.auth import public
from app.core.health import PAGE

landing = Blueprint("landing", __name__)

BODY = """<h1>FieldGrid 网格化城市管理</h1>
<p lang="zh">服务已启动。随手拍上报成为案卷，案卷有责任单位、有时限，时限成为考评。</p>
<p>The server is running. Photos become cases; cases have owners and clocks; clocks become figures.</p>
<ul>
<li><a href="/docs/">接口文档 API reference</a> — <a href="/docs/openapi.json">openapi.json</a></li>
<li><a href="/readyz">运行状态 Is everything ready?</a> · <a href="/metrics">指标 Metrics</a></li>
<li><a href="/api/v1/grid/locate?lon=121.4737&amp;lat=31.2304">这里是哪个网格？ Which cell is this point in?</a></li>
</ul>
<p lang="zh">在终端运行 <code>./fieldgrid demo</code>，看一张照片从上报到结案的全过程。</p>
<p>Run <code>./fieldgrid demo</code> in a terminal to watch one photo travel from report to closed case.</p>"""

# What the description's own front page shows: the reference itself, without a choice to make first.
REFERENCE = '<!doctype html><meta http-equiv="refresh" content="0; url=swagger"><a href="swagger">API reference</a>'


@landing.get("/")
@public
def index() -> Response:
    """What is here."""
    page = render_template_string(PAGE, title="FieldGrid 网格化城市管理", body=BODY)
    return Response(page, content_type="text/html; charset=utf-8")
