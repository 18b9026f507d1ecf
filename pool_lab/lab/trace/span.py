"""What happened to one call (`Span`), to one worker (`Lane`) and to the pool's size (`Resize`). Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pool_lab.events import Event, EventKind

__all__ = ["CallEnding", "CallState", "Lane", "Resize", "Span", "advance", "ending_of"]


class CallState(StrEnum):
    """The state of a call. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CallEnding(StrEnum):
    """How a call ended. All but the first and the last are ways to fail."""

    RETURNED = "returned"
    RAISED = "raised"
    TIMED_OUT = "timed out"
    """It ran longer than its pool's task_timeout and was stopped."""
    CRASHED = "crashed"
    """Its worker died, or its pool broke."""
    CANCELLED = "cancelled"


def ending_of(state: str, error: str | None) -> CallEnding | None:
    """How a call in this state ended; None if it has not. The text of an error begins with its class."""
    return _failure(error or "") if state == "failed" else _ENDINGS.get(state)


_ENDINGS: dict[str, CallEnding] = {CallState.FINISHED: CallEnding.RETURNED, CallState.CANCELLED: CallEnding.CANCELLED}
_NAMES_OF_A_CRASH = frozenset({"WorkerDiedError", "BrokenProcessPool", "BrokenThreadPool", "BrokenInterpreterPool"})


def _failure(error: str) -> CallEnding:
    path, _, text = error.partition(":")
    name = path.rpartition(".")[2]
    if name in _NAMES_OF_A_CRASH:
        return CallEnding.CRASHED
    # A call may raise its own TimeoutError.
    is_ours = name == "TimeoutError" and "ran longer than the task_timeout" in text
    return CallEnding.TIMED_OUT if is_ours else CallEnding.RAISED


@dataclass(frozen=True, slots=True)
class Span:
    """One call. Times are seconds since the trace's `origin`, or None if it has not happened."""

    call: int
    label: str = ""
    """What the text calls it, such as "A"."""
    name: str = ""
    """The name of the function."""
    state: CallState = CallState.QUEUED
    worker: int | None = None
    submitted: float | None = None
    dispatched: float | None = None
    """When the pool gave the call to a worker."""
    began: float | None = None
    """When the worker called the function. Until the result has come back, the time of dispatch."""
    ended: float | None = None
    """When the function returned or raised; for a cancelled call, when it was cancelled."""
    arrived: float | None = None
    """When the future had the outcome."""
    cpu_s: float | None = None
    """Seconds on a core."""
    error: str | None = None

    @property
    def ending(self) -> CallEnding | None:
        """How the call ended; None if it has not."""
        return ending_of(self.state, self.error)

    @property
    def first_known(self) -> float | None:
        """The earliest known time of the call."""
        known = (self.submitted, self.dispatched, self.began, self.ended)
        return min((moment for moment in known if moment is not None), default=None)

    @property
    def waited_s(self) -> float | None:
        """Seconds in the queue: from submit to dispatch."""
        return None if self.submitted is None or self.dispatched is None else self.dispatched - self.submitted

    @property
    def took_s(self) -> float | None:
        """Seconds inside the function."""
        return None if self.began is None or self.ended is None else self.ended - self.began

    @property
    def core_share(self) -> float | None:
        """The share of the time inside the function that the call spent on a core, 0 to 1; None if unknown."""
        if self.cpu_s is None or not self.took_s:
            return None
        return min(1.0, self.cpu_s / self.took_s)

    def overlaps(self, other: "Span") -> bool:
        """Whether both calls were inside their functions at the same moment. If one began as the other ended, no."""
        if self.began is None or self.ended is None or other.began is None or other.ended is None:
            return False
        return max(self.began, other.began) < min(self.ended, other.ended)


@dataclass(frozen=True, slots=True)
class Lane:
    """One worker. `stopped` is None while it lives; `error` says why it stopped unexpectedly."""

    worker: int
    ident: int | None
    started: float
    stopped: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Resize:
    """The pool's size changed from `before` to `after` workers."""

    time: float
    before: int
    after: int


def advance(facts: dict[str, Any], event: Event, origin: float) -> None:
    """Update what is known of a call, its fields as a `Span`, with one more event."""
    at = event.time - origin
    match event.kind:
        case EventKind.SUBMITTED:
            facts.update(name=event.name, submitted=at)
        case EventKind.STARTED:
            facts.update(state=CallState.RUNNING, worker=event.worker, dispatched=at, began=at)
        case EventKind.CANCELLED:
            facts.update(state=CallState.CANCELLED, ended=at, arrived=at)
        case EventKind.FINISHED | EventKind.FAILED:
            facts.update(state=CallState(event.kind.value), arrived=at, cpu_s=event.cpu_s, error=event.error)
            facts["ended"] = at if event.ended is None else event.ended - origin
            if event.worker is not None:
                facts["worker"] = event.worker
            if event.began is not None:
                facts["began"] = event.began - origin
