"""How a pool of lesson 08 is tried out: what it is used for, and the facts that this shows.

The first calls hold their workers until all others have been submitted. So no clock is needed to see whether `submit`
waits, and how many calls run at the same time. They are not in the picture, which shows the naps. A pool that is not
right yet might let the trial wait forever, so each wait ends after `LONGEST_S`, and the facts tell.
"""

import sys
import threading
import traceback
from concurrent.futures import Future, wait
from functools import partial
from typing import Any

from pool_lab.lab.work import workloads
from pool_lab.lessons.exercises.child import watch
from pool_lab.lessons.exercises.starter import functions_of

__all__ = ["NAPS", "PENDING", "RAISED", "WORKERS", "put_to_use", "trial_of_step"]

WORKERS = 3
NAPS = (0.3, 0.1, 0.2, 0.15, 0.1, 0.25)
PENDING, RAISED = "pending", "raised LookupError"
"""Outcomes of calls."""
LONGEST_S = 4.0
"""How long the trial waits. The calls that hold the workers wait twice as long."""


class Trial:
    """A pool, the calls that it gets, and what they notice."""

    def __init__(self, make_pool: Any, workers: int | None) -> None:
        self.workers, self.submitter = workers or 1, threading.current_thread()
        self.threads_before = threading.active_count()
        self.crashed = _note_crashes({function.__code__.co_filename for function in functions_of(make_pool)})
        self.pool = make_pool() if workers is None else make_pool(workers)
        self.submit_unseen = self.pool.submit
        self.ran: list[Any] = []
        self.threads: set[threading.Thread] = set()
        self.started, self.finished, self.gate = threading.Semaphore(0), threading.Semaphore(0), threading.Event()
        watch(self.pool)

    def hold_all(self) -> list[Any]:
        self.gate.clear()
        return [self.submit_unseen(self.hold) for _ in range(self.workers)]

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

    def nap(self, length: float) -> float:
        self.threads.add(threading.current_thread())
        self.ran.append(length)
        workloads.nap(length)
        self.finished.release()
        return length

    def fail(self) -> None:
        raise LookupError("this call fails")


def put_to_use(step: int, make_pool: Any) -> dict[str, Any]:
    """Use the pool as far as this step of the lesson has come."""
    trial = Trial(make_pool, None if step == 1 else WORKERS)
    trial.hold_all()
    failing = trial.pool.submit(trial.fail) if step >= 4 else None
    futures = [trial.pool.submit(trial.nap, length) for length in NAPS]
    facts: dict[str, Any] = {"at once": not trial.gate.is_set(), "together": trial.all_held()}
    if step == 5:
        facts |= _shut_down(trial, futures)
    if step >= 3:
        facts |= {"outcomes": _outcomes(futures), "error": _outcomes([failing])[0]}
    else:
        _all(trial.finished, len(NAPS))
        facts |= {"listed": _listed(trial.pool)}
    if step == 4:
        held = trial.hold_all()
        facts |= {"all workers": trial.all_held()}
        _outcomes(held)
    return facts | {"ran": [*trial.ran], "threads": len(trial.threads), "crashed": [*trial.crashed]}


def _note_crashes(files: set[str]) -> list[str]:
    """What ends a thread from now on is added to the list, and printed with its line in the answer, without ours."""
    crashed: list[str] = []

    def note(ended: threading.ExceptHookArgs) -> None:
        crashed.append(f"{ended.exc_type.__name__}: {ended.exc_value}")
        lines = [line for frame, line in traceback.walk_tb(ended.exc_traceback) if frame.f_code.co_filename in files]
        where = f"  (line {lines[-1]})" if lines else ""
        sys.stderr.write(f"A thread of the pool ended with {crashed[-1]}{where}\n")

    threading.excepthook = note
    return crashed


def _listed(pool: Any) -> list[bool]:
    """Which entries of its list are threads."""
    listed = getattr(pool, "threads", ())
    return [isinstance(one, threading.Thread) for one in listed] if isinstance(listed, list | tuple) else []


def _all(semaphore: threading.Semaphore, count: int) -> bool:
    return all(semaphore.acquire(timeout=LONGEST_S) for _ in range(count))


def _shut_down(trial: Trial, futures: list[Any]) -> dict[str, Any]:
    """In another thread: the shutdown may never return. What it raises is raised here."""
    raised: list[BaseException] = []

    def shut_down() -> None:
        try:
            trial.pool.shutdown()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=shut_down, daemon=True)
    thread.start()
    thread.join(LONGEST_S)
    if raised:
        raise raised[0]
    returned = not thread.is_alive()
    done = all(isinstance(future, Future) and future.done() for future in futures)
    left = threading.active_count() - trial.threads_before
    return {"returned": returned, "done": done, "threads left": left}


def _outcomes(futures: list[Any]) -> list[Any]:
    wait([future for future in futures if isinstance(future, Future)], LONGEST_S)
    return list(map(_outcome, futures))


def _outcome(future: Any) -> Any:
    if not isinstance(future, Future):
        return "no future"
    if not future.done():
        return PENDING
    if (error := future.exception()) is not None:
        return f"raised {type(error).__name__}"
    result = future.result()
    return f"returned {type(result).__name__}" if isinstance(result, BaseException) else result


def trial_of_step(step: int) -> Any:
    return partial(put_to_use, step)
