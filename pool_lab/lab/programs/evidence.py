"""What shows that a sentence about a run is true: calls, workers, and a stretch or a moment of time, in one pool."""

from collections.abc import Iterable
from typing import NamedTuple

from pool_lab.lab.trace.span import Span

__all__ = ["Evidence", "of_calls"]

MOST_CALLS = 500
"""More would not be told apart in the picture."""


class Evidence(NamedTuple):
    calls: tuple[int, ...] = ()
    workers: tuple[int, ...] = ()
    between: tuple[float, float] | None = None
    """Seconds of the run; None: the time of the calls, or all."""
    moment: float | None = None
    """When the queue was as the sentence says, in seconds."""
    pool: int = 0


def of_calls(spans: Iterable[Span]) -> Evidence:
    """These calls. If there are very many, the first of them."""
    return Evidence(tuple(span.call for span in spans)[:MOST_CALLS])
