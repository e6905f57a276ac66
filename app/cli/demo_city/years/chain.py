"""Events of a case, linked as `cases.rules.chain` links them, written straight as rows.

The record is put together member by member in the order of canonical JSON, which is a quarter of the work of sorting
it. That it comes to the same bytes is tested against the rules' own `seal` and `verify`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from random import Random
from typing import Any

import orjson

from app.cases.rules import GENESIS
from app.cases.rules.chain import SALT_BYTES
from app.cli.demo_city.years.sheets import NULL, Sheets, escaped


def canonical(value: Any) -> str:
    """Canonical JSON (RFC 8785) of what these events hold.

    Shape: names in ASCII, no whole number written as a float, no number that needs an exponent.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


class Chain:
    """The chain of one case while it grows."""

    __slots__ = ("_dice", "_sheets", "before", "case_id", "head", "month", "number", "seq")

    def __init__(self, case_id: str, number: str, month: str, dice: Random, sheets: Sheets) -> None:
        self.case_id, self.number, self.month = case_id, number, month
        self.head, self.seq, self.before = GENESIS, 0, "null"
        self._dice, self._sheets = dice, sheets

    def append(self, action: str, at: str, after: str, inputs: str, closed: Mapping[str, str]) -> None:
        """One more event.

        Shape: `after`, `inputs` and the values of `closed` (what is personal or free, by its name) are canonical JSON.
        """
        self.seq += 1
        salts = {name: self._dice.randbytes(SALT_BYTES) for name in closed}
        digests = canonical(
            {name: hashlib.sha256(salts[name] + value.encode()).hexdigest() for name, value in closed.items()}
        )
        record = (
            f'{{"action":"{action}","at":"{at}","case":"{self.case_id}","digests":{digests},"from":{self.before},'
            f'"inputs":{inputs},"number":"{self.number}","seq":{self.seq},"to":{after}}}'
        )
        made = hashlib.sha256(bytes.fromhex(self.head) + record.encode()).hexdigest()
        before = NULL if self.seq == 1 else self.before
        self._sheets.add(
            "case_events",
            f"{self.month}\t{self.case_id}\t{self.seq}\t{self.number}\t{action}\t{at}\t{before}\t{after}\t{inputs}"
            f"\t{digests}\t{self.head}\t{made}",
        )
        details = ",".join([f'"{name}":{value}' for name, value in closed.items()])
        hexes = ",".join([f'"{name}":"{salt.hex()}"' for name, salt in salts.items()])
        self._sheets.add(
            "event_details",
            f"{self.month}\t{self.case_id}\t{self.seq}\t{escaped('{' + details + '}')}\t{{{hexes}}}",
        )
        self.head, self.before = made, after
