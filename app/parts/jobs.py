"""Jobs of the register: files that were handed in, and parts that the grid has moved under."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from uuid import UUID

import structlog

from app.core import clock
from app.core.db import read_unit, unit_of_work
from app.core.jobs import periodic, task
from app.core.storage import store
from app.parts.service import importing, relocating
from app.parts.service.importing import REPLACE, HandedIn, Progress, Verdict

log = structlog.get_logger()
RELOCATED_AT_ONCE = 5_000


@task("parts.import_file")
def import_file(import_id: str) -> None:
    """Check a file that was handed in and, when it has no faults, bring it into the register."""
    found_id = UUID(import_id)
    with unit_of_work() as session:
        found = importing.find_import(session, found_id)
        if found.status != "pending":
            return
        handed_in = importing.handed_in_of(found)

    def say(stage: str, rows: int) -> None:
        with unit_of_work() as session:
            importing.note_progress(session, found_id, {stage: rows})

    with tempfile.TemporaryDirectory(prefix="fieldgrid-parts-") as folder:
        path = Path(folder) / "parts"
        with store().open(handed_in.file_key) as stored, path.open("wb") as local:
            shutil.copyfileobj(stored, local, 1 << 20)
        verdict, counts = bring_in(path, handed_in, say)
    with unit_of_work() as session:
        importing.conclude(session, found_id, verdict, counts, now=clock.now())
    log.info("parts.imported", import_id=import_id, **{name: n for name, n in counts.items() if "-" not in name})


def bring_in(path: Path, handed_in: HandedIn, say: Progress) -> tuple[Verdict, dict[str, int]]:
    """Check a file and merge it in short units of work; the verdict, and what was counted.

    Where it stops half-way, the same file again goes on and ends the same.
    """
    with tempfile.TemporaryFile(prefix="fieldgrid-parts-") as spool:
        with read_unit() as session:
            verdict = importing.check_file(session, path, handed_in.wanted, spool, say)
        counts = verdict.counts
        if verdict.faults.total:
            return verdict, counts
        if handed_in.dry_run:
            return verdict, counts | _foreseen(verdict, handed_in)
        return verdict, counts | _merge(verdict, handed_in, say)


def _foreseen(verdict: Verdict, handed_in: HandedIn) -> dict[str, int]:
    with read_unit() as session:
        counts = {"added": importing.new_count(session, verdict)}
        if handed_in.mode == REPLACE:
            counts["retired"] = len(importing.missing_codes(session, verdict))
    return counts


def _merge(verdict: Verdict, handed_in: HandedIn, say: Progress) -> dict[str, int]:
    added = changed = retired = done = 0
    for piece in importing.pieces_of(verdict):
        with unit_of_work() as session:
            merged = importing.merge_piece(session, verdict, piece, now=clock.now())
        added, changed, done = added + merged.added, changed + merged.changed, done + piece.count(b"\n")
        say("merged", done)
    if handed_in.mode == REPLACE:
        with read_unit() as session:
            missing = importing.missing_codes(session, verdict)
        for begin in range(0, len(missing), importing.RETIRED_AT_ONCE):
            with unit_of_work() as session:
                codes = missing[begin : begin + importing.RETIRED_AT_ONCE]
                retired += importing.retire_missing(session, codes, now=clock.now())
            say("retired", retired)
    return {"added": added, "changed": changed, "retired": retired}


@periodic("parts.relocate", "*/5 * * * *")
def relocate(timestamp: int) -> None:
    """Let parts follow a new grid, in many short transactions; usually there are none."""
    moved = 0
    after: str | None = ""
    while after is not None:
        with unit_of_work() as session:
            done = relocating.relocate(session, after=after, most=RELOCATED_AT_ONCE, now=clock.now())
        moved, after = moved + done.moved, done.after
    if moved:
        log.info("parts.relocated", parts=moved, period=timestamp)
