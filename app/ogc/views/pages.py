"""The documents as plain pages, for people who follow the links in a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template_string

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 2rem auto;
  max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #8884; padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; }
nav a { margin-right: 1rem; }
</style></head><body>
<h1>{{ title }}</h1>
{% if text %}<p>{{ text }}</p>{% endif %}
{% if rows %}<table><thead><tr>{% for name in columns %}<th>{{ name }}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr>{% for cell in row %}<td>{% if cell.href %}<a href="{{ cell.href }}">{{ cell.text }}</a>
{% else %}{{ cell.text }}{% endif %}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>{% endif %}
<nav aria-label="Links"><ul>{% for link in links %}<li><a href="{{ link.href }}" rel="{{ link.rel }}">{{
link.title or link.rel }}</a> <small>{{ link.rel }} · {{ link.type }}</small></li>{% endfor %}</ul></nav>
</body></html>
"""


def cell(value: Any, href: str | None = None) -> dict[str, Any]:
    """A cell of a table: what it says, and where it leads."""
    return {"text": "" if value is None else value, "href": href}


def page(
    title: str,
    links: Sequence[Mapping[str, Any]],
    *,
    text: str = "",
    columns: Sequence[str] = (),
    rows: Sequence[Sequence[Mapping[str, Any]]] = (),
) -> str:
    """A page with a table and links."""
    return render_template_string(_PAGE, title=title, text=text, columns=columns, rows=rows, links=links)
