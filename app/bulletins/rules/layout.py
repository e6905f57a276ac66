"""The page of an official document: A4 as GB/T 9704 has it, and how wide texts are on it.

Units: millimetres and points. Source: GB/T 9704-2012, 5.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37.0, 35.0, 28.0, 26.0
PAGE_MM = (210.0, 297.0)
TEXT_MM = PAGE_MM[0] - LEFT_MM - RIGHT_MM
"""156 mm for 28 signs of 16 points; 225 mm for 22 lines."""
POINTS_PER_MM = 72 / 25.4
BODY_PT, TITLE_PT, NUMBER_PT = 16.0, 22.0, 14.0
LINE_PT = 28.95
LETTERHEAD_PT = 46.0
"""The largest size of the issuer's name at the head: 22 mm high at most."""
BREAK = "｜"
"""Where a title that is too long for a line may be broken, so that no word is torn."""
SMALL_TABLE, SMALL_LINES = 12, 24
"""A table of so many rows, and in them so many lines, is not broken between pages."""
CELL_PT, CELL_PADDING_PT = 9.5, 6.0
FIRST_ROWS = 4
"""So many rows of a longer one, its head among them, stand on the page on which it begins."""
NARROW_EM, WIDE_EM = 0.56, 1.0


def em_width(text: str) -> float:
    """About how wide a text is, in its own size.

    Example:
        >>> em_width("环卫"), round(em_width("ab"), 2)
        (2.0, 1.12)
    """
    return sum(WIDE_EM if ord(sign) > 0x2E80 else NARROW_EM for sign in text)


def lines_of(title: str) -> list[str]:
    """A title in lines: one where it has room, else broken where its words say so.

    Example:
        >>> lines_of("关于样市｜情况的通报"), len(lines_of("关于二〇二六年十月份数字化城市管理｜运行情况的通报"))
        (['关于样市情况的通报'], 2)
    """
    whole = title.replace(BREAK, "")
    room = TEXT_MM * POINTS_PER_MM / TITLE_PT
    return [whole] if em_width(whole) <= room else [line for line in title.split(BREAK) if line]


def is_small(rows: Sequence[Sequence[str]], widths: Sequence[float]) -> bool:
    """Whether a table has room below its title, so that it need not be broken; `widths` are its columns' shares.

    Example:
        >>> is_small([["1", "环卫"]] * 12, [1, 3]), is_small([["1", "环卫" * 60]] * 12, [1, 3])
        (True, False)
    """
    room = TEXT_MM * POINTS_PER_MM / sum(widths)
    signs = [max((width * room - CELL_PADDING_PT) / CELL_PT, 1.0) for width in widths]
    lines = sum(
        max(ceil(em_width(text) / fit) or 1 for text, fit in zip(row, signs, strict=True)) for row in rows[:SMALL_TABLE]
    )
    return len(rows) <= SMALL_TABLE and lines <= SMALL_LINES


def letterhead_pt(text: str) -> float:
    """The size in which the issuer's name fills the line at the head, in whole points.

    Example:
        >>> letterhead_pt("样市城市管理委员会办公室文件"), letterhead_pt("样市文件")
        (31.0, 46.0)
    """
    return min(LETTERHEAD_PT, TEXT_MM * POINTS_PER_MM // max(em_width(text), 1.0))
