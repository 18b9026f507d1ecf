"""How a pool of lesson 08 is tried out: what it is used for, and the facts that this shows.

The first calls hold their workers until all others have been submitted. So no clock is needed to see whether `submit`
waits, and how many calls run at the same time. A pool that is not right yet might let the trial wait forever, so each
wait ends after `LONGEST_S`, and the facts tell.
"""

import threading
from concurrent.futures import Future, wait
from functools import partial
from typing import Any

from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.child import watch
from pool_lab.lessons.exercises.exercise import Claim
from pool_lab.lessons.exercises.mistakes import Detector

__all__ = ["AT_ONCE", "KEEPS_RESULTS", "KEEPS_THE_ERROR", "NAPS", "RAISED", "WORKERS"]
__all__ += ["fact", "is_not", "put_to_use", "says", "trial_of_step"]

WORKERS = 3
NAPS = (0.3, 0.1, 0.2, 0.15, 0.1, 0.25)
LONGEST_S = 4.0
"""How long the trial waits. The calls that hold the workers wait twice as long."""


class Trial:
    """A pool, the calls that it gets, and what they notice."""

    def __init__(self, make_pool: Any, workers: int | None) -> None:
        self.workers, self.submitter = workers or 1, threading.current_thread()
        self.threads_before = threading.active_count()
        self.pool = make_pool() if workers is None else make_pool(workers)
        self.ran: list[Any] = []
        self.threads: set[threading.Thread] = set()
        self.started, self.finished, self.gate = threading.Semaphore(0), threading.Semaphore(0), threading.Event()
        watch(self.pool)

    def hold_all(self) -> list[Any]:
        self.gate.clear()
        return [self.pool.submit(self.hold) for _ in range(self.workers)]

    def hold(self) -> None:
        """Hold the worker until the gate opens. Open it if `submit` makes this call, or waits for it."""
        self.started.release()
        if threading.current_thread() is self.submitter or not self.gate.wait(2 * LONGEST_S):
            self.gate.set()

    def all_held(self) -> bool:
        """Whether every worker is held; then open the gate."""
        held = not self.gate.is_set() and _all(self.started, self.workers)
        self.gate.set()
        return held

    def rest(self, length: float) -> float:
        self.threads.add(threading.current_thread())
        self.ran.append(length)
        nap(length)
        self.finished.release()
        return length

    def fail(self) -> None:
        raise LookupError("this call fails")


def put_to_use(step: int, make_pool: Any) -> dict[str, Any]:
    """Use the pool as far as this step of the lesson has come."""
    trial = Trial(make_pool, None if step == 1 else WORKERS)
    trial.hold_all()
    failing = trial.pool.submit(trial.fail) if step >= 4 else None
    futures = [trial.pool.submit(trial.rest, length) for length in NAPS]
    facts: dict[str, Any] = {"at once": not trial.gate.is_set(), "together": trial.all_held()}
    if step == 5:
        facts |= _shut_down(trial, futures)
    if step >= 3:
        facts |= {"outcomes": _outcomes(futures), "error": _outcomes([failing])[0]}
    else:
        _all(trial.finished, len(NAPS))
        facts |= {"listed": len(getattr(trial.pool, "threads", ()))}
    if step == 4:
        held = trial.hold_all()
        facts |= {"all workers": trial.all_held()}
        _outcomes(held)
    return facts | {"ran": [*trial.ran], "threads": len(trial.threads)}


def _all(semaphore: threading.Semaphore, count: int) -> bool:
    return all(semaphore.acquire(timeout=LONGEST_S) for _ in range(count))


def _shut_down(trial: Trial, futures: list[Any]) -> dict[str, Any]:
    """In another thread: the shutdown may never return."""
    crashed: list[str] = []
    show = threading.excepthook

    def note(ended: threading.ExceptHookArgs) -> None:
        crashed.append(ended.exc_type.__name__)
        show(ended)

    threading.excepthook = note
    thread = threading.Thread(target=trial.pool.shutdown, daemon=True)
    thread.start()
    thread.join(LONGEST_S)
    returned = not thread.is_alive()
    done = all(isinstance(future, Future) and future.done() for future in futures)
    left = threading.active_count() - trial.threads_before
    return {"returned": returned, "done": done, "threads left": left, "crashed": crashed}


def _outcomes(futures: list[Any]) -> list[Any]:
    wait([future for future in futures if isinstance(future, Future)], LONGEST_S)
    return list(map(_outcome, futures))


def _outcome(future: Any) -> Any:
    if not isinstance(future, Future):
        return "no future"
    if not future.done():
        return "pending"
    if (error := future.exception()) is not None:
        return f"raised {type(error).__name__}"
    result = future.result()
    return f"returned {type(result).__name__}" if isinstance(result, BaseException) else result


# What the facts say


def trial_of_step(step: int) -> Any:
    return partial(put_to_use, step)


def fact(made: Attempt, name: str) -> Any:
    return made.result.get(name) if isinstance(made.result, dict) else None


def says(name: str, value: Any) -> Detector:
    return lambda made: bool(fact(made, name) == value)


def is_not(name: str, value: Any) -> Detector:
    """Whether the trial came so far, and found something else."""
    return lambda made: fact(made, name) not in {None, value}


AT_ONCE = Claim("`submit` returns before the call is done", says("at once", True))
RAISED = "raised LookupError"
KEEPS_THE_ERROR = Claim("the future of a call that raised holds the exception", says("error", RAISED))
KEEPS_RESULTS = Claim("each future holds the result of its own call", says("outcomes", list(NAPS)))
