"""What a bulletin says: figures of a freeze and a city's texts become paragraphs, tables and pictures.

Source: GB/T 9704 for the order of the parts; the monthly bulletins of cities for what they tell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.bulletins.rules.blocks import Annex, Block, Document, Paragraph, Role
from app.bulletins.rules.facts import Facts, PeerGroup
from app.bulletins.rules.layout import BREAK, lines_of
from app.bulletins.rules.phrases import Phrases
from app.bulletins.rules.pictures import pictures
from app.bulletins.rules.sentences import best_and_worst, figure_words, group_words, head_words
from app.bulletins.rules.tables import compositions, indicators, overdue, ranking
from app.bulletins.rules.template import Template
from app.notices.rules.templates import filled

Groups = Sequence[tuple[str, PeerGroup]]
COMPARISON = re.compile(r"\s?[（(]\{\w+_change\}[）)]|[，,]\s?\{\w+_change\}")
"""A comparison beside a figure, in brackets or after a comma."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of a bulletin beside its figures.

    Shape: `serial` None leaves room for the number, which the office's own register gives.
    """

    language: str
    serial: int | None
    today: date


def document_of(facts: Facts, template: Template, say: Phrases, order: Order) -> Document:
    """A bulletin's contents."""
    head = head_words(facts, say)
    groups = _named_groups(facts, template, say)
    annexes = _annexes(facts, groups, say)
    title, issuer = _title(filled(template.title, head), facts, say), filled(template.issuer, head)
    day = say.day(facts.published_on or order.today)
    serial = say.words["blank_serial"] if order.serial is None else str(order.serial)
    attachment, words = say.words["attachment"], say.words
    return Document(
        language=order.language,
        watermark=words["draft"] if facts.is_draft else None,
        letterhead="" if facts.is_draft else filled(template.letterhead, head),
        number="" if facts.is_draft else filled(template.number, head | {"serial": serial}),
        title=title.replace(BREAK, ""),
        title_lines=lines_of(title),
        addressees=filled(template.addressees, head),
        blocks=_text(facts, template, say, groups),
        attachments_label=words["attachments"],
        attachments=[attachment.format(n=place, title=annex.title) for place, annex in enumerate(annexes, 1)],
        issuer=issuer,
        day=day,
        annexes=annexes,
        copies=filled(template.copies, head),
        printed=() if facts.is_draft else (issuer, words["printed_on"].format(day=day)),
        origin=words["origin_draft" if facts.is_draft else "origin"].format(**head, sha256=facts.sha256),
    )


def _title(title: str, facts: Facts, say: Phrases) -> str:
    return str(say.words["draft_title"].format(title=title)) if facts.is_draft else title


def _named_groups(facts: Facts, template: Template, say: Phrases) -> Groups:
    """The peer groups that the texts want, in that order, each with its name."""
    kinds = Counter(group.subject for group in facts.groups)
    return [
        (say.group(group, alone=kinds[subject] == 1), group)
        for subject in template.subjects
        for group in facts.groups
        if group.subject is subject and group.rows
    ]


def _text(facts: Facts, template: Template, say: Phrases, groups: Groups) -> list[Block]:
    head = head_words(facts, say)
    figures = head | figure_words(facts, groups, say)
    demands = [filled(text, figures) for text in template.demands["paragraphs"]]
    problems = list(_problems(facts, template, figures, groups)) or [template.problems["none"]]
    blocks: list[Block] = [Paragraph(filled(template.basis, head)), _heading(template.scores, head)]
    for place, (name, group) in enumerate(groups):
        blocks += _scores(_numeral(place, say), group, template.scores, head | group_words(name, group, say), say)
    blocks.append(_heading(template.overall, head))
    blocks += _overall(facts, template.overall["paragraphs"], figures, say)
    blocks.append(_heading(template.problems, head))
    blocks += _numbered([filled(text, figures) for text in problems], say)
    blocks.append(_heading(template.demands, head))
    return [*blocks, *_numbered(demands, say)]


def _overall(facts: Facts, texts: Sequence[str], figures: Mapping[str, str], say: Phrases) -> Iterator[Block]:
    """Cases of the whole city; where nothing can be compared that is said once, not of each figure."""
    comparable = facts.previous.figures is not None or facts.year_before.figures is not None
    for text in texts:
        yield Paragraph(filled(text if comparable else COMPARISON.sub("", text), figures))
    if not comparable:
        yield Paragraph(say.words["uncompared"])


def _heading(section: Mapping[str, str], head: Mapping[str, str]) -> Paragraph:
    return Paragraph(filled(section["heading"], head), Role.HEADING)


def _numeral(place: int, say: Phrases) -> str:
    numerals = say.words["numerals"]
    return str(numerals[place]) if place < len(numerals) else str(place + 1)


def _numbered(texts: Sequence[str], say: Phrases) -> list[Block]:
    """一是…二是…; a single one, and more than there are words for, without."""
    firsts = say.words["firsts"] if 1 < len(texts) <= len(say.words["firsts"]) else [""] * len(texts)
    return [Paragraph(first + text) for first, text in zip(firsts, texts, strict=False)]


def _scores(
    numeral: str, group: PeerGroup, texts: Mapping[str, str], words: dict[str, str], say: Phrases
) -> Iterator[Block]:
    """A peer group: best and worst, grades, ties, who has no rank. What there is nothing to say of is left out."""
    yield Paragraph(say.words["subheading"].format(n=numeral, title=words["group"]), Role.SUBHEADING)
    told = _case_of(group)
    wanted = [(texts[told], "")]
    if words["grades"]:
        wanted.append((texts["grades"], ""))
    if words["ties"] and told != "equal":
        wanted.append((texts["ties"], ""))
    for key, reason in (("small", "sample"), ("no_data", "no_data")):
        rows = [row for row in group.rows if row.unranked == reason]
        wanted += [(texts[key], say.names(rows))] if rows else []
    yield Paragraph(say.words["between"].join(filled(text, words | {"names": names}) for text, names in wanted))


def _case_of(group: PeerGroup) -> str:
    """Which sentence tells of a peer group."""
    best, worst = best_and_worst(group)
    if not best:
        return "nobody"
    if len(group.ranked) == 1:
        return "single"
    return "equal" if best[0].score == worst[0].score else "ranked"


def _problems(facts: Facts, template: Template, figures: Mapping[str, str], groups: Groups) -> Iterator[str]:
    """The problems that the figures show: who came last, what is overdue, what was done twice."""
    if any(_case_of(group) == "ranked" for _, group in groups):
        yield template.problems["worst"]
    if facts.units:
        yield template.problems["overdue"]
    if figures["reworked"] != "0":
        yield template.problems["rework"]


def _annexes(facts: Facts, groups: Groups, say: Phrases) -> list[Annex]:
    titles = say.words["titles"]
    found: list[tuple[str, list[Block]]] = []
    for subject in dict.fromkeys(group.subject for _, group in groups):
        mine = [(name, group) for name, group in groups if group.subject is subject]
        title = titles["ranking"].format(group=say.words["groups"][subject.value])
        found.append((title, _rankings(mine, say)))
    found.append((titles["cases"], [*indicators(facts, say), *overdue(facts, say), *compositions(facts, say)]))
    if drawn := pictures(facts, list(groups), say):
        found.append((titles["pictures"], drawn))
    label = say.words["annex"]
    return [Annex(label.format(n=place), title, blocks) for place, (title, blocks) in enumerate(found, 1)]


def _rankings(groups: Groups, say: Phrases) -> list[Block]:
    blocks: list[Block] = [ranking(group, name if len(groups) > 1 else "", say) for name, group in groups]
    minimum = max(group.rows[0].minimum_sample for _, group in groups)
    note = say.words["notes"]["ranking"].format(minimum=minimum)
    return [*blocks, Paragraph(note, Role.NOTE)]
