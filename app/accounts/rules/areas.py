"""Arithmetic of area subtrees: an area's code starts with the code of every area above it."""

from collections.abc import Iterable, Mapping, Sequence


def covers(prefixes: Iterable[str], code: str) -> bool:
    """Whether an area lies in one of the subtrees; the prefix "" is everything.

    Example:
        >>> covers(["990101"], "990101001")
        True
        >>> covers(["990101"], "990102")
        False
    """
    return any(code.startswith(prefix) for prefix in prefixes)


def overlaps(prefixes: Iterable[str], prefix: str) -> bool:
    """Whether a subtree shares ground with one of the subtrees: one of the two lies in the other.

    Example:
        >>> overlaps(["990101"], "9901")
        True
    """
    return any(prefix.startswith(own) or own.startswith(prefix) for own in prefixes)


def widest(prefixes: Iterable[str]) -> tuple[str, ...]:
    """The same ground in as few subtrees as possible, in ascending order.

    Example:
        >>> widest(["990101001", "990101", "990102"])
        ('990101', '990102')
    """
    kept: list[str] = []
    for prefix in sorted(set(prefixes)):
        if not kept or not prefix.startswith(kept[-1]):
            kept.append(prefix)
    return tuple(kept)


def follow(code: str, successors: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The live areas that took the place of this one; itself where nothing took it.

    Shape:  successors maps a retired code to the codes laid over it; chains are followed to their ends.

    Example:
        >>> follow("a", {"a": ["b", "c"], "c": ["d"]})
        ('b', 'd')
    """
    seen: set[str] = set()
    live: set[str] = set()
    waiting = [code]
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        following = successors.get(at, ())
        if following:
            waiting.extend(following)
        else:
            live.add(at)
    # A ring has no living end; whoever held a grant on it keeps it rather than losing it without a word.
    return tuple(sorted(live)) or (code,)
