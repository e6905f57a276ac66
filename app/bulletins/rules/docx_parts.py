"""What the pieces of a bulletin for word processors are made of: fonts, runs, page numbers, watermarks.

Imported only in the process that writes them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from app.bulletins.rules.layout import BODY_PT, NUMBER_PT

TITLE, BODY, HEADING, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LATIN = "Times New Roman"
STANDS_FOR = {
    TITLE: ("小标宋体,华文中宋,Noto Serif CJK SC", "roman"),
    BODY: ("仿宋,FangSong,Noto Serif CJK SC", "roman"),
    HEADING: ("SimHei,Noto Sans CJK SC", "swiss"),
    KAI: ("楷体,KaiTi,Noto Serif CJK SC", "roman"),
    SONG: ("SimSun,Noto Serif CJK SC", "roman"),
}
DPI = 200
VML = "urn:schemas-microsoft-com:vml"
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""


def cleaned(text: str) -> str:
    return FORBIDDEN.sub("", text)


def set_font(thing: Any, chinese: str, size: float) -> None:
    """A run or style in a Chinese font, with the Latin one beside it."""
    thing.font.name, thing.font.size = LATIN, Pt(size)
    fonts = thing.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    fonts.set(qn("w:eastAsia"), chinese)


def run_of(text: str, chinese: str, size: float) -> Any:
    """A run as XML: tables of hundreds of rows are written ten times as fast."""
    run = parse_xml(
        f'<w:r {nsdecls("w")}><w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{chinese}"/>'
        f'<w:sz w:val="{round(2 * size)}"/><w:szCs w:val="{round(2 * size)}"/></w:rPr><w:t xml:space="preserve"/></w:r>'
    )
    run.find(qn("w:t")).text = text
    return run


def indent_line(paragraph: Any, signs: int) -> None:
    """The first line is indented by so many signs, whatever their size."""
    ind = paragraph._p.get_or_add_pPr().get_or_add_ind()  # noqa: SLF001
    ind.set(qn("w:firstLineChars"), str(100 * signs))
    ind.set(qn("w:firstLine"), str(round(20 * signs * BODY_PT * 0.987)))


def own(file: Any) -> None:
    """Without what the library's own file says of itself: its picture, its remark."""
    file.core_properties.comments = ""
    of_package = file.part.package.rels
    for key in [key for key, one in of_package.items() if one.reltype.endswith("/thumbnail")]:
        of_package.pop(key)


def name_language(file: Any, language: str) -> None:
    """Say which language the text is: fonts that stand for others, line ends and spelling go by it."""
    latin = language if language.startswith("en") else "en-US"
    for place in (*file.styles.element.iter(qn("w:lang")), *file.settings.element.iter(qn("w:themeFontLang"))):
        place.set(qn("w:val"), latin)
        place.set(qn("w:eastAsia"), "zh-CN")


def name_fonts(file: Any) -> None:
    """Say in the file which fonts may stand for those that a machine does not have."""
    told = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/></w:font>'
        for name, (others, family) in STANDS_FOR.items()
    )
    for part in file.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            text = part.blob.decode().replace("</w:fonts>", f"{told}</w:fonts>")
            part._blob = text.encode()  # noqa: SLF001 -- the library only carries this part along


def number_page(paragraph: Any, side: str) -> None:
    """— 1 —, outside, one sign from the edge of the text."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if side == "right" else WD_ALIGN_PARAGRAPH.LEFT
    indent = Pt(NUMBER_PT)
    if side == "right":
        paragraph.paragraph_format.right_indent = indent
    else:
        paragraph.paragraph_format.left_indent = indent
    for part in ("— ", None, " —"):
        if part is None:
            field = parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "/>')
            field.append(run_of("1", SONG, NUMBER_PT))
            paragraph._p.append(field)  # noqa: SLF001
        else:
            paragraph._p.append(run_of(part, SONG, NUMBER_PT))  # noqa: SLF001


def watermark_of(text: str) -> Any:
    """A word across the page, behind the text, as word processors draw them."""
    wide = 120 * len(text) if len(text) < 8 else 28 * len(text)
    run = parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="{VML}" xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
        '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
        '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        '<v:shape type="#_x0000_t136" stroked="f" fillcolor="#dcdcdc" '
        f'style="position:absolute;width:{wide}pt;height:86pt;rotation:322;z-index:-251658752;'
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        'mso-position-vertical:center;mso-position-vertical-relative:margin">'
        '<v:fill opacity="0.5"/><v:textpath style="font-family:&quot;SimHei&quot;"/></v:shape></w:pict></w:r>'
    )
    run.find(f".//{{{VML}}}shape/{{{VML}}}textpath").set("string", text)
    return run


def pages_of(pictures: bytes) -> Iterator[bytes]:
    """The pages of a PDF as PNG, one after the other."""
    if not pictures:
        return
    with pypdfium2.PdfDocument(pictures) as pdf:
        for page in pdf:
            out = io.BytesIO()
            page.render(scale=DPI / 72).to_pil().convert("P", palette=1, colors=128).save(out, "PNG", optimize=True)
            yield out.getvalue()
