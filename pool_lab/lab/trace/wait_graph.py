"""`WaitGraph`: which calls of a pool wait for which, and whether any of them can still finish. Pure.

A running call that waits can finish when all that it waits for have finished. A queued call needs a worker: an idle
one, or one whose call can finish. Calls that can never do either wait in a circle, which is a deadlock.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

from pool_lab.lab.trace.span import CallState, Span
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import capitalized, number_of

__all__ = ["WaitGraph"]

MOST_TOLD = 4


class WaitGraph:
    """The calls of a pool at one moment.

    waits: by the number of a running call, the numbers of the calls that it waits for without a limit.
    """

    def __init__(self, trace: Trace, waits: Mapping[int, Sequence[int]]) -> None:
        self.trace = trace
        self.running = tuple(span for span in trace.spans if span.state is CallState.RUNNING)
        self.queued = tuple(span for span in trace.spans if span.state is CallState.QUEUED)
        self._open = {span.call: span for span in (*self.running, *self.queued)}
        self.waits = {
            span.call: tuple(call for call in waits[span.call] if call in self._open)
            for span in self.running
            if span.call in waits
        }
        """For each running call that waits, the calls that it waits for."""

    @property
    def has_free_worker(self) -> bool:
        return len(self.running) < self.trace.size

    @cached_property
    def stuck(self) -> frozenset[int]:
        """The calls that will never finish, unless a worker is added or a call is cancelled."""
        stuck = set(self._open)
        while can_finish := {call for call in stuck if self._can_finish(call, stuck)}:
            stuck -= can_finish
        return frozenset(stuck)

    def _can_finish(self, call: int, stuck: set[int]) -> bool:
        if self._open[call].state is CallState.RUNNING:
            return stuck.isdisjoint(self.waits.get(call, ()))
        return self.has_free_worker or any(span.call not in stuck for span in self.running)

    @property
    def is_deadlock(self) -> bool:
        return bool(self.stuck)

    def sentences(self) -> list[str]:
        """Each call that waits, and for what. If there are many, only the first."""
        told = [
            f"{capitalized(self._named(span))} runs on worker {span.worker} and waits for "
            f"{' and '.join(map(self._what, self.waits[span.call]))}."
            for span in self.running
            if self.waits.get(span.call)
        ]
        return told if len(told) <= MOST_TOLD else [*told[:MOST_TOLD], "And so on."]

    def conclusion(self) -> str:
        """The same on every machine: how many calls wait, and whether they can finish."""
        count = sum(map(bool, self.waits.values()))
        if not count:
            return "No call waits for another call."
        wait = "waits" if count == 1 else "wait"
        first = f"{count} of {number_of(len(self.running), 'running call')} {wait} for another call."
        if not self.is_deadlock:
            return f"{first} That can finish: no deadlock."
        needs = "Queued calls need a free worker, and there is none. " if self._needs_worker() else ""
        return f"{first} {needs}They wait in a circle: a deadlock."

    def _needs_worker(self) -> bool:
        return any(span.call in self.stuck for span in self.queued)

    def _what(self, call: int) -> str:
        span = self._open[call]
        where = "is queued" if span.state is CallState.QUEUED else f"runs on worker {span.worker}"
        return f"{self._named(span)}, which {where}"

    def _named(self, span: Span) -> str:
        return f"call {span.call} ({span.name})"
