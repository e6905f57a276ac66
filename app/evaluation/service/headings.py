"""What stands above a file of figures, and in which words."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.core.languages import Language
from app.evaluation.rules.tables import Heading
from app.evaluation.service.naming import area_names, unit_ref
from app.evaluation.service.wording import Wording
from app.sla import service as sla


def wording(session: Session, language: Language) -> Wording:
    """The words of a language; sources are called what this city calls them."""
    rules = sla.source_rules(session).values()
    names = {str(rule.source): rule.name_en if language == "en" else rule.name_zh for rule in rules}
    return Wording(language, names)


def heading(
    session: Session, title: str, answer: dict[str, Any], area: str | None, words: Wording, *, unit: str | None = None
) -> Heading:
    """What stands above a table: of which time, as of when, of which ground, in which units."""
    facts = []
    if "from" in answer:
        facts.append((words.say("facts", "span"), words.span(answer["from"], answer["to"])))
    if "period" in answer:
        facts.append((words.say("facts", "span"), answer["period"]))
    facts.append((words.say("facts", "as_of"), words.minute(answer["as_of"])))
    named = area_names(session, [area]).get(area, area) if area is not None else words.say("facts", "whole")
    facts.append((words.say("facts", "area"), named))
    if (of_unit := unit_ref(session, unit)) is not None:
        facts.append((words.say("facts", "unit"), of_unit["name"]))
    if "total" in answer:
        shown = len(answer["items"])
        said = "all" if shown == answer["total"] else "shown"
        facts.append((words.say("facts", "total"), words.say("facts", said, total=answer["total"], shown=shown)))
    facts.append((words.say("facts", "units"), words.say("facts", "units_text")))
    return Heading(words.say("titles", title), tuple(facts))
