"""`./fieldgrid audit`: is what happened to the cases still what was written down?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime

import click

from app.cases.rules.digests import key_of
from app.cases.service import auditing, digests
from app.cases.service.auditing import Step
from app.cli.system import connect
from app.core import clock
from app.core.db import read_unit

EVERY_S = 2.0
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """Check the evidence: chains of events and the signed digests of their heads."""


@audit.command()
@click.option("--since", type=DAY, help="Leave out digests of earlier days, as after restoring an older backup.")
@click.option("--every", is_flag=True, help="Compare the cases with every digest, not only with the newest one.")
def verify(since: datetime | None, every: bool) -> None:
    """Check every digest and every chain, and print every fault; exit 1 when there is one."""
    connect()
    began = time.monotonic()
    cases = events = redacted = faults = 0
    for step in _with_progress(since.date() if since else None, every):
        cases, events, redacted = cases + step.cases, events + step.events, redacted + step.redacted
        faults += len(step.faults)
        if step.note:
            click.echo(step.note)
        for fault in step.faults:
            click.echo(f"FAULT {fault.number}: {fault.code}: {fault.detail}")
    took = time.monotonic() - began
    click.echo(f"{cases} cases, {events} events ({redacted} redacted) in {took:.1f} s: {faults or 'no'} faults")
    if faults:
        raise SystemExit(1)


def _with_progress(since: date | None, every: bool) -> Iterator[Step]:
    """The steps of the audit; how far it is goes to the error output every two seconds."""
    with read_unit() as session:
        whole = auditing.case_count(session)
        checked, told = 0, time.monotonic()
        for step in auditing.audit(session, since=since, every=every):
            checked += step.cases
            if time.monotonic() - told >= EVERY_S:
                told = time.monotonic()
                click.echo(f"  {checked} of {whole} cases", err=True)
            yield step


@audit.command()
def digest() -> None:
    """Write the digest of the last ended day now, unless it is there; the worker does this every night."""
    connect()
    now = clock.now()
    day = digests.ended_day(now)
    if day in digests.days():
        click.echo(f"the digest of {day} is there: {key_of(day)}")
        return
    with read_unit() as session:
        seal = digests.write_digest(session, day, now=now)
    click.echo(f"{key_of(day)}: {seal.cases} heads, {seal.fault_count} faults")
