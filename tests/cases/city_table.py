"""The city's own table of moves, typed from domain.md §5 and not from the code; the rules are compared with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

WORKING = "inspector operator shift_leader dispatcher handler unit_manager supervisor"

# action | from | to | role:relation … | when | needs
CITY_TABLE = f"""
submit            | none                         | received    | any                                |                  |
self_handle       | received                     | to_close    | inspector:reporter                 |                  | before_photo after_photo self_handling_allowed
accept            | received                     | to_dispatch | operator                           | source=inspector | type condition verified
accept            | received                     | to_file     | operator                           | source=citizen   | type condition verified
accept            | to_file                      | to_file     | operator                           |                  | type condition
request_verify    | received verifying           | verifying   | operator                           |                  | inspector
verify            | verifying                    | to_file     | inspector:asked                    | verdict=real     | verdict photo position_near
verify            | verifying                    | rejected    | inspector:asked                    | verdict=not_real | verdict photo position_near
reject            | received verifying to_file   | rejected    | operator shift_leader              |                  | reason
merge             | received to_file             | merged      | operator any:joiner                |                  | open_case_target
split             | received to_file             | same        | operator                           |                  | other_type
take_over         | open                         | same        | {" ".join(r + ":same_role" for r in WORKING.split())} | |
file              | to_file                      | to_dispatch | shift_leader                       |                  | type condition
dispatch          | to_dispatch                  | handling    | dispatcher                         |                  | owner
dispatch          | to_dispatch                  | handling    | system:system                      |                  | owner auto
assign            | handling                     | handling    | unit_manager:lead_unit             |                  | handler
advise            | handling                     | handling    | unit_manager:helper_unit handler:helper_unit |        | text
return            | handling                     | to_dispatch | unit_manager:lead_unit dispatcher:unmanaged |         | reason
request_extension | handling                     | handling    | unit_manager:lead_unit             |                  | limit before_due extensions_left no_open_request
decide_extension  | handling                     | handling    | shift_leader                       | granted=true     | granted open_extension
decide_extension  | handling                     | handling    | shift_leader                       | granted=false    | granted open_extension
request_hold      | handling                     | handling    | unit_manager:lead_unit             |                  | until not_held_before no_open_request
decide_hold       | handling                     | on_hold     | dispatcher                         | granted=true     | granted open_hold
decide_hold       | handling                     | handling    | dispatcher                         | granted=false    | granted open_hold
resume            | on_hold                      | handling    | dispatcher                         |                  |
resume            | on_hold                      | handling    | system:system                      |                  | until_reached
finish            | handling                     | to_check    | handler:assigned unit_manager:lead_unit |             | after_photo text
check             | to_check                     | to_close    | inspector:not_handler              | verdict=passed   | verdict photo position
check             | to_check                     | handling    | inspector:not_handler              | verdict=failed   | verdict photo position reason
close             | to_close                     | closed      | shift_leader                       |                  |
close             | to_close                     | closed      | system:system                      |                  | auto
force_close       | open                         | closed      | admin                              |                  | reason
void              | to_dispatch handling         | void        | shift_leader                       |                  | reason
reopen            | closed                       | handling    | any:reporter                       | owned=true       | photo within_7_days not_reopened_before
reopen            | closed                       | to_dispatch | any:reporter                       | owned=false      | photo within_7_days not_reopened_before
reopen            | closed                       | handling    | supervisor                         | owned=true       |
reopen            | closed                       | to_dispatch | supervisor                         | owned=false      |
supervise         | open                         | same        | supervisor                         |                  |
appeal            | closed                       | closed      | unit_manager:lead_unit             |                  | not_appealed_before
decide_appeal     | closed                       | closed      | shift_leader                       | granted=true     | granted open_appeal
decide_appeal     | closed                       | closed      | shift_leader                       | granted=false    | granted open_appeal
rate              | closed                       | closed      | any:reporter                       |                  | score not_rated_before
redact            | every                        | same        | system:system                      |                  |
recalculate       | running                      | same        | system:system                      |                  |
"""  # noqa: E501 -- a table is read in columns

OPEN = ["received", "verifying", "to_file", "to_dispatch", "handling", "on_hold", "to_check", "to_close"]
ENDS = ["closed", "rejected", "void", "merged"]

# What of the needs the caller brings; all other facts hold of the case or do not (domain.md §5, column "needs").
_BROUGHT = """
type condition reason text photo before_photo after_photo position position_near verdict granted score inspector
handler owner open_case_target other_type limit until
"""
BROUGHT_BY_THE_CALLER = frozenset(_BROUGHT.split())


class CityRow(NamedTuple):
    """One line for one state: `people` are (role or any, relation), `given` picks the line, `needs` are facts."""

    action: str
    source: str | None
    target: str
    people: list[tuple[str, str]]
    given: dict[str, Any]
    needs: frozenset[str]

    def includes(self, role: str | None, relation: str) -> bool:
        """Whether somebody with this role and relation is among the people."""
        return any(one in {role, "any"} and rel in {relation, "anyone"} for one, rel in self.people)


def _states(words: str) -> list[str | None]:
    running = [state for state in OPEN if state != "on_hold"]
    named: dict[str, list[Any]] = {"open": OPEN, "running": running, "every": OPEN + ENDS, "none": [None]}
    return [state for word in words.split() for state in named.get(word, [word])]


def _value(word: str) -> Any:
    return {"true": True, "false": False}.get(word, word)


def _city_rows() -> Iterator[CityRow]:
    for line in CITY_TABLE.strip().splitlines():
        action, sources, target, who, when, needs = (cell.strip() for cell in line.split("|"))
        people = [tuple((*one.split(":"), "anyone")[:2]) for one in who.split()]
        given = {key: _value(value) for key, _, value in [when.partition("=")] if key}
        for source in _states(sources):
            reached = source if target == "same" else target
            yield CityRow(action, source, str(reached), people, given, frozenset(needs.split()))


CITY_ROWS = list(_city_rows())
