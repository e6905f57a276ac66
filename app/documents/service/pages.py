"""Papers as HTML: the templates of one folder, filled in. What people wrote is escaped, texts come from messages."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.documents.service.words import Words

TEMPLATES = Path(__file__).parent / "templates"
PICTURE = re.compile(r'src="(photo:(display|public)/([0-9a-f-]{36}))"')
ADDRESS = "<!--address-->"
"""Where the case's address stands on a paper that is kept: it may have to be erased, what was issued may not change."""
END = "</main>"


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, words: Words, **values: Any) -> str:
    """A page; `w` says a message, `of` the word for a code."""
    return _templates().get_template(template).render(w=words.say, of=words.of, words=words, **values)


def fill_address(html: str, address: str | None, words: Words) -> str:
    """A kept paper with the address in its place, as long as it is kept."""
    return html.replace(ADDRESS, words.say("gone_address") if address is None else escape(address))


def add_marks(html: str, marks: str) -> str:
    """A kept paper with what the register says about it at its end."""
    return html.replace(END, marks + END)


def pictures_in(html: str) -> dict[str, tuple[str, str]]:
    """The pictures that a page names: name → (variant, photo id)."""
    return {name: (variant, photo_id) for name, variant, photo_id in PICTURE.findall(html)}


def with_pictures(html: str, pictures: Mapping[str, bytes]) -> str:
    """The page for a browser: its pictures inside; one that is not there shows its description."""

    def inlined(match: re.Match[str]) -> str:
        data = pictures.get(match[1])
        return 'src=""' if data is None else f'src="data:image/jpeg;base64,{base64.b64encode(data).decode()}"'

    filler: Callable[[re.Match[str]], str] = inlined
    return PICTURE.sub(filler, html)
