"""The page for whoever administers a city, with every column of every table.

`python -m app.administration.rules.page > docs/administration.md`
"""

from __future__ import annotations

from app.administration.rules.practice import DOCUMENT_KINDS, DUTY_TERMS
from app.administration.rules.registers import DUTY_ZONE_PEOPLE, GRANTS, ORGANIZATIONS, PEOPLE
from app.administration.rules.sheets import Column, Sheet
from app.administration.rules.standards import (
    CALENDAR_CORRECTIONS,
    CALENDARS,
    CONDITIONS,
    PART_OWNERS,
    REMINDER_LADDER,
    ROUTING_RULES,
    SOURCE_LIMITS,
    SOURCE_RULES,
    STAGE_LIMITS,
    TYPES,
)

SHEETS: tuple[Sheet, ...] = (
    ORGANIZATIONS,
    PEOPLE,
    GRANTS,
    DUTY_ZONE_PEOPLE,
    TYPES,
    CONDITIONS,
    ROUTING_RULES,
    PART_OWNERS,
    CALENDARS,
    CALENDAR_CORRECTIONS,
    STAGE_LIMITS,
    REMINDER_LADDER,
    SOURCE_RULES,
    SOURCE_LIMITS,
    DUTY_TERMS,
    DOCUMENT_KINDS,
)
"""In the order in which a new city fills them."""

_INTRODUCTION = """# Administering a city · 城市管理员手册

What a city decides stands in tables. Each can be had as a file, changed in a spreadsheet and handed in again; a new
city fills them in the order below. (Drawn from the code by `python -m app.administration.rules.page`.)

城市自行决定的内容都在下列表格中：导出、在电子表格中修改、再导入。新城市按下列顺序填写。

```
./fieldgrid tables list
./fieldgrid tables export people people.xlsx                    # or people.csv
./fieldgrid tables import people people.xlsx                    # only says what would change 只预览
./fieldgrid tables import people people.xlsx --apply            # does it 执行
./fieldgrid tables import people people.xlsx --apply --replace  # and ends what the file lacks 文件中没有的行终止
```

Over HTTP: `GET /api/v1/administration/tables`, `GET …/tables/people.csv` and `.xlsx`, `POST …/tables/people`
(multipart: `file`, `dry_run`, which is true unless you say `false`, and `mode` = `merge` or `replace`).

- **Nothing half.** A file is applied whole or not at all; every fault is named with its row (the head row is 1) and
  column. 整个文件要么全部生效，要么全不生效；错误逐条指出行和列。
- **Nothing is deleted.** With `replace`, rows that the file lacks end: see each table. 任何内容都不会删除，只会终止。
- **Based on what you saw.** Send the ETag of the export as `If-Match`: the file is refused if somebody changed the
  table since. 导入时带上导出的 ETag，可避免覆盖他人的更改。
- **Passwords are in no file.** New people have none: `POST /api/v1/users/{id}/one-time-link` makes a link by which they
  choose one, `./fieldgrid user reset-password` sets one. 密码不在任何文件中；新人通过一次性链接自行设定。
- **You cannot lock yourselves out.** The last administrator's grant cannot end, nor can they be disabled.
  最后一名管理员不能被移除。
- **Every change is on record**: `GET /api/v1/administration/changes?subject=organization:U01`. 每一次更改都有记录。
- **Columns** may come in any order and may be left out: what a left-out column says stays as it is. Codes keep their
  leading zeros if their cells are text, as in the exported workbook. 列的顺序不限，缺少的列保持原值。
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([_INTRODUCTION, *(_section(sheet) for sheet in SHEETS)])


def _section(sheet: Sheet) -> str:
    ending = f"Left out by `replace`: {sheet.ending_en}. {sheet.ending_zh}。"
    endless = "Rows cannot end: leaving one out of a replacement is a fault. 本表的行不能终止。"
    lines = [
        f"## {sheet.name} · {sheet.label}",
        "",
        f"{_sentence(sheet.help_en)} {sheet.help_zh}。",
        "",
        ending if sheet.ends else endless,
        "",
        "| column | 列 | values | | what it holds | 说明 |",
        "|---|---|---|---|---|---|",
        *(_line(column) for column in sheet.columns),
        "",
    ]
    return "\n".join(lines)


def _line(column: Column) -> str:
    marks = [
        *(["key"] if column.key else []),
        *(["required"] if column.required else []),
        *(["stays"] if column.fixed else []),
    ]
    values = ", ".join(f"`{choice}`" for choice in column.choices) or column.kind.value
    names = f"| `{column.name}` | {column.label} |"
    return f"{names} {values} | {', '.join(marks)} | {column.help_en} | {column.help_zh} |"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 -- a program that prints a page
