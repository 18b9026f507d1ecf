"""`Staff`: the workers of one pool, and what they are doing.

    hired --> starting --> idle <--> busy --> gone

It decides nothing and locks nothing: the dispatcher does both.
"""

import itertools
from enum import Enum, auto
from typing import NamedTuple, Protocol

from .call import Call
from .errors import BrokenExecutor

__all__ = ["WORKING", "Doing", "Staff", "Statistics", "Worker"]


class Doing(Enum):
    """What a worker is doing."""

    STARTING = auto()
    IDLING = auto()
    WORKING = auto()
    LEAVING = auto()


WORKING = Doing.WORKING
"""To look it up in the class takes longer than to compare it."""


class Worker(Protocol):
    """A thread, or the parent's handle of a process."""

    number: int
    doing: "Doing"
    """Kept by `Staff`."""

    @property
    def ident(self) -> int | None:
        """Thread id or process id."""

    def start(self) -> None:
        """Start working; the worker then says `ready` to the dispatcher."""

    def hand_over(self, call: Call) -> bool:
        """Have the idle worker run the call. False if the call is over already (it was cancelled, say)."""

    def dismiss(self) -> None:
        """Have the idle worker end. It says `gone` to the dispatcher when it has."""

    def join(self) -> None:
        """Block until the worker has ended. `RuntimeError` in the worker's own thread."""

    def broken(self, reason: str, cause: BaseException | None) -> BrokenExecutor:
        """A new exception for a call of a pool of this worker's kind, which is not usable any more."""

    def abandon(self) -> None:
        """In a forked child: let go of what belongs to the parent's worker."""


class Statistics(NamedTuple):
    """A pool at one moment."""

    size: int
    """Workers it may have."""
    workers: int
    """Workers it has: they are hired when calls need them."""
    idle: int
    queued: int
    """Calls that no worker has taken; among them calls that were cancelled and that no worker has met yet."""


class Staff:
    """Everyone who was hired and has not been sent home."""

    def __init__(self) -> None:
        self._workers: dict[int, Worker] = {}
        self._idle: list[Worker] = []
        self._busy = 0

    def __len__(self) -> int:
        return len(self._workers)

    def __contains__(self, worker: Worker) -> bool:
        return worker.doing is not Doing.LEAVING

    @property
    def everyone(self) -> tuple[Worker, ...]:
        return tuple(self._workers.values())

    @property
    def idle(self) -> int:
        """How many are idle."""
        return len(self._idle)

    @property
    def starting(self) -> int:
        """How many have been hired and are not up yet."""
        return len(self._workers) - len(self._idle) - self._busy

    @property
    def free_number(self) -> int:
        """The lowest number that no one has."""
        return next(number for number in itertools.count() if number not in self._workers)

    def add(self, worker: Worker) -> None:
        """The worker is hired, and about to be started."""
        self._workers[worker.number] = worker
        worker.doing = Doing.STARTING

    def set_idle(self, worker: Worker) -> None:
        """The worker is up, or done with its call."""
        self._busy -= worker.doing is WORKING
        worker.doing = Doing.IDLING
        self._idle.append(worker)

    def set_busy(self, most: int) -> Worker | None:
        """The worker that became idle last gets a call; None if nobody is idle or `most` are busy."""
        if not self._idle or self._busy >= most:
            return None
        worker = self._idle.pop()
        self._busy += 1
        worker.doing = WORKING
        return worker

    def idle_beyond(self, needed: int) -> list[Worker]:
        """Those idle that are too many if `needed` are enough: the highest numbers first, and none that is too low."""
        too_many = len(self._workers) - needed
        if too_many <= 0 or not self._idle:
            return []
        high = [worker for worker in self._idle if worker.number >= needed]
        return sorted(high, key=lambda worker: -worker.number)[:too_many]

    def remove(self, worker: Worker) -> None:
        del self._workers[worker.number]
        if worker.doing is Doing.IDLING:
            self._idle.remove(worker)
        self._busy -= worker.doing is WORKING
        worker.doing = Doing.LEAVING
