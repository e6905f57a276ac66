"""A bulletin for word processors. Imported only in the process that writes it.

Fonts are named as GB/T 9704 wants them (小标宋, 仿宋, 黑体, 楷体), with what stands for them where they are missing:
they belong to whoever prints, and are not ours to ship.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from app.bulletins.rules.blocks import Align, Annex, Block, Document, Paragraph, Picture, Role, Table
from app.bulletins.rules.docx_parts import (
    BODY,
    HEADING,
    KAI,
    TITLE,
    cleaned,
    indent_line,
    name_fonts,
    name_language,
    number_page,
    own,
    pages_of,
    run_of,
    set_font,
    watermark_of,
)
from app.bulletins.rules.layout import (
    BODY_PT,
    BOTTOM_MM,
    FIRST_ROWS,
    LEFT_MM,
    LINE_PT,
    NUMBER_PT,
    PAGE_MM,
    RIGHT_MM,
    TEXT_MM,
    TITLE_PT,
    TOP_MM,
    is_small,
    letterhead_pt,
)

RED = RGBColor(0xD7, 0x00, 0x0F)
FOOTER_MM = 24.0
"""The number of the page stands 7 mm below the text."""
CLOSER = "-5"
"""Twentieths of a point by which signs of 16 points stand closer."""
GRID = "579"
"""Twentieths of a point from line to line: 22 of them on 225 mm."""
TABLE_PT, NOTE_PT, CAPTION_PT = 9.0, 9.5, 11.0
PROPERTY = 255
"""So long is a property of a file at most."""
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def docx_of(document: Document, pictures: bytes) -> bytes:
    """A bulletin as DOCX; `pictures` is a PDF with one on each page."""
    return _Writer(document, pictures).written()


class _Writer:
    def __init__(self, document: Document, pictures: bytes) -> None:
        self._said = document
        self._english = document.language == "en"
        self._file = docx.Document()
        self._pictures = pages_of(pictures)

    def written(self) -> bytes:
        said, file = self._said, self._file
        file.core_properties.title = cleaned(said.title)[:PROPERTY]
        file.core_properties.author = cleaned(said.issuer)[:PROPERTY]
        file.core_properties.language = said.language
        file.core_properties.created = file.core_properties.modified = EPOCH
        own(file)
        self._styles()
        self._page(file.sections[0])
        if said.letterhead:
            self._letterhead()
        self._title(said.title_lines, TITLE_PT)
        self._paragraph(said.addressees, indent=0)
        for block in said.blocks:
            self._block(block)
        # Attachments and signature never stand on a page of their own: the last paragraph goes with them.
        file.paragraphs[-1].paragraph_format.keep_with_next = True
        self._attachments()
        self._signed()
        for annex in said.annexes:
            self._annex(annex)
        self._text(said.origin, size=NOTE_PT, line=15, before=12)
        if said.printed:
            self._imprint()
        out = io.BytesIO()
        file.save(out)
        return out.getvalue()

    def _styles(self) -> None:
        normal = self._file.styles["Normal"]
        set_font(normal, BODY, 12.0 if self._english else BODY_PT)
        if not self._english:
            # 28 signs on a line of 156 mm. A grid of signs would say the same, but not every word processor follows it.
            closer = parse_xml(f'<w:spacing {nsdecls("w")} w:val="{CLOSER}"/>')
            normal.element.get_or_add_rPr().insert_element_before(closer, "w:sz")
        normal.paragraph_format.space_after = Pt(0)
        normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        normal.paragraph_format.line_spacing = Pt(20 if self._english else LINE_PT)
        for name, chinese in (("Heading 1", HEADING), ("Heading 2", KAI)):
            style = self._file.styles[name]
            set_font(style, chinese, 13.0 if self._english else BODY_PT)
            style.font.color.rgb = RGBColor(0, 0, 0)
            style.font.bold = self._english or chinese == KAI
            style.font.italic = False
            style.paragraph_format.space_before = Pt(8 if self._english else 0)
            style.paragraph_format.keep_with_next = True
        name_language(self._file, self._said.language)
        name_fonts(self._file)

    def _page(self, section: Any) -> None:
        section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
        section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
        section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
        section.header_distance, section.footer_distance = Mm(15), Mm(FOOTER_MM)
        for grid in section._sectPr.findall(qn("w:docGrid")):  # noqa: SLF001 -- the library has no word for it
            section._sectPr.remove(grid)  # noqa: SLF001
        if not self._english:
            section._sectPr.append(  # noqa: SLF001
                parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{GRID}"/>')
            )
        self._file.settings.odd_and_even_pages_header_footer = True
        for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
            number_page(footer.paragraphs[0], side)
        if self._said.watermark:
            for header in (section.header, section.even_page_header):
                header.paragraphs[0]._p.append(watermark_of(self._said.watermark))  # noqa: SLF001

    def _letterhead(self) -> None:
        size = letterhead_pt(self._said.letterhead)
        head = self._text(self._said.letterhead, font=TITLE, size=size, line=size * 1.25, before=62, centre=True)
        head.runs[0].font.color.rgb = RED
        number = self._text(self._said.number, before=LINE_PT, centre=True)
        number.paragraph_format.space_after = Pt(9)
        rule = self._text("", size=8, line=20)
        rule.paragraph_format.space_after = Pt(20)
        border = f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="14" w:space="1" w:color="D7000F"/></w:pBdr>'
        rule._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001
            parse_xml(border), "w:snapToGrid", "w:spacing", "w:jc"
        )

    def _title(self, lines: Sequence[str], size: float) -> None:
        title = self._text("\n".join(lines), font=TITLE, size=size, line=size * 1.55, centre=True)
        title.paragraph_format.space_after = Pt(LINE_PT)
        title.paragraph_format.keep_with_next = True

    def _block(self, block: Block) -> None:
        if isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Picture):
            self._picture(block)
        elif block.role == Role.NOTE:
            self._text(block.text, size=NOTE_PT, line=15, before=4).paragraph_format.space_after = Pt(10)
        else:
            self._written(block)

    def _written(self, block: Paragraph) -> None:
        styles = {Role.HEADING: "Heading 1", Role.SUBHEADING: "Heading 2"}
        self._paragraph(block.text, indent=2, style=styles.get(Role(block.role)))

    def _paragraph(self, text: str, *, indent: int, style: str | None = None) -> Any:
        paragraph = self._file.add_paragraph(cleaned(text), style=style)
        if self._english:
            paragraph.paragraph_format.space_after = Pt(6)
        elif indent:
            indent_line(paragraph, indent)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        return paragraph

    def _text(  # noqa: PLR0913 -- how one line of an official document differs from the others
        self,
        text: str,
        *,
        font: str = BODY,
        size: float | None = None,
        line: float | None = None,
        before: float = 0,
        centre: bool = False,
        bold: bool = False,
    ) -> Any:
        paragraph = self._file.add_paragraph()
        run = paragraph.add_run(cleaned(text))
        set_font(run, font, size or (12.0 if self._english else BODY_PT))
        run.font.bold = bold
        paragraph.paragraph_format.space_before = Pt(before)
        if line is not None:
            paragraph.paragraph_format.line_spacing = Pt(line)
            off = parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>')
            paragraph._p.get_or_add_pPr().insert_element_before(off, "w:spacing", "w:jc")  # noqa: SLF001
        if centre:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        return paragraph

    def _attachments(self) -> None:
        for place, one in enumerate(self._said.attachments):
            label = self._said.attachments_label if place == 0 else ""
            paragraph = self._paragraph(f"{label}{one}", indent=0)
            signs = 2 if place == 0 else 2 + len(self._said.attachments_label)
            paragraph.paragraph_format.left_indent = Pt(signs * BODY_PT * (0.4 if self._english else 0.987))
            paragraph.paragraph_format.space_before = Pt(LINE_PT if place == 0 else 0)
            paragraph.paragraph_format.keep_with_next = True

    def _signed(self) -> None:
        for text, before, signs in ((self._said.issuer, 2 * LINE_PT, 2), (self._said.day, 0, 4)):
            paragraph = self._text(text, before=before)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.right_indent = Pt(signs * BODY_PT)
            paragraph.paragraph_format.keep_with_next = before > 0

    def _annex(self, annex: Annex) -> None:
        label = self._text(annex.label, font=HEADING)
        label.paragraph_format.page_break_before = True
        label.paragraph_format.keep_with_next = True
        self._title([annex.title], 20.0)
        for block in annex.blocks:
            self._block(block)

    def _caption(self, text: str) -> None:
        caption = self._text(text, font=HEADING, size=CAPTION_PT, line=18, centre=True, bold=True, before=6)
        caption.paragraph_format.keep_with_next = True

    def _table(self, block: Table) -> None:
        if block.caption:
            self._caption(block.caption)
        table = self._file.add_table(rows=1 + len(block.rows), cols=len(block.heads), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        margins = "".join(f'<w:{side} w:w="50" w:type="dxa"/>' for side in ("left", "right"))
        table._tbl.tblPr.insert_element_before(  # noqa: SLF001
            parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"), "w:tblLook"
        )
        whole = sum(block.widths)
        widths = [Mm(TEXT_MM * width / whole) for width in block.widths]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        centred, small = [Align.CENTRE] * len(block.heads), is_small(block.rows, block.widths)
        for place, texts in enumerate((block.heads, *block.rows)):
            row = table.rows[place]
            row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))  # noqa: SLF001
            self._row(row._tr.tc_lst, texts, block.aligned if place else centred, head=not place)  # noqa: SLF001
            if place < len(block.rows) and (small or place < FIRST_ROWS):
                for cell in row._tr.tc_lst:  # noqa: SLF001
                    cell.p_lst[0].get_or_add_pPr().insert(0, parse_xml(f"<w:keepNext {nsdecls('w')}/>"))
        repeated = parse_xml(f"<w:tblHeader {nsdecls('w')}/>")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001
        self._text("", size=6, line=8)

    def _row(self, cells: Sequence[Any], texts: Sequence[str], aligned: Sequence[Align], *, head: bool) -> None:
        size = TABLE_PT - 1 if self._english else TABLE_PT
        for cell, text, align in zip(cells, texts, aligned, strict=True):
            paragraph = cell.p_lst[0]
            cell.get_or_add_tcPr().append(parse_xml(f'<w:vAlign {nsdecls("w")} w:val="center"/>'))
            small = size - 1 if head and self._english else size
            paragraph.append(run_of(cleaned(text), HEADING if head else BODY, small))
            spacing = f'<w:spacing {nsdecls("w")} w:before="30" w:after="30" w:line="260" w:lineRule="exact"/>'
            properties = paragraph.get_or_add_pPr()
            properties.append(parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>'))
            properties.append(parse_xml(spacing))
            properties.append(parse_xml(f'<w:jc {nsdecls("w")} w:val="{align}"/>'))

    def _picture(self, block: Picture) -> None:
        self._caption(block.caption)
        paragraph = self._file.add_paragraph()
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        paragraph.paragraph_format.space_after = Pt(14)
        shape = paragraph.add_run().add_picture(io.BytesIO(next(self._pictures)), width=Mm(block.width_mm))
        shape._inline.docPr.set("descr", cleaned(block.text))  # noqa: SLF001

    def _imprint(self) -> None:
        """版记: who gets copies, who printed it when, between two lines."""
        table = self._file.add_table(rows=2, cols=2)
        table.autofit = False
        wide = table.cell(0, 0).merge(table.cell(0, 1))
        size = 10.5 if self._english else NUMBER_PT
        for cell, text, side in (
            (wide, self._said.copies, WD_ALIGN_PARAGRAPH.LEFT),
            (table.cell(1, 0), self._said.printed[0], WD_ALIGN_PARAGRAPH.LEFT),
            (table.cell(1, 1), self._said.printed[1], WD_ALIGN_PARAGRAPH.RIGHT),
        ):
            paragraph = cell.paragraphs[0]
            set_font(paragraph.add_run(cleaned(text)), BODY, size)
            paragraph.paragraph_format.line_spacing = Pt(size * 1.6)
            paragraph.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.keep_together = True
            paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(size)
            paragraph.alignment = side
        if not self._english:
            # What does not find room on the line stands below the names, not below 抄送.
            wide.paragraphs[0].paragraph_format.left_indent = Pt(4 * size)
            wide.paragraphs[0].paragraph_format.first_line_indent = Pt(-3 * size)
        lines = (("top", 8), ("bottom", 8), ("insideH", 6))
        drawn = "".join(f'<w:{name} w:val="single" w:sz="{width}" w:color="000000"/>' for name, width in lines)
        borders = parse_xml(f"<w:tblBorders {nsdecls('w')}>{drawn}</w:tblBorders>")
        table._tbl.tblPr.insert_element_before(borders, "w:tblLayout", "w:tblLook")  # noqa: SLF001
