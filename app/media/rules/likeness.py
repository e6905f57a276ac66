"""Which photos show the same: a 64-bit difference hash that survives scaling and recompression."""

from __future__ import annotations

from collections.abc import Sequence

# Of 64 bits. Recompressed and resized copies differ in 0 to 4 bits, unrelated photos in about 32.
ALIKE_BITS = 8

_WIDTH, _HEIGHT = 9, 8


def dhash(brightness: Sequence[int]) -> int:
    """Hash 9 × 8 brightness values (row by row): each bit says whether a pixel is brighter than its left neighbour.

    Shape:  72 values, 9 columns × 8 rows.
    Units:  the result is a signed 64-bit integer, as PostgreSQL's bigint stores it.
    Source: N. Krawetz, "Kind of Like That" (2013).

    Example:
        >>> dhash(list(range(72)))
        -1
    """
    bits = 0
    for row in range(_HEIGHT):
        for column in range(_WIDTH - 1):
            at = row * _WIDTH + column
            bits = bits << 1 | (brightness[at + 1] > brightness[at])
    return bits - 2**64 if bits >= 2**63 else bits


def similar(one: int, other: int) -> int:
    """How many of the 64 bits of two hashes differ: 0 for the same picture; at most `ALIKE_BITS` is alike.

    Example:
        >>> similar(-1, -2)
        1
    """
    return ((one ^ other) & (2**64 - 1)).bit_count()


def alike(one: int, other: int) -> bool:
    """Whether two hashes are likely to be of the same picture.

    Example:
        >>> alike(0, 0xFF), alike(0, 0x1FF)
        (True, False)
    """
    return similar(one, other) <= ALIKE_BITS
