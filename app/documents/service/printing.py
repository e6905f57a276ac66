"""Who may set a PDF when: one at a time in a process of its own, a few waiting, everybody else comes back later."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from functools import cache

from app.core.apart import Gate, Processes, ProcessLost, program
from app.documents.errors import NoPrinting, PrintingBusy
from app.documents.rules.apart import ask

# Setting a paper is a second of pure computation. The machine's other processors belong to the API's other processes.
AT_ONCE = 1
WAITING = 8
PATIENCE_S = 15.0
# A case file with a hundred photos takes five seconds.
DEADLINE_S = 40.0
MEMORY_BYTES = 2_000_000_000
# What the libraries keep of fonts and pictures goes with the process.
PAPERS_PER_PROCESS = 200

_PROGRAM = """
from app.documents.rules.apart import serve
try:
    from app.documents.rules.pdf import pdf_of
except OSError:  # a library of the system is missing
    pdf_of = None
serve(incoming, answers, pdf_of)
"""


def _busy() -> PrintingBusy:
    return PrintingBusy("Too many papers are being set at the moment: ask again shortly.", retry_after_s=5)


class Printers(Processes):
    """Processes that set papers."""

    def __init__(self, gate: Gate, deadline_s: float = DEADLINE_S) -> None:
        super().__init__(program(_PROGRAM, MEMORY_BYTES), gate, deadline_s, PAPERS_PER_PROCESS)

    def pdf(self, html: str, pictures: Mapping[str, bytes]) -> bytes:
        """A page with its pictures as PDF. Call it while no transaction is open.

        Raises: PrintingBusy (also when setting it took too long), NoPrinting where the machine cannot.
        """
        try:
            with self.turn() as pipes:
                return ask(html, pictures, pipes.to, pipes.answers)
        except NoPrinting:
            # The next process looks again: somebody may have installed what is missing.
            self.close()
            raise
        except ProcessLost as lost:
            message = "The PDF could not be set in time: ask again, or take the HTML."
            raise PrintingBusy(message, retry_after_s=10) from lost


@cache
def printers() -> Printers:
    """The process's printers; they end with it, also when it is killed, because their input ends then."""
    found = Printers(Gate(AT_ONCE, WAITING, PATIENCE_S, _busy))
    atexit.register(found.close)
    return found
