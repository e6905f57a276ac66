"""Rules of sources: what may be in them, caps on handling, and that every process reads a change at once."""

from dataclasses import replace
from datetime import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.accounts.rules import Role
from app.sla import service
from app.sla.errors import BadSource
from app.sla.rules import (
    NEVER_VERIFIED,
    Calendar,
    Limit,
    Reply,
    Source,
    SourceRule,
    Stage,
    Unit,
    budget,
    capped,
    check_source,
)
from tests.factories.sla import city_calendar

WEEK = (((time(8), time(12)), (time(14), time(18))),) * 5 + ((), ())
CITY = Calendar("city", 1, "Asia/Shanghai", WEEK)
DAY = Limit(Decimal(1), Unit.WORKING_DAY)
VIDEO = SourceRule(Source.VIDEO, "视频", "Video", frozenset({Role.OPERATOR}))
CITIZEN = SourceRule(Source.CITIZEN, "市民", "Citizen", frozenset({Role.CITIZEN}), reply=Reply.MESSAGE)

limits = st.builds(
    Limit, st.decimals("0.0001", "9999", places=4, allow_nan=False, allow_infinity=False), st.sampled_from(Unit)
)


@given(limits, limits)
def test_a_cap_never_lengthens_and_never_changes_the_kind_of_time(limit, cap):
    found = capped(limit, cap, CITY)
    assert found in {limit, cap}
    assert found.unit.runs_always is limit.unit.runs_always
    if cap.unit.runs_always is limit.unit.runs_always:
        assert budget(found, CITY) == min(budget(limit, CITY), budget(cap, CITY))
    else:
        assert found == limit


@given(limits)
def test_without_a_cap_the_limit_stays(limit):
    assert capped(limit, None, CITY) == limit
    assert capped(limit, limit, CITY) == limit


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        (replace(VIDEO, name_zh=" "), "/name_zh"),
        (replace(VIDEO, name_en=""), "/name_en"),
        (replace(VIDEO, entered_by=frozenset({Role.SYSTEM})), "/entered_by"),
        (replace(VIDEO, entered_by=frozenset({Role.AUDITOR})), "/entered_by"),
        (replace(CITIZEN, entered_by=frozenset({Role.OPERATOR})), "/entered_by"),
        (replace(CITIZEN, active=False), "/active"),
        (replace(VIDEO, reply=Reply.CALL_BACK), "/reply_limit"),
        (replace(VIDEO, reply=Reply.MESSAGE, reply_limit=DAY), "/reply_limit"),
        (replace(VIDEO, reply=Reply.CALL_BACK, reply_limit=replace(DAY, amount=Decimal(0))), "/reply_limit"),
        (replace(VIDEO, limits={Stage.CHECK: replace(DAY, amount=Decimal(0))}), "/limits"),
        *((replace(VIDEO, source=source, needs_verification=True), "/needs_verification") for source in NEVER_VERIFIED),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_with_a_pointer(rule, pointer):
    with pytest.raises(BadSource) as refused:
        check_source(rule)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_a_rule_that_can_be_kept_is_taken():
    check_source(CITIZEN)
    check_source(
        replace(VIDEO, needs_verification=True, reply=Reply.CALL_BACK, reply_limit=DAY, entered_by=frozenset())
    )


def test_who_may_enter_follows_from_roles_and_from_whether_it_is_in_use():
    assert VIDEO.may_be_entered_by(["operator", "inspector"])
    assert not VIDEO.may_be_entered_by(["inspector"])
    assert not VIDEO.may_be_entered_by([])
    assert not replace(VIDEO, active=False).may_be_entered_by(["operator"])


def test_the_city_begins_with_every_source_and_sensible_rules(session):
    rules = service.source_rules(session)
    assert set(rules) == set(Source)
    for rule in rules.values():
        check_source(rule)
        assert rule.active
    assert [source for source, rule in rules.items() if rule.needs_verification] == [Source.MEDIA]
    assert [source for source, rule in rules.items() if rule.reply is Reply.CALL_BACK] == [Source.HOTLINE]
    assert rules[Source.CITIZEN].reply is rules[Source.OPEN311].reply is Reply.MESSAGE
    assert {source: dict(rule.limits) for source, rule in rules.items() if rule.limits} == {
        Source.SUPERIOR: {Stage.HANDLING: Limit(Decimal(2), Unit.WORKING_DAY)}
    }


def test_limits_of_a_source_go_before_the_citys(session):
    city_calendar(session)
    timing = service.timing(session)
    condition = Limit(Decimal(5), Unit.WORKING_DAY)
    assert timing.handling_limit(condition, Source.CITIZEN) == condition
    assert timing.handling_limit(condition, Source.SUPERIOR) == Limit(Decimal(2), Unit.WORKING_DAY)
    assert all(
        timing.limit(stage, source) == limit for stage, limit in timing.stage_limits.items() for source in Source
    )


def test_a_changed_rule_is_read_at_once_and_recorded_once(session, now):
    city_calendar(session)
    before = service.timing(session)
    rule = replace(before.sources[Source.VIDEO], needs_verification=True, limits={Stage.ACCEPT: DAY})
    for _ in range(2):
        service.set_source(session, rule, actor_id=None, now=now)
    after = service.timing(session)
    assert after.sources[Source.VIDEO] == rule
    assert after.limit(Stage.ACCEPT, Source.VIDEO) == DAY
    assert after.limit(Stage.ACCEPT, Source.MEDIA) == before.limit(Stage.ACCEPT, Source.MEDIA)
    written = session.execute(
        text("SELECT action, subject, detail FROM admin_changes WHERE subject LIKE 'source:%'")
    ).all()
    assert [(row.action, row.subject) for row in written] == [("source.change", "source:video")]
    assert written[0].detail["before"]["needs_verification"] is False
    assert written[0].detail["after"]["limits"] == {"accept": "1 working_day"}
    service.set_source(session, before.sources[Source.VIDEO], actor_id=None, now=now)
    assert service.timing(session).sources[Source.VIDEO] == before.sources[Source.VIDEO]
    with pytest.raises(BadSource):
        service.set_source(session, replace(rule, name_zh=""), actor_id=None, now=now)


@pytest.mark.parametrize(
    "change",
    [
        "source_rules SET needs_verification = true WHERE source = 'inspector'",
        "source_rules SET active = false WHERE source = 'citizen'",
        "source_rules SET entered_by = '{}' WHERE source = 'citizen'",
        "source_rules SET entered_by = '{auditor}' WHERE source = 'video'",
        "source_rules SET entered_by = '{NULL}' WHERE source = 'video'",
        "source_rules SET reply = 'call_back' WHERE source = 'video'",
        "source_rules SET reply = 'letter' WHERE source = 'video'",
        "source_rules SET reply_amount = 0 WHERE source = 'hotline'",
        "source_rules SET reply_unit = NULL WHERE source = 'hotline'",
        "source_rules SET reply_unit = 'week' WHERE source = 'hotline'",
        "source_rules SET name_zh = '' WHERE source = 'video'",
        "source_limits SET amount = 0",
        "source_limits SET unit = 'week'",
        "source_limits SET stage = 'lunch'",
    ],
)
def test_the_database_keeps_the_same_promises(session, change):
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(f"UPDATE {change}"))
