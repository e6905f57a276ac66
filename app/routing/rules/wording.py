"""The trace of a routing, in sentences that an official can check."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from app.routing.rules.choosing import Candidate, Spot, winner
from app.routing.rules.terms import Ground, Key, Rule, Target


class Owner(NamedTuple):
    """An organisation that leads or helps."""

    id: UUID
    code: str
    name: str

    def as_json(self) -> dict[str, str]:
        """The owner as the API shows it."""
        return {"id": str(self.id), "code": self.code, "name": self.name}


class Words(NamedTuple):
    """A sentence in English and in Chinese."""

    en: str
    zh: str


_GROUND_ZH = {
    Ground.CELL: "单元网格",
    Ground.DUTY_ZONE: "责任网格",
    Ground.COMMUNITY: "社区",
    Ground.STREET: "街道",
    Ground.DISTRICT: "区县",
    Ground.ANY: "全市",
}
_FIRST = {
    "part_owner": Words(
        "the part has an owner of its own, which comes before any rule", "部件有明确权属单位，优先于规则"
    ),
    "shopfront": Words("a shopfront contract binds this strip, which comes before any rule", "门前三包责任优先于规则"),
    "rule": Words("it is the most specific of the rules that hold", "在有效规则中最具体"),
    "territory": Words("no rule matches, so the street answers for its ground", "没有匹配的规则，由属地街道兜底"),
}
_LABEL = {
    "part_owner": Words("owner of the part", "部件权属单位"),
    "shopfront": Words("shopfront contract", "门前三包合同"),
    "territory": Words("territory", "属地"),
}


def trace(spot: Spot, found: Sequence[Candidate], owners: Mapping[UUID, Owner], on: date) -> list[dict[str, Any]]:
    """Everybody who could have answered, the most specific first: what matched, what won, and why.

    Shape: [{rule, matched, specificity, won, why, why_zh, source, for, valid_from, valid_to, version, lead}], JSON
           values only; `rule` is the rule's id, or part_owner, shopfront, territory.
    """
    first = winner(found)
    return [_entry(spot, one, first, owners, on) for one in found]


def _entry(
    spot: Spot, one: Candidate, first: Candidate | None, owners: Mapping[UUID, Owner], on: date
) -> dict[str, Any]:
    owner = None if one.lead_id is None else owners.get(one.lead_id)
    why = _why(spot, one, first, on)
    named = owner.name if owner else None
    entry = {
        "rule": one.source if one.rule is None else str(one.rule.id),
        "matched": one.matched,
        "specificity": one.specificity,
        "won": one is first,
        "why": f"{named}: {why.en}." if named else f"{why.en[0].upper()}{why.en[1:]}.",
        "why_zh": f"{named}：{why.zh}。" if named else f"{why.zh}。",
        "source": one.source,
        "lead": owner.as_json() if owner else None,
    }
    if one.rule is not None:
        named_by_rule = None if one.branch_of is None else owners.get(one.branch_of)
        return entry | _of_rule(one.rule) | {"branch_of": named_by_rule and named_by_rule.as_json()}
    label = _label(one)
    return entry if one.of is None else entry | {"for": label.en, "for_zh": label.zh}


def _of_rule(rule: Rule) -> dict[str, Any]:
    words = describe(rule.key)
    return {
        "for": words.en,
        "for_zh": words.zh,
        "valid_from": rule.valid_from and rule.valid_from.isoformat(),
        "valid_to": rule.valid_to and rule.valid_to.isoformat(),
        "version": rule.version,
        "auto": rule.auto,
    }


def _why(spot: Spot, one: Candidate, first: Candidate | None, on: date) -> Words:
    label = _label(one)
    if not one.matched:
        return _why_not(spot, one, on)
    if one is first:
        reason = _of_branches(one, _FIRST[one.source])
        return Words(f"{label.en}; {reason.en}", f"{label.zh}；{reason.zh}")
    return Words(f"{label.en}; {_beaten(one, first).en}", f"{label.zh}；{_beaten(one, first).zh}")


def _of_branches(one: Candidate, reason: Words) -> Words:
    """The reason, and what of the organisation tree came into it."""
    if one.branch_of is not None:
        return Words(
            f"{reason.en}, and this is the branch on whose ground the place lies",
            f"{reason.zh}，由所在区域的下属单位负责",
        )
    if one.twins:
        codes = ", ".join(one.twins)
        return Words(
            f"{reason.en}; its branches {codes} stand on the same ground, so that none of them is chosen",
            f"{reason.zh}；下属单位 {codes} 的区域相同，无法取舍，由本单位负责",
        )
    return reason


def _label(one: Candidate) -> Words:
    if one.rule is not None:
        return describe(one.rule.key)
    label = _LABEL[one.source]
    return label if one.of is None else Words(f"{label.en} {one.of}", f"{label.zh} {one.of}")


def _why_not(spot: Spot, one: Candidate, on: date) -> Words:
    if one.rule is None:
        street = spot.street
        if street is None:
            return Words("it is not known in which street the place lies", "不清楚该地点属于哪个街道")
        return Words(
            f"no organisation is registered for the street {street.name} ({street.code})",
            f"街道{street.name}（{street.code}）没有登记属地单位",
        )
    label = describe(one.rule.key)
    if on < one.rule.starts:
        return Words(
            f"{label.en}; it holds only from {one.rule.valid_from}", f"{label.zh}；{one.rule.valid_from} 起才生效"
        )
    return Words(
        f"{label.en}; it held until the day before {one.rule.valid_to}", f"{label.zh}；{one.rule.valid_to} 起已失效"
    )


def _beaten(one: Candidate, first: Candidate | None) -> Words:
    """Why somebody who matched did not win."""
    if first is None or first.rule is None or one.rule is None:
        label = _LABEL["territory"] if first is None else _label(first)
        return Words(f"comes after: {label.en}", f"排在其后：{label.zh}")
    mine, better = one.rule.key, first.rule.key
    if mine.target is not better.target:
        return Words(
            f"a rule for {_target(better).en} goes before one for {_target(mine).en}",
            f"{_target(better).zh}的规则先于{_target(mine).zh}的规则",
        )
    return Words(
        f"a rule for the {better.ground} goes before one for {_ground(mine).en}".replace("_", " "),
        f"{_GROUND_ZH[better.ground]}的规则先于{_GROUND_ZH[mine.ground]}的规则",
    )


def describe(key: Key) -> Words:
    """What a rule is for: "type 06010 of GB/T 47678.5-2026 (matter) in street 310101001"."""
    target, ground = _target(key), _ground(key)
    return Words(f"{target.en} in {ground.en}", f"{ground.zh}{target.zh}")


def _target(key: Key) -> Words:
    if key.target is Target.ANY:
        return Words("any type", "任何类别")
    kind = "部件" if key.kind == "part" else "事项"
    word = "小类" if key.target is Target.TYPE else "大类"
    return Words(f"{key.target} {key.code} of {key.scheme} ({key.kind})", f"{kind}{word} {key.code}（{key.scheme}）")


def _ground(key: Key) -> Words:
    if key.ground is Ground.ANY:
        return Words("the whole city", "全市")
    return Words(f"{key.ground} {key.place}".replace("_", " "), f"{_GROUND_ZH[key.ground]} {key.place} 的")
