"""How long the queue was at each moment. Pure."""

from collections.abc import Iterable
from itertools import accumulate

from pool_lab.lab.trace.span import Span

__all__ = ["lengths_of", "longest", "waits_of"]


def waits_of(spans: Iterable[Span], until: float) -> list[tuple[float, float]]:
    """From when to when calls were queued, in seconds; those that still are, `until` then."""
    waits = []
    for span in spans:
        left = next((at for at in (span.dispatched, span.began, span.ended) if at is not None), until)
        waits.append((left if span.submitted is None else span.submitted, left))
    return waits


def lengths_of(waits: Iterable[tuple[float, float]]) -> list[tuple[float, int]]:
    """The moments at which the length of the queue changed, each with the length from then on."""
    changes = ((at, by) for came, left in waits for at, by in ((came, 1), (left, -1)))
    steps = sorted(changes, key=lambda change: (change[0], -change[1]))  # at one moment, those that come are first
    return list(zip([at for at, _ in steps], accumulate(by for _, by in steps), strict=True))


def longest(waits: Iterable[tuple[float, float]]) -> tuple[float, int]:
    """When the queue was longest, for the first time, and how long it was. A call that left the queue at the very
    moment at which it came was not in it.
    """
    lengths = dict(lengths_of(waits))  # of several changes at one moment, the last counts
    return max(lengths.items(), key=lambda change: change[1], default=(0.0, 0))
