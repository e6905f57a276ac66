"""What each table takes, what it refuses, and what is written down of it."""

from __future__ import annotations

from datetime import timedelta

from app.administration.service.registry import TABLES
from tests.administration.files import a_csv, changes, edited, noted, places, put, rows, said, take
from tests.factories.accounts import principal_of
from tests.factories.cases import COVER_CODES, RUBBISH_CODES

NOTHING = {"added": 0, "changed": 0, "ended": 0}

# Organisations.


def test_organisations_come_with_their_tree_change_and_close(session, city, now):
    admin, begun = city.people["admin"], len(changes(session))
    new = [
        {"code": "N2", "name": "队", "kind": "unit", "parent": "N1", "area_code": ""},
        {"code": "N1", "name": "局", "kind": "department", "parent": "", "area_code": ""},
    ]
    assert said(put(session, "organizations", new, now, actor_id=admin))["added"] == 2
    assert noted(session, begun) == [
        ("organization.create", "organization:N1"),
        ("organization.create", "organization:N2"),
    ]
    there = rows(session, "organizations", now)
    moved = [row for row in edited(there, 0) if row["code"] != "N2"]
    moved = [{**row, "name": "新局", "parent": "city"} if row["code"] == "N1" else row for row in moved]
    outcome = take(session, "organizations", a_csv(moved), now, mode="replace", dry_run=False, actor_id=admin)
    assert said(outcome) == {"added": 0, "changed": 1, "ended": 1}
    newest = changes(session)[begun + 2 :]
    assert [(one.action, one.subject) for one in newest] == [
        ("organization.change", "organization:N1"),
        ("organization.close", "organization:N2"),
    ]
    assert {one.actor_id for one in newest} == {admin}
    again = take(session, "organizations", a_csv(new[:1]), now)
    assert places(again) == [(2, "code")]


def test_faults_of_organisations(session, city, now):
    there = rows(session, "organizations", now)
    at = next(i for i, row in enumerate(there) if row["code"] == "U01")
    line = {"code": "A", "name": "甲", "kind": "unit", "parent": "", "area_code": ""}
    ring = [{**line, "parent": "B"}, {**line, "code": "B", "parent": "A"}]
    assert places(take(session, "organizations", a_csv(ring), now))[0][1] == "parent"
    assert places(take(session, "organizations", a_csv([{**line, "parent": "?", "area_code": "31-01"}]), now)) == [
        (2, "parent"),
        (2, "area_code"),
    ]
    assert places(take(session, "organizations", a_csv([{**line, "kind": "club"}]), now)) == [(2, "kind")]
    assert places(take(session, "organizations", a_csv(edited(there, at, kind="department")), now)) == [
        (at + 2, "kind")
    ]
    assert places(take(session, "organizations", a_csv(edited(there, at, parent="U01")), now)) == [(at + 2, "parent")]
    needed = [row for row in there if row["code"] != "U01"]
    (fault,) = take(session, "organizations", a_csv(needed), now, mode="replace").faults
    assert (fault.row, "U01" in fault.detail) == (None, True)


# People and grants.


def test_people_come_without_a_password_move_leave_and_return(session, city, now):
    admin, begun = city.people["admin"], len(changes(session))
    new = [{"username": "New1", "name": "新人", "organization": "U01", "disabled": ""}]
    put(session, "people", new, now, actor_id=admin)
    (made,) = changes(session)[begun:]
    assert (made.action, made.actor_id) == ("user.create", admin)
    there = rows(session, "people", now)
    at = next(i for i, row in enumerate(there) if row["username"] == "new1")
    moved = edited(there, at, name="改名", organization="U02", disabled="true")
    put(session, "people", moved, now, actor_id=admin)
    assert [one.action for one in changes(session)[begun + 1 :]] == ["user.change", "user.disable"]
    assert "改名" not in str([one.detail for one in changes(session)])
    put(session, "people", edited(moved, at, disabled="false"), now)
    gone = [row for row in there if row["username"] not in {"new1", "handler2"}]
    outcome = take(session, "people", a_csv(gone), now, mode="replace", dry_run=False)
    assert said(outcome)["ended"] == 2
    after = {row["username"]: row["disabled"] for row in rows(session, "people", now)}
    assert (after["new1"], after["handler2"], after["handler1"]) == ("true", "true", "false")
    assert take(session, "people", a_csv(gone), now, mode="replace").changes.ended == []


def test_the_last_administrator_stays(session, city, now):
    people, grants = rows(session, "people", now), rows(session, "grants", now)
    without = [row for row in people if row["username"] != "admin"]
    (fault,) = take(session, "people", a_csv(without), now, mode="replace").faults
    assert "admin" in fault.detail
    at = next(i for i, row in enumerate(people) if row["username"] == "admin")
    assert places(take(session, "people", a_csv(edited(people, at, disabled="true")), now)) == [(at + 2, None)]
    no_grant = [row for row in grants if row["role"] != "admin"]
    (fault,) = take(session, "grants", a_csv(no_grant), now, mode="replace").faults
    assert "admin" in fault.detail
    handed_over = [*no_grant, {"username": "operator", "role": "admin", "organization": "city", "area_code": "3101"}]
    outcome = take(session, "grants", a_csv(handed_over, grants[0]), now, mode="replace", dry_run=False)
    assert said(outcome) == {"added": 1, "changed": 0, "ended": 1}
    assert principal_of(session, city.people["operator"], now=now).may("users.admin")


def test_grants_begin_now_unless_they_say_when_and_are_named_once(session, city, now):
    line = {"username": "operator", "role": "auditor", "organization": "city", "area_code": "", "valid_to": ""}
    put(session, "grants", [line], now)
    assert take(session, "grants", a_csv([line]), now + timedelta(days=1)).changes.nothing
    until = {**line, "valid_to": "2026-12-31 00:00"}
    assert said(put(session, "grants", [until], now)) == {**NOTHING, "changed": 1}
    later = {**line, "valid_from": "2027-01-01 00:00", "valid_to": ""}
    assert said(put(session, "grants", [later], now)) == {**NOTHING, "added": 1}
    clash = {**line, "valid_from": "2026-12-01 00:00"}
    assert places(take(session, "grants", a_csv([clash]), now)) == [(2, "valid_from")]
    past = {**line, "role": "operator", "valid_from": "2025-01-01", "valid_to": "2025-02-01"}
    assert places(take(session, "grants", a_csv([past]), now)) == [(2, "valid_to")]
    wrong = {**line, "username": "nobody", "organization": "?", "area_code": "31-01", "valid_from": ""}
    assert places(take(session, "grants", a_csv([wrong]), now)) == [
        (2, "username"),
        (2, "organization"),
        (2, "area_code"),
    ]


def test_faults_of_people(session, city, now):
    line = {"username": "", "name": "", "organization": "?", "disabled": "maybe"}
    assert places(take(session, "people", a_csv([line]), now)) == [(2, "username"), (2, "name"), (2, "disabled")]
    twice = [
        {"username": "A", "name": "甲", "organization": "U01"},
        {"username": "a", "name": "乙", "organization": "U01"},
    ]
    assert places(take(session, "people", a_csv(twice), now)) == [(3, "username")]


# Duty zones.


def test_people_of_duty_zones(session, city, now):
    admin, begun = city.people["admin"], len(changes(session))
    there = rows(session, "duty_zone_people", now)
    wanted = [*there[1:], {"zone": "Z3", "username": "inspector1"}]
    outcome = take(session, "duty_zone_people", a_csv(wanted), now, mode="replace", dry_run=False, actor_id=admin)
    assert said(outcome) == {"added": 1, "changed": 0, "ended": 1}
    assert noted(session, begun) == [("duty_zone.people", "duty_zone:Z1"), ("duty_zone.people", "duty_zone:Z3")]
    wrong = [{"zone": "Z9", "username": "nobody"}]
    assert places(take(session, "duty_zone_people", a_csv(wrong), now)) == [(2, "zone"), (2, "username")]


# Types, conditions, rules.


def test_a_new_type_gets_its_conditions_afterwards(session, city, now):
    begun = len(changes(session))
    new = {**RUBBISH_CODES, "code": "06099", "class_code": "06", "class_name": "环境", "name": "新类"}
    put(session, "types", [new], now)
    line = {**RUBBISH_CODES, "code": "06099", "row": "1", "text": "发现", "limit": "2", "unit": "working_day"}
    put(session, "conditions", [{**line, "close_text": "清除"}], now)
    assert noted(session, begun) == [
        ("type.create", f"type:{new['scheme']}|matter|06099"),
        ("condition.add", f"type:{new['scheme']}|matter|06099"),
    ]
    there = rows(session, "conditions", now)
    at = next(i for i, row in enumerate(there) if row["code"] == "06099")
    put(session, "conditions", edited(there, at, limit="3"), now)
    assert changes(session)[-1].action == "condition.change"
    (fault,) = take(session, "types", a_csv([new]), now, mode="replace").faults[:1]
    assert "cannot end" in fault.detail


def test_faults_of_types_and_conditions(session, city, now):
    line = {**RUBBISH_CODES, "code": "06098", "class_code": "a b", "class_name": "环境", "name": "新"}
    assert places(take(session, "types", a_csv([line]), now)) == [(2, "class_code")]
    assert places(take(session, "types", a_csv([{**line, "class_code": "é"}]), now)) == [(2, "class_code")]
    there = rows(session, "conditions", now)
    unknown = {**there[0], "code": "99999"}
    assert places(take(session, "conditions", a_csv([unknown]), now)) == [(2, "code")]
    at = next(i for i, row in enumerate(there) if row["code"] == COVER_CODES["code"])
    assert places(take(session, "conditions", a_csv(edited(there, at, limit="0")), now)) == [(at + 2, "limit")]
    left = [row for row in there if row["code"] != COVER_CODES["code"]]
    (fault,) = take(session, "conditions", a_csv(left), now, mode="replace").faults
    assert "keep one" in fault.detail


def test_rules_are_added_changed_retired_and_never_tie(session, city, now):
    admin, begun = city.people["admin"], len(changes(session))
    there = rows(session, "routing_rules", now)
    blank = dict.fromkeys(there[0], "")
    new = {**blank, "scheme": COVER_CODES["scheme"], "kind": "part", "type": COVER_CODES["code"], "lead": "U03"}
    wanted = [*edited(there, 0, auto="false" if there[0]["auto"] == "true" else "true"), new][: len(there) + 1]
    del wanted[1]
    outcome = take(session, "routing_rules", a_csv(wanted), now, mode="replace", dry_run=False, actor_id=admin)
    assert said(outcome) == {"added": 1, "changed": 1, "ended": 1}
    assert (
        sorted(action for action, _ in noted(session, begun))
        == ["routing_rule.create"] * 2 + ["routing_rule.retire"] * 2
    )
    tie = {**new, "valid_from": "2026-01-01"}
    (fault,) = take(session, "routing_rules", a_csv([tie]), now).faults
    assert (fault.row, fault.column, "a rule of U03 that is in force" in fault.detail) == (2, "lead", True)
    city_wide = {**new, "area": "3101", "lead": "U02"}
    assert said(take(session, "routing_rules", a_csv([city_wide]), now)) == {**NOTHING, "changed": 1}


def test_faults_of_rules(session, city, now):
    blank = dict.fromkeys(TABLES["routing_rules"].sheet.names, "")
    wrong = [
        {**blank, "area": "99", "lead": "U01"},
        {**blank, "area": "310101", "duty_zone": "Z1", "lead": "?"},
        {**blank, "type": "1", "lead": "U01", "helpers": "U01"},
        {**blank, "lead": "U01", "valid_from": "2026-02-01", "valid_to": "2026-01-01"},
    ]
    assert places(take(session, "routing_rules", a_csv(wrong), now)) == [
        (2, "area"),
        (3, "duty_zone"),
        (3, "lead"),
        (4, "type"),
        (4, "helpers"),
        (5, "valid_to"),
    ]


def test_owners_of_parts(session, city, now):
    admin, begun = city.people["admin"], len(changes(session))
    owners = [
        {"part": "3101-01-*", "owner": "U01", "valid_from": "", "valid_to": ""},
        {"part": "3101-01-7", "owner": "U02", "valid_from": "2026-01-01", "valid_to": "2027-01-01"},
    ]
    put(session, "part_owners", owners, now, actor_id=admin)
    assert rows(session, "part_owners", now) == owners
    assert take(session, "part_owners", a_csv(owners), now, mode="replace").changes.nothing
    less = edited(owners, 0, owner="U03")[:1]
    outcome = take(session, "part_owners", a_csv(less), now, mode="replace", dry_run=False, actor_id=admin)
    assert said(outcome) == {"added": 0, "changed": 1, "ended": 1}
    assert [action for action, _ in noted(session, begun) if not action.endswith(".import")] == [
        "part_owner.create",
        "part_owner.create",
        "part_owner.change",
        "part_owner.end",
    ]
    again = [{**less[0], "valid_from": "2026-02-01"}, {**less[0], "part": "9", "owner": "?"}]
    assert places(take(session, "part_owners", a_csv(again[1:]), now)) == [(2, "owner")]
    (fault,) = take(session, "part_owners", a_csv(again[:1]), now).faults
    assert (fault.row, fault.column, "the owner U03 of 3101-01-* that is there is for the same" in fault.detail) == (
        2,
        "part",
        True,
    )


# Working time, reminders, sources.


def test_calendars_corrections_and_limits(session, city, now):
    begun = len(changes(session))
    (line,) = rows(session, "calendars", now)
    put(
        session,
        "calendars",
        [{**line, "saturday": "9:00-12:00"}, {**line, "code": "night", "monday": "20:00-24:00"}],
        now,
    )
    fix = {"calendar": "city", "day": "2026-03-11", "working": "false", "hours": "", "note": "台风"}
    put(session, "calendar_corrections", [fix], now)
    limits = rows(session, "stage_limits", now)
    put(session, "stage_limits", edited(limits, 0, limit="1"), now)
    gone = take(
        session,
        "calendar_corrections",
        a_csv([fix], list(fix)).splitlines()[0] + b"\r\n",
        now,
        mode="replace",
        dry_run=False,
    )
    assert said(gone)["ended"] == 1
    assert [action for action, _ in noted(session, begun)] == [
        "calendar.change",
        "calendar.change",
        "calendar.correct",
        "stage_limit.change",
        "calendar.drop_correction",
    ]


def test_faults_of_working_time(session, city, now):
    (line,) = rows(session, "calendars", now)
    wrong = [{**line, "monday": "12:00-08:00"}, {**line, "code": "moon", "tz": "Moon/Base"}]
    assert places(take(session, "calendars", a_csv(wrong), now)) == [(2, "monday"), (3, None)]
    fix = {"calendar": "moon", "day": "2026-03-11", "working": "true", "hours": "", "note": "x"}
    off = {**fix, "calendar": "city", "working": "false", "hours": "08:00-12:00"}
    assert [row for row, _ in places(take(session, "calendar_corrections", a_csv([fix, off]), now))] == [2, 3]
    limits = rows(session, "stage_limits", now)
    assert [row for row, _ in places(take(session, "stage_limits", a_csv(edited(limits, 0, limit="0")), now))] == [2]
    assert places(take(session, "stage_limits", a_csv(edited(limits, 0, stage="handling")), now)) == [(2, "stage")]


def test_the_ladder_as_a_table(session, city, now):
    there = rows(session, "reminder_ladder", now)
    begun = len(changes(session))
    new = {**there[0], "rung": "9", "delay": "2.5", "supervised_delay": "1", "base": "red"}
    put(session, "reminder_ladder", [new], now)
    outcome = take(session, "reminder_ladder", a_csv(there), now, mode="replace", dry_run=False)
    assert said(outcome) == {**NOTHING, "ended": 1}
    assert [action for action, _ in noted(session, begun)] == ["reminder_ladder.change"] * 2
    wrong = [{**new, "delay": "1.333", "rung": "0"}, {**new, "delay": "1", "supervised_delay": "2"}]
    assert places(take(session, "reminder_ladder", a_csv(wrong), now)) == [
        (2, "rung"),
        (2, "delay"),
        (3, "supervised_delay"),
    ]
    (fault, *_) = take(session, "reminder_ladder", a_csv(there[:1]), now, mode="replace").faults
    assert "nobody would be reminded" in fault.detail


def test_rules_and_limits_of_sources(session, city, now):
    begun = len(changes(session))
    there = rows(session, "source_rules", now)
    put(session, "source_rules", edited(there, 0, name_zh="市民随手拍"), now)
    limit = {"source": "video", "stage": "accept", "limit": "0.5", "unit": "urgent_hour"}
    put(session, "source_limits", [limit], now)
    head = (",".join(limit) + "\n").encode()
    assert said(take(session, "source_limits", head, now, mode="replace", dry_run=False))["ended"] >= 1
    assert {action for action, _ in noted(session, begun)} == {"source.change"}
    at = next(i for i, row in enumerate(there) if row["source"] == "citizen")
    assert places(take(session, "source_rules", a_csv(edited(there, at, active="false")), now)) == [(at + 2, "active")]
    half = edited(there, 0, reply_limit="2", reply_unit="")
    assert places(take(session, "source_rules", a_csv(half), now)) == [(2, "reply_unit")]
    assert [row for row, _ in places(take(session, "source_limits", a_csv([{**limit, "limit": "0"}]), now))] == [2]


# Duty and papers.


def test_what_is_asked_of_people_on_duty(session, city, now):
    admin, begun = city.people["admin"], len(changes(session))
    (line,) = rows(session, "duty_terms", now)
    wanted = {**line, "answer_within_s": "300", "tracks_kept_days": "30"}
    assert said(put(session, "duty_terms", [wanted], now, actor_id=admin)) == {**NOTHING, "changed": 1}
    assert rows(session, "duty_terms", now) == [wanted]
    (one,) = changes(session)[begun:]
    assert (one.action, one.subject, one.actor_id) == ("duty_terms.change", "duty_terms:city", admin)
    assert one.detail == {
        "before": {"answer_within_s": 600, "tracks_kept_days": 90},
        "after": {"answer_within_s": 300, "tracks_kept_days": 30},
    }
    wrong = {**line, "answer_within_s": "59", "position_fresh_s": "86401", "tracks_kept_days": "0"}
    assert places(take(session, "duty_terms", a_csv([wrong]), now)) == [
        (2, "answer_within_s"),
        (2, "position_fresh_s"),
        (2, "tracks_kept_days"),
    ]
    assert places(take(session, "duty_terms", a_csv([{**line, "scope": "north"}]), now)) == [(2, "scope")]
    assert places(take(session, "duty_terms", a_csv([line, line]), now)) == [(3, "scope")]
    (fault,) = take(session, "duty_terms", (",".join(line) + "\n").encode(), now, mode="replace").faults
    assert "cannot end" in fault.detail


def test_kinds_of_papers(session, city, now):
    admin, begun = city.people["admin"], len(changes(session))
    there = rows(session, "document_kinds", now)
    assert [row["code"] for row in there] == ["rectification", "supervision"]
    wanted = edited(there, 1, number_format="督〔{year}〕第{serial}号", issuing_roles="supervisor, dispatcher")
    assert said(put(session, "document_kinds", wanted, now, actor_id=admin)) == {**NOTHING, "changed": 1}
    after = rows(session, "document_kinds", now)
    assert after == edited(wanted, 1, issuing_roles="dispatcher supervisor")
    (one,) = changes(session)[begun:]
    assert (one.action, one.subject, one.actor_id) == ("document_kind.change", "document_kind:supervision", admin)
    assert set(one.detail) == {"number_format", "issuing_roles"}
    for column, cell in (("number_format", "{serial}"), ("issuing_roles", "citizen"), ("basis", ""), ("code", "fine")):
        assert places(take(session, "document_kinds", a_csv(edited(there, 1, **{column: cell})), now)) == [(3, column)]
    (fault,) = take(session, "document_kinds", a_csv(there[:1]), now, mode="replace").faults
    assert "cannot end" in fault.detail
