"""Files of parts in: read and checked as a whole, then merged batch by batch, or refused with every fault.

A million rows are too much for one transaction that others would wait for: the check comes first and decides, and what
it passed is merged in short units of work, each whole. Whatever stops the merge, doing it again ends the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.core import audit
from app.core.garbage import collected_rarely
from app.core.jobs import enqueue
from app.grid.rules.index import GridIndex
from app.grid.service.locating import index
from app.parts.errors import PartImportNotFound
from app.parts.models import PartImport
from app.parts.queries import imports, writing
from app.parts.rules.checking import FileRows, Known, Located, check_rows, placed
from app.parts.rules.codes import SHAPE
from app.parts.rules.faults import FaultKind, Faults, PartFault
from app.parts.rules.lines import lines_of
from app.parts.service.files import Unreadable, Wanted, open_file
from app.parts.service.placing import cell_around

MERGE, REPLACE = "merge", "replace"
RETIRED_AT_ONCE = 10_000
# Batches that are merged in one unit of work; they are read one by one, to hold less.
BATCHES_AT_ONCE = 4
Progress = Callable[[str, int], None]


def _silent(_stage: str, _rows: int) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Verdict:
    """What became of a check: the faults, and where nothing is wrong the sound rows as lines in `spool`.

    Shape: `pieces` are (offset, length) in bytes of the batches in the spool, `codes` the codes of all rows as numbers,
           `first` is the number of the first row.
    """

    spool: IO[bytes]
    rows: int = 0
    faults: Faults = field(default_factory=Faults)
    columns: frozenset[str] = frozenset()
    pieces: list[tuple[int, int]] = field(default_factory=list)
    first: int = 1
    codes: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def counts(self) -> dict[str, int]:
        return {"rows": self.rows, "faults": self.faults.total, **self.faults.by_kind}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file somebody handed in: where its bytes are kept, how it is to be read and what is to be done with it."""

    file_key: str
    file_name: str
    wanted: Wanted
    mode: str
    dry_run: bool


def check_file(session: Session, path: Path, wanted: Wanted, spool: IO[bytes], say: Progress = _silent) -> Verdict:
    """Read a file of parts and check every row of it; changes nothing and keeps no transaction open.

    `spool` takes the sound rows: a binary file that can be read again. `session` should be one that only reads.
    Source: domain.md §3.
    """
    verdict = Verdict(spool)
    known = Known(imports.types_by_digits(session, wanted.scheme), imports.open_owners(session))
    ground = index(session)
    numbers: list[NDArray[np.int64]] = []
    try:
        opened = open_file(path, wanted)
        verdict.columns = _taken(opened.columns)
        with collected_rarely():
            for batch in opened.batches:
                verdict.first = verdict.first if verdict.rows else batch.first
                _check_batch(verdict, batch, known, ground)
                numbers.append(_numbers(batch))
                if len(numbers) % BATCHES_AT_ONCE == 0:
                    say("checked", verdict.rows)
    except Unreadable as refused:
        verdict.faults.add([refused.fault])
    _check_codes(verdict, numbers)
    if not verdict.rows and not verdict.faults.total:
        verdict.faults.add([PartFault(None, None, FaultKind.EMPTY, "The file has no parts.")])
    return verdict


def _taken(columns: frozenset[str]) -> frozenset[str]:
    names = {"owner": "owner_id"}
    return frozenset(names.get(name, name) for name in columns)


def _check_batch(verdict: Verdict, batch: FileRows, known: Known, ground: GridIndex) -> None:
    checked = check_rows(batch, _locate(batch, ground), known)
    verdict.rows += len(batch.codes)
    verdict.faults.add(checked.faults)
    if verdict.faults.total:
        return
    body = ("\n".join(lines_of(checked.rows)) + "\n").encode()
    verdict.pieces.append((verdict.spool.tell(), len(body)))
    verdict.spool.write(body)


def _locate(batch: FileRows, ground: GridIndex) -> Located:
    """The cell of every row; one in a gap of the grid stands on the smallest area around it, as cases do."""
    lons, lats, fit = placed(batch.geoms)
    found = ground.locate_many(lons, lats)
    cells, reasons = list(found.cells), [None] * len(found.cells)  # type: list[str | None], list[str | None]
    for at in np.flatnonzero([problem is not None for problem in found.problems]).tolist():
        cells[at], reasons[at] = cell_around(ground, float(lons[at]), float(lats[at]))
    for at in np.flatnonzero(~fit).tolist():
        cells[at], reasons[at] = None, None
    return Located(cells, reasons)


def _numbers(batch: FileRows) -> NDArray[np.int64]:
    """The codes as numbers; what is no code is told apart by being below zero."""
    return np.array([int(code) if code and SHAPE.fullmatch(code) else -1 for code in batch.codes], dtype=np.int64)


def _check_codes(verdict: Verdict, numbers: list[NDArray[np.int64]]) -> None:
    """A code may stand in one row only."""
    verdict.codes = np.concatenate(numbers) if numbers else verdict.codes
    order = np.argsort(verdict.codes, kind="stable")
    ordered = verdict.codes[order]
    again = np.flatnonzero((ordered[1:] == ordered[:-1]) & (ordered[1:] >= 0))
    verdict.faults.add(
        PartFault(
            int(order[at + 1]) + verdict.first,
            str(ordered[at]),
            FaultKind.DUPLICATE_CODE,
            f"Row {int(order[at]) + verdict.first} has the code {ordered[at]} too: a part stands in one row.",
        )
        for at in again.tolist()
    )


# merging


def pieces_of(verdict: Verdict) -> Iterator[bytes]:
    """The sound rows, a few batches at a time."""
    for first in range(0, len(verdict.pieces), BATCHES_AT_ONCE):
        together = verdict.pieces[first : first + BATCHES_AT_ONCE]
        verdict.spool.seek(together[0][0])
        yield verdict.spool.read(sum(length for _, length in together))


def merge_piece(session: Session, verdict: Verdict, piece: bytes, *, now: datetime) -> writing.Merged:
    """Bring one batch into the register, in a unit of work of its own."""
    merged = writing.merge_lines(session, piece, verdict.columns, now)
    writing.move_version(session, now)
    return merged


def missing_codes(session: Session, verdict: Verdict) -> list[str]:
    """The parts of the file's districts that it does not name, for a file that replaces."""
    live = imports.codes_of(session, districts_of(verdict.codes), live=True)
    return [str(code) for code in np.setdiff1d(live, verdict.codes).tolist()]


def new_count(session: Session, verdict: Verdict) -> int:
    """How many of the file's parts the register never had."""
    known = imports.codes_of(session, districts_of(verdict.codes), live=False)
    return len(np.setdiff1d(verdict.codes, known))


def districts_of(codes: NDArray[np.int64]) -> list[str]:
    """The districts that codes begin with, each once."""
    long = codes >= 10**16
    heads = np.where(long, codes // 10**11, codes // 10**10)
    return [str(head) for head in np.unique(heads[codes > 0]).tolist()]


def retire_missing(session: Session, codes: Sequence[str], *, now: datetime) -> int:
    """Retire parts that a whole survey does not name any more; how many."""
    retired = writing.retire_many(session, codes, now)
    writing.move_version(session, now)
    return retired


# what is recorded of it


def request_import(session: Session, handed_in: HandedIn, *, by: UUID | None, now: datetime) -> UUID:
    """Record a file and queue its check; answers the import's id."""
    wanted = handed_in.wanted
    import_id = imports.add_import(
        session,
        {
            "mode": handed_in.mode,
            "scheme": wanted.scheme,
            "crs": wanted.crs,
            "dry_run": handed_in.dry_run,
            "fields": dict(wanted.fields),
            "file_key": handed_in.file_key,
            "file_name": handed_in.file_name,
            "created_by": by,
            "created_at": now,
        },
    )
    enqueue(session, "parts.import_file", import_id=str(import_id))
    return import_id


def find_import(session: Session, import_id: UUID) -> PartImport:
    """An import as it stands.

    Raises: PartImportNotFound.
    """
    found = imports.part_import(session, import_id)
    if found is None:
        raise PartImportNotFound(f"There is no import of parts {import_id}.")
    return found


def handed_in_of(found: PartImport) -> HandedIn:
    """A recorded file as it was handed in."""
    wanted = Wanted(found.crs, found.fields, found.scheme)
    return HandedIn(found.file_key, found.file_name, wanted, found.mode, found.dry_run)


def note_progress(session: Session, import_id: UUID, counts: Mapping[str, int]) -> None:
    """Say how far an import is."""
    imports.finish_import(session, import_id, {"counts": dict(counts)})


def conclude(session: Session, import_id: UUID, verdict: Verdict, counts: Mapping[str, int], *, now: datetime) -> None:
    """Record what became of an import; one that was concluded before stays as it is."""
    found = imports.part_import(session, import_id, locked=True)
    if found is None or found.status != "pending":
        return
    status = "refused" if verdict.faults.total else "checked" if found.dry_run else "accepted"
    faults = [fault._asdict() for fault in verdict.faults.first]
    row = {"status": status, "faults": faults, "counts": dict(counts), "finished_at": now}
    imports.finish_import(session, import_id, row)
    if status == "accepted":
        note_import(session, counts, mode=found.mode, actor_id=found.created_by, now=now)


def note_import(
    session: Session, counts: Mapping[str, int], *, mode: str, actor_id: UUID | None, now: datetime
) -> None:
    """Write down that a file of parts changed the register."""
    detail = {"mode": mode, "counts": dict(counts)}
    audit.note(session, action="part.import", subject="parts:all", detail=detail, actor_id=actor_id, now=now)
