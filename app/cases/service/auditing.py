"""Checking all evidence: every digest in its row, every chain, every head against what was written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.cases.queries import audit as chains
from app.cases.queries.audit import Chain
from app.cases.rules import digests as rules
from app.cases.rules import verify
from app.cases.rules.digests import CaseFault, Head, Seal
from app.cases.service import digests
from app.cases.service.digests import DigestUnreadable, Heads

PAGE = 500


@dataclass(frozen=True, slots=True)
class Step:
    """How far the audit is: what it has checked since the step before, what it found, what is worth knowing."""

    cases: int = 0
    events: int = 0
    redacted: int = 0
    faults: tuple[CaseFault, ...] = ()
    note: str | None = None


def audit(session: Session, *, since: date | None = None, every: bool = False) -> Iterator[Step]:
    """Check digests and chains, step by step; nothing is written.

    since: leave out older digests. every: compare the cases with the heads of all digests, not only the newest one.
    The session should be a reading one: each page of cases is one statement and one snapshot.
    """
    known = [day for day in digests.days() if since is None or day >= since]
    yield from _digests_in_their_row(known)
    yield Step(faults=tuple(_without_case(session)))
    taken = known if every else known[-1:]
    heads = {day: Heads(digests.heads_of(day)) for day in taken}
    yield from _cases(session, heads)


def _digests_in_their_row(known: Sequence[date]) -> Iterator[Step]:
    """Each digest is signed, and names the one before it."""
    if not known:
        yield Step(note="There is no digest to compare with; the chains are checked by their own heads.")
        return
    before: Seal | None = None
    trusted: date | None = None
    for day in known:
        try:
            seal = digests.read_seal(day)
        except DigestUnreadable as wrong:
            yield Step(faults=(_fault(day, "digest-changed", f"The digest cannot be trusted: {wrong}."),))
            before, trusted = None, day
            continue
        yield Step(faults=(*_linked(day, seal, before, trusted), *seal.faults), note=_gap(day, trusted))
        before, trusted = seal, day
    yield Step(note=f"{len(known)} digests, from {known[0]} to {known[-1]}.")


def _linked(day: date, seal: Seal, before: Seal | None, last: date | None) -> Iterator[CaseFault]:
    if last is None:
        return  # the first that is looked at
    named = seal.previous
    if named is None or named.day != last.isoformat():
        named_day = named.day if named else "none"
        yield _fault(day, "digest-missing", f"It follows the digest of {named_day}, which is not the one before it.")
    elif before is not None and named.sha256 != before.sha256():
        yield _fault(day, "digest-changed", f"It follows another digest of {last} than the one that is there.")


def _gap(day: date, last: date | None) -> str | None:
    if last is None or day - last == timedelta(days=1):
        return None
    return f"There is no digest between {last} and {day}."


def _fault(day: date, code: str, detail: str) -> CaseFault:
    return CaseFault(rules.key_of(day), code, detail)


def _without_case(session: Session) -> Iterator[CaseFault]:
    for number, events in chains.events_without_case(session):
        yield CaseFault(number, "case-removed", f"There are {events} events, and no case they belong to.")


def _cases(session: Session, heads: dict[date, Heads]) -> Iterator[Step]:
    number = ""
    while True:
        page = chains.chains_after(session, number, PAGE)
        number = page[-1].number if page else number
        last = len(page) < PAGE
        faults: list[CaseFault] = []
        redacted = 0
        for chain in page:
            verdict = verify(chain.events, chain.details, head=chain.head_hash)
            redacted += verdict.redacted
            faults += (CaseFault(chain.number, fault.code, fault.detail) for fault in verdict.faults)
            faults += _row_as_told(chain)
        present = {chain.number: chain for chain in page}
        for earlier in heads.values():
            then = earlier.up_to(None if last else number)
            faults += (fault for head in then if (fault := _compared(head, present.get(head.number))) is not None)
        events = sum(len(chain.events) for chain in page)
        yield Step(len(page), events, redacted, tuple(dict.fromkeys(faults)))
        if last:
            break
    for day, earlier in heads.items():
        if earlier.failed is not None:
            yield Step(faults=(_fault(day, "digest-changed", f"Its heads cannot be trusted: {earlier.failed}."),))


def _row_as_told(chain: Chain) -> Iterator[CaseFault]:
    """The case says of itself what its last event says."""
    if not chain.events:
        return
    last = chain.events[-1]
    if (last.seq, last.after.get("state")) != (chain.version, chain.state):
        told = f"{last.after.get('state')}, version {last.seq}"
        detail = f"The case says {chain.state}, version {chain.version}; its last event says {told}."
        yield CaseFault(chain.number, "row-changed", detail)


def _compared(then: Head, present: Chain | None) -> CaseFault | None:
    if present is None:
        return rules.compared(then, None, None)
    hashes = {event.seq: event.hash for event in present.events}
    return rules.compared(then, Head(present.number, present.version, present.head_hash), hashes.get(then.version))


def case_count(session: Session) -> int:
    """How many cases there are to check."""
    return chains.case_count(session)
