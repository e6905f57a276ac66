"""Who may decode when: a bounded number at once, a bounded number waiting, everybody else comes back later."""

from __future__ import annotations

import atexit
from functools import cache

from app.core import apart
from app.core.apart import Processes, ProcessLost, program
from app.media.errors import PhotoBusy, PhotoUnreadable
from app.media.rules.apart import ask
from app.media.rules.containers import Container
from app.media.rules.kinds import Kind
from app.media.rules.pixels import Derived, derive

# Decoding is pure computation: more at once than processors are there only costs memory.
AT_ONCE = 2
WAITING = 16
PATIENCE_S = 10.0
HEIC_AT_ONCE = 2
HEIC_WAITING = 4
# A 48-megapixel HEIC takes about five seconds; a file that takes four times that is not a photo.
HEIC_DEADLINE_S = 20.0
# Fifty megapixels, decoded and converted, with room for the libraries themselves.
HEIC_MEMORY_BYTES = 1_500_000_000

_PROGRAM = """
from app.media.rules.apart import serve
serve(incoming, answers)
"""


def _busy() -> PhotoBusy:
    return PhotoBusy("Too many photos are being read at the moment: send it again shortly.", retry_after_s=5)


class Gate(apart.Gate):
    """A gate for photos: whoever finds it full is told with PhotoBusy."""

    def __init__(self, at_once: int, waiting: int, patience_s: float) -> None:
        super().__init__(at_once, waiting, patience_s, _busy)


class HeicDecoders(Processes):
    """Decoder processes, started when the first HEIC photo arrives and replaced when one dies."""

    def __init__(self, gate: Gate, deadline_s: float = HEIC_DEADLINE_S) -> None:
        super().__init__(program(_PROGRAM, HEIC_MEMORY_BYTES), gate, deadline_s)

    def derive(self, container: Container) -> Derived:
        """Decode one photo apart.

        Raises: PhotoBusy, PhotoUnreadable (also when the decoder crashed or took too long), PhotoTooLarge.
        """
        try:
            with self.turn() as pipes:
                return ask(container.picture, pipes.to, pipes.answers)
        except ProcessLost as lost:
            raise PhotoUnreadable("The HEIC photo is damaged: take it again or export it as JPEG.") from lost


@cache
def decoding_gate() -> Gate:
    """The process's gate for photos that are decoded inside it."""
    return Gate(AT_ONCE, WAITING, PATIENCE_S)


@cache
def heic_decoders() -> HeicDecoders:
    """The process's HEIC decoders; they end with it, also when it is killed, because their input ends then."""
    decoders = HeicDecoders(Gate(HEIC_AT_ONCE, HEIC_WAITING, PATIENCE_S))
    atexit.register(decoders.close)
    return decoders


def decode(container: Container) -> Derived:
    """Decode a photo when its turn comes; HEIC apart from this process.

    Raises: PhotoBusy, PhotoUnreadable, PhotoTooLarge.
    """
    if container.kind is Kind.HEIC:
        return heic_decoders().derive(container)
    with decoding_gate().turn():
        try:
            return derive(container)
        except MemoryError as error:
            raise PhotoBusy("There is not enough memory for this photo now: send it again shortly.") from error
