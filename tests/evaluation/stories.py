"""Small lives of cases, for the figures that are worked out by hand; `test_by_hand` has the figures.

Instants are hours after noon of Tuesday, March 10. People work in the hours 2 to 6, and on Wednesday 20 to 24 and 26
to 30; rubbish has 4 of them, so that all that is dispatched around noon is due in hour 6. To file, dispatch and close
there is 0.25, to verify and check 0.5 of an hour.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from app.reports import service as reports
from tests.evaluation.conftest import Played, at
from tests.factories.cases import RUBBISH_CODES, a_new_photo, act
from tests.factories.reports import a_report

FIRST, SECOND = "310101001001", "310101001002"
FAR, FARTHER = "310102001001", "310102001002"
Step = tuple[Any, ...]


def filed(accepted: float = 0.1, leader: float = 0.2) -> tuple[Step, ...]:
    return (accepted, "accept", "operator"), (leader, "file", "leader")


def given(hour: float = 0.3, **inputs: Any) -> tuple[Step, ...]:
    """Filed, and with its owner: in the first district by the dispatcher, in the second it goes to U02 by itself."""
    return *filed(), (hour, "dispatch", "dispatcher", inputs)


def done(hour: float, who: str = "unit1") -> Step:
    return (hour, "finish", who, {"photos": 1, "text": "已清理"})


def checked(hour: float, verdict: str = "passed", who: str = "inspector1") -> Step:
    return (hour, "check", who, {"photos": 1, "verdict": verdict, "reason": "仍有残留"})


def closed(hour: float) -> Step:
    return (hour, "close", "leader")


def held(asked: float, unit: str = "unit1") -> tuple[Step, ...]:
    until = {"until": date(2026, 3, 20)}
    return (asked, "request_hold", unit, until), (asked + 0.1, "decide_hold", "dispatcher", {"granted": True})


def rated(hour: float, score: int) -> Step:
    return (hour, "rate", "citizen", {"score": score})


def verified(hour: float, verdict: str) -> Step:
    return (hour, "verify", "inspector3", {"photos": 1, "verdict": verdict, "reason": "现场无此情况"})


ASKED: Step = (0.1, "request_verify", "operator", {"inspector_id": "inspector3"})

# Label: (cell, who reports it when, what happens then).
STORIES: dict[str, tuple[str, str, float, tuple[Step, ...]]] = {
    # --- the first community: U01 -------------------------------------------------------------------------------------
    # In time: 3 of the 4 hours.
    "A": (FIRST + "001", "citizen", 0, (*given(), done(5), checked(5.2), closed(5.3), rated(6.5, 5))),
    # Late by an hour of the wall, 4 hours of work; checked after more than half an hour.
    "B": (FIRST + "002", "citizen", 0, (*given(), done(7), checked(7.6), closed(7.7), rated(8, 3))),
    # Dispatched late, and nobody ever does it.
    "C": (FIRST + "003", "citizen", 0, given(1)),
    # Done in time, but the check fails after the limit, itself late; done again, and closed late.
    "D": (
        FIRST + "004",
        "citizen",
        0,
        (*given(), done(5), checked(7, "failed"), done(8), checked(8.2), closed(8.6)),
    ),
    # --- the second community: U01 ------------------------------------------------------------------------------------
    # An hour used, on hold over midnight, then 2 more hours: due on Wednesday in hour 24, done in hour 23.
    "E": (
        SECOND + "001",
        "citizen",
        0,
        (*given(), *held(2.9), (21, "resume", "dispatcher"), done(23), checked(23.2, who="outsider"), closed(23.3)),
    ),
    # Extended by 4 hours: due on Wednesday in hour 24, done in hour 21 after 5 hours, never checked.
    "F": (
        SECOND + "002",
        "citizen",
        0,
        (
            *given(),
            (4, "request_extension", "unit1", {"limit": 4, "unit": "working_hour"}),
            (4.1, "decide_extension", "leader", {"granted": True}),
            done(21),
        ),
    ),
    # Sent back in hour 3 as not theirs, dispatched to U02 on Wednesday in hour 20, done after 2 hours, never checked.
    "G": (
        SECOND + "003",
        "citizen",
        0,
        (*given(), (3, "return", "unit1"), (20, "dispatch", "dispatcher", {"lead_id": "U02"}), done(22, "unit2")),
    ),
    # In time and closed, opened again on Wednesday in hour 20: due in hour 24, not done.
    "H": (
        SECOND + "004",
        "citizen",
        0,
        (*given(), done(5), checked(5.2, who="outsider"), closed(5.3), (20, "reopen", "supervisor")),
    ),
    # --- the second district: U02, by itself --------------------------------------------------------------------------
    # Closed by force while U02 had it.
    "I": (FAR + "001", "citizen", 0, (*filed(), (3, "force_close", "admin"))),
    # Late by an hour; rated, and appealed with success in hour 9.
    "J": (
        FAR + "002",
        "citizen",
        0,
        (
            *filed(),
            done(7, "unit2"),
            checked(7.2, who="inspector3"),
            closed(7.3),
            (8, "appeal", "unit2"),
            rated(8.2, 4),
            (9, "decide_appeal", "leader", {"granted": True}),
        ),
    ),
    # Filed late, and void an hour later.
    "K": (FAR + "003", "citizen", 0, (*filed(0.1, 0.9), (1.9, "void", "leader"))),
    # Filed on the very instant; on hold from hour 3 on.
    "L": (FAR + "004", "citizen", 0, (*filed(0.1, 0.35), *held(2.9, "unit2"))),
    # --- its second community: what is verified -----------------------------------------------------------------------
    "V1": (FARTHER + "001", "citizen", 0, (ASKED, verified(0.4, "real"))),
    "V2": (FARTHER + "002", "citizen", 0, (ASKED, verified(0.9, "real"))),
    "V3": (FARTHER + "003", "citizen", 0, (ASKED,)),
    # On the very instant, and there was nothing.
    "V4": (FARTHER + "004", "citizen", 0, (ASKED, verified(0.6, "not_real"))),
    # --- what the inspector reports in the first community ------------------------------------------------------------
    # Filed by being accepted; never dispatched.
    "P": (FIRST + "004", "inspector1", 1, ((1.1, "accept", "operator"),)),
    "S": (FIRST + "003", "inspector1", 1, ((1.1, "reject", "operator"),)),
    # Put right on the spot.
    "T": (FIRST + "002", "inspector1", 1, ((1.1, "self_handle", "inspector1", {"photos": 1}), closed(1.2))),
    # --- what comes again ---------------------------------------------------------------------------------------------
    # The same as B, reported by a neighbour and merged into it.
    "R": (FIRST + "002", "neighbour", 1, ((1.2, "merge", "operator", {"into": "B"}),)),
    # The like of A, where A was closed the day before.
    "Q": (FIRST + "001", "neighbour", 20, filed(20.1, 20.2)),
}


class Lives(Played):
    """The stories, told."""

    def tell(self) -> dict[str, str]:
        """Everything in the order in which it happens; the numbers of the cases by label."""
        self.reports: dict[str, UUID] = {}
        numbers: dict[str, str] = {}
        told = [
            (hour, label, step)
            for label, (_, who, reported, steps) in STORIES.items()
            for hour, *step in ((reported, "report", who), *steps)
        ]
        for hour, label, (action, who, *inputs) in sorted(told, key=lambda one: one[0]):
            cell = STORIES[label][0]
            if action == "report":
                numbers[label] = self._reported(label, cell, who, hour)
            elif action == "rate":
                self._rated(self.reports[label], who, hour, dict(*inputs))
            else:
                found = self._inputs(numbers, cell, action, dict(*inputs))
                act(self.session, self.city, numbers[label], action, who, at(hour), **found)
        return numbers

    def _reported(self, label: str, cell: str, who: str, hour: float) -> str:
        more: dict[str, Any] = {}
        if label == "T":
            photo = a_new_photo(self.session, self.city.who(self.session, who, at(hour)), at(hour))
            more = {"type_ref": RUBBISH_CODES, "photo_ids": [photo]}
        found = a_report(self.session, self.city, at(hour), who=who, cell=cell, **more)
        self.reports[label] = UUID(found["id"])
        return str(found["case"]["number"])

    def _rated(self, report: UUID, who: str, hour: float, given: dict[str, Any]) -> None:
        principal = self.city.who(self.session, who, at(hour))
        row = reports.own_report(self.session, report, principal)
        reports.rate(self.session, row, given, principal=principal, now=at(hour))

    def _inputs(self, numbers: dict[str, str], cell: str, action: str, found: dict[str, Any]) -> dict[str, Any]:
        match action:
            case "accept":
                found |= {"type": RUBBISH_CODES, "condition_id": self.city.condition()}
            case "verify" | "check":
                found["position"] = self.city.position(cell)
            case "request_verify":
                found["inspector_id"] = self.city.people[found["inspector_id"]]
            case "dispatch" if found:
                found["lead_id"] = self.city.units[found["lead_id"]]
            case "merge":
                found["into"] = numbers[found["into"]]
            case "return" | "reopen" | "force_close" | "appeal" | "void" | "reject":
                found["reason"] = "见附件"
        return found
