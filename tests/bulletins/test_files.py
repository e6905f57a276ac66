"""The two writers say what the contents say, every sentence and every cell."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from html import unescape

import docx
import pytest

from app.bulletins.rules import BulletinFormat
from app.bulletins.rules.blocks import Paragraph, Table
from app.bulletins.rules.docx import docx_of
from app.bulletins.service import file_of
from app.bulletins.service.printing import page_of
from tests.bulletins.cities import a_city, document, many_units
from tests.bulletins.reading import faults_of_docx, squeezed, tables_of, text_of_docx

pytestmark = pytest.mark.slow


def everything(made):
    """Whatever has to be found in a file."""
    told = [made.title, made.addressees, made.issuer, made.day, made.origin, *made.attachments]
    blocks = [*made.blocks]
    for annex in made.annexes:
        told += [annex.label, annex.title]
        blocks += annex.blocks
    told += [block.text for block in blocks if isinstance(block, Paragraph)]
    for table in (block for block in blocks if isinstance(block, Table)):
        told += [*table.heads, *(cell for row in table.rows for cell in row)]
    return [squeezed(one) for one in told if one]


def test_a_docx_has_every_word_and_number_of_sixty_units():
    made = document(many_units(60))
    data = file_of(made, BulletinFormat.DOCX)
    text = text_of_docx(data)
    assert [one for one in everything(made) if one not in text] == []
    tables = [block for annex in made.annexes for block in annex.blocks if isinstance(block, Table)]
    assert tables_of(data)[:-1] == [[list(one.heads), *map(list, one.rows)] for one in tables]
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        pictures = [name for name in file.namelist() if name.startswith("word/media/")]
    assert len(pictures) == len([one for annex in made.annexes for one in annex.blocks if one.kind == "picture"])
    assert faults_of_docx(data) == []


@pytest.mark.parametrize(
    ("facts", "language"),
    [(many_units(60), "zh-CN"), (replace(a_city(), sha256=None, published_on=None, city="<b>&"), "en")],
)
def test_a_page_has_every_word_and_number(facts, language):
    made = document(facts, language)
    page = page_of(made)
    text = squeezed(unescape(re.sub(r"<[^>]*>", "", page)))
    assert [one for one in everything(made) if one not in text] == []
    assert ('class="watermark"' in page, 'class="rule"' in page) == (
        (True, False) if language == "en" else (False, True)
    )
    assert "<b>" not in page


def test_a_docx_is_laid_out_as_official_documents_are():
    made = replace(document(replace(a_city(), sha256=None, published_on=None)), annexes=())
    data = docx_of(made, b"")
    file = docx.Document(io.BytesIO(data))
    page = file.sections[0]
    sizes = (
        page.page_width,
        page.page_height,
        page.top_margin,
        page.bottom_margin,
        page.left_margin,
        page.right_margin,
    )
    assert [round(one.mm) for one in sizes] == [210, 297, 37, 35, 28, 26]
    assert "PAGE" in page.footer._element.xml
    assert "PAGE" in page.even_page_footer._element.xml
    assert all('string="征求意见稿"' in one._element.xml for one in (page.header, page.even_page_header))
    with zipfile.ZipFile(io.BytesIO(data)) as inside:
        fonts = inside.read("word/fontTable.xml").decode()
        styles = inside.read("word/styles.xml").decode()
    assert all(name in fonts for name in ("方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"))
    assert 'w:eastAsia="仿宋_GB2312"' in styles
    assert re.search(r'<w:lang [^>]*w:eastAsia="zh-CN"', styles)
    *_, last, issuer, _day, _origin = file.paragraphs
    assert all(one.paragraph_format.keep_with_next for one in (last, issuer))
    assert (file.core_properties.comments, file.core_properties.language) == ("", "zh-CN")
    assert docx_of(made, b"") == data or len(docx_of(made, b"")) == len(data)


def test_what_no_document_holds_is_left_out_of_names():
    made = replace(document(a_city()), issuer="市\x0b政所", annexes=())
    assert "市政所" in text_of_docx(docx_of(made, b""))
