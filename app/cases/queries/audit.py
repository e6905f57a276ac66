"""Reading all chains for evidence: page by page in the order of the numbers, each page from one snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.cases.rules import Detail, Event

# Numbers are 8 digits, a hyphen and digits: every collation sorts them like their bytes, so that the index serves.
_HEADS = text("""
    SELECT number, version, head_hash AS hash FROM cases WHERE number > :after ORDER BY number LIMIT :most""")

# Without events a case has one row of nulls. The planner has to walk the chains by their keys, whatever it thinks
# of a partition without statistics; LATERAL says so.
_CHAINS = text("""
    SELECT c.id, c.number AS case_number, c.version, c.state, c.head_hash, e.*, d.details, d.salts
      FROM (SELECT * FROM cases WHERE number > :after ORDER BY number LIMIT :most) c
      LEFT JOIN LATERAL (
           SELECT e.case_month, e.case_id, e.seq, e.number, e.action, e.at, e.before, e.after, e.inputs, e.digests,
                  e.prev_hash, e.hash
             FROM case_events e WHERE e.case_month = c.case_month AND e.case_id = c.id OFFSET 0) e ON true
      LEFT JOIN LATERAL (
           SELECT d.details, d.salts FROM event_details d
            WHERE d.case_month = e.case_month AND d.case_id = e.case_id AND d.seq = e.seq OFFSET 0) d ON true
     ORDER BY c.number, e.seq""")

_HASHES = text("""
    SELECT c.number, e.hash
      FROM unnest(CAST(:numbers AS text[]), CAST(:seqs AS int[])) AS w (number, seq)
      JOIN cases c ON c.number = w.number
      JOIN LATERAL (SELECT e.hash FROM case_events e
                     WHERE e.case_month = c.case_month AND e.case_id = c.id AND e.seq = w.seq OFFSET 0) e ON true""")

_ORPHANS = text("""
    SELECT e.number, count(*) AS events FROM case_events e
     WHERE NOT EXISTS (SELECT FROM cases c WHERE c.id = e.case_id AND c.case_month = e.case_month)
     GROUP BY e.number ORDER BY e.number""")

_COUNT = text("SELECT count(*) FROM cases")


class Chain(NamedTuple):
    """A case as its row says, with all its events and what is stored of their details."""

    number: str
    version: int
    state: str
    head_hash: str
    events: list[Event]
    details: list[Detail]


def heads_after(session: Session, number: str, most: int) -> Sequence[Row[str, int, str]]:
    """(number, version, head_hash) of the cases after a number, in the order of the numbers."""
    return session.execute(_HEADS, {"after": number, "most": most}).all()


def chains_after(session: Session, number: str, most: int) -> list[Chain]:
    """The cases after a number with their whole chains, in the order of the numbers."""
    rows = session.execute(_CHAINS, {"after": number, "most": most}).mappings()
    found = [dict(row) for row in rows]
    return [_chain(list(group)) for _, group in groupby(found, key=lambda row: row["id"])]


def _chain(rows: Sequence[Mapping[str, Any]]) -> Chain:
    first = rows[0]
    events = [row for row in rows if row["seq"] is not None]
    return Chain(
        first["case_number"],
        first["version"],
        first["state"],
        first["head_hash"],
        [_event(row) for row in events],
        [detail for row in events for detail in _details(row)],
    )


def _event(row: Mapping[str, Any]) -> Event:
    names = ("case_id", "number", "seq", "action", "at", "before", "after", "inputs", "digests", "prev_hash", "hash")
    return Event(**{name: row[name] for name in names})


def _details(row: Mapping[str, Any]) -> Iterator[Detail]:
    """The values of an event; one whose salt is gone or no salt has none, which its digest shows."""
    salts, values = row["salts"] or {}, row["details"] or {}
    for name in values.keys() | salts.keys():
        yield Detail(row["seq"], name, _salt(salts.get(name)), values.get(name))


def _salt(hexes: Any) -> bytes:
    try:
        return bytes.fromhex(hexes)
    except (TypeError, ValueError):
        return b""


def hashes_at(session: Session, wanted: Mapping[str, int]) -> dict[str, str]:
    """The hash of one event of each of these cases, by number: {number: seq} → {number: hash}."""
    found = session.execute(_HASHES, {"numbers": list(wanted), "seqs": list(wanted.values())})
    return {row.number: row.hash for row in found}


def events_without_case(session: Session) -> Sequence[Row[str, int]]:
    """(number, events) of chains whose case is gone."""
    return session.execute(_ORPHANS).all()


def case_count(session: Session) -> int:
    return int(session.execute(_COUNT).scalar_one())
