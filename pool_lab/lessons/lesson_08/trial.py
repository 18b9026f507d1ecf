"""How a pool of lesson 08 is tried out: what it is used for, and the facts that this shows.

The first calls hold their workers until all others have been submitted. So no clock is needed to see whether `submit`
waits, and how many calls run at the same time. They are not in the picture, which shows the naps. A pool that is not
right yet might let the trial wait forever, so each wait ends after `LONGEST_S`, and the facts tell.
"""

import re
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from typing import Any

from pool_lab.lab.work import workloads
from pool_lab.lessons.exercises.child import watch
from pool_lab.lessons.exercises.starter import functions_of

__all__ = ["CANCELLED", "NAPS", "PENDING", "RAISED", "WORKERS", "put_to_use", "trial_of_step"]

WORKERS = 3
NAPS = (0.3, 0.1, 0.2, 0.15, 0.12, 0.25)
"""Each of another length, so that a call made twice, or the result of another call, is seen."""
PENDING, RAISED, CANCELLED = "pending", "raised FailedOnPurpose", "cancelled"
"""Outcomes of calls."""
LONGEST_S, LONGEST_AFTER_CRASH_S, TO_END_S = 4.0, 2.0, 0.1
"""How long the trial waits for a call. The calls that hold the workers wait twice as long. A thread that
does not wait for its first call may end before that."""


class FailedOnPurpose(Exception):  # its name is what the learner reads of it
    """Of a class that nobody knows, so it is caught only with all others."""


class Trial:
    """A pool, the calls that it gets, and what they notice."""

    def __init__(self, make_pool: Any, workers: int | None, *, is_seen: bool = True) -> None:
        self.workers, self.submitter = workers or 1, threading.current_thread()
        self.before = set(threading.enumerate())
        self.crashed = _note_crashes({function.__code__.co_filename for function in functions_of(make_pool)})
        self.pool = make_pool() if workers is None else make_pool(workers)
        self.submit_unseen = self.pool.submit
        self.ran: list[Any] = []
        self.submitted: Counter[Any] = Counter(NAPS)
        self.made: list[Any] = []
        self.threads: set[threading.Thread] = set()
        self.started, self.finished, self.gate = threading.Semaphore(0), threading.Semaphore(0), threading.Event()
        self.last: list[threading.Thread] = []
        for thread in self.new_threads()[:1]:
            thread.join(TO_END_S)
        if is_seen:
            watch(self.pool)

    @property
    def patience_s(self) -> float:
        """If an error has ended a thread, the learner need not wait long to read it."""
        return LONGEST_AFTER_CRASH_S if self.crashed else LONGEST_S

    def hold_all(self) -> list[Any]:
        self.gate.clear()
        self.submitted["hold"] += self.workers
        return [self.submit_unseen(self.hold) for _ in range(self.workers)]

    def hold(self, *_: object) -> None:
        """Hold the worker until the gate opens. Open it if `submit` makes this call, or waits for it."""
        self.made.append("hold")
        self.started.release()
        if threading.current_thread() is self.submitter or not self.gate.wait(2 * LONGEST_S):
            self.gate.set()
        if self.last and threading.current_thread() is self.last[0]:
            self.last[1].join(LONGEST_S / 2)

    def all_held(self) -> bool:
        """Whether every worker is held; then open the gate."""
        held = not self.gate.is_set() and self.all_come(self.started, self.workers)
        self.gate.set()
        return held

    def new_threads(self) -> list[threading.Thread]:
        """Those that have been started since, and have not ended, in this order."""
        return [thread for thread in threading.enumerate() if thread not in self.before]

    def all_come(self, semaphore: threading.Semaphore, count: int) -> bool:
        return all(semaphore.acquire(timeout=self.patience_s) for _ in range(count))

    def outcomes(self, futures: list[Any]) -> list[Any]:
        wait([future for future in futures if isinstance(future, Future)], self.patience_s)
        return list(map(_outcome, futures))

    def nap(self, length: float) -> float:
        self.threads.add(threading.current_thread())
        self.ran.append(length)
        self.made.append(length)
        workloads.nap(length)
        if self.ran.count(length) == 1:
            self.finished.release()
        return length

    def fail(self) -> None:
        self.made.append("fail")
        raise FailedOnPurpose("this call fails on purpose")

    def made_again(self) -> bool:
        """Whether any call was made more often than it was submitted."""
        made = Counter(self.made)
        return any(made[call] > times for call, times in self.submitted.items())


def put_to_use(step: int, make_pool: Any) -> dict[str, Any]:
    """Use the pool as far as this step of the lesson has come."""
    trial = Trial(make_pool, None if step == 1 else WORKERS)
    trial.hold_all()
    trial.submitted["fail"] += step >= 4
    failing = trial.pool.submit(trial.fail) if step >= 4 else None
    futures = [trial.pool.submit(trial.nap, length) for length in NAPS]
    facts: dict[str, Any] = {"at once": not trial.gate.is_set(), "together": trial.all_held()}
    if step == 5:
        facts |= _shut_down(trial, futures)
        facts["returned"] = facts["returned"] and (bool(trial.crashed) or _returns_if_the_first_is_last(make_pool))
    if step >= 3:
        facts |= {"outcomes": trial.outcomes(futures), "error": trial.outcomes([failing])[0]}
    else:
        trial.all_come(trial.finished, len(NAPS))
        facts |= {"listed": _listed(trial.pool), "alive": bool(trial.new_threads())}
    if step == 4:
        held = trial.hold_all()
        facts |= {"all workers": trial.all_held()}
        trial.outcomes(held)
    return facts | {
        "ran": [*trial.ran],
        "threads": len(trial.threads),
        "crashed": [*trial.crashed],
        "again": trial.made_again(),
    }


def _note_crashes(files: set[str]) -> list[str]:
    """What ends a thread from now on is added to the list, and printed with its line in the answer, without ours."""
    crashed: list[str] = []

    def note(ended: threading.ExceptHookArgs) -> None:
        text = re.sub(": <Future at .*", "", str(ended.exc_value))  # its address says nothing, and is cut off
        crashed.append(f"{ended.exc_type.__name__}: {text}")
        lines = [line for frame, line in traceback.walk_tb(ended.exc_traceback) if frame.f_code.co_filename in files]
        sys.stderr.write(f"{f'Line {lines[-1]} ended a thread' if lines else 'A thread ended'}: {crashed[-1]}\n")

    threading.excepthook = note
    return crashed


def _listed(pool: Any) -> list[bool]:
    """Which entries of its list are threads."""
    listed = getattr(pool, "threads", ())
    return [isinstance(one, threading.Thread) for one in listed] if isinstance(listed, list | tuple) else []


def _shut_down(trial: Trial, futures: list[Any]) -> dict[str, Any]:
    returned = _returns_in_time(trial.pool.shutdown)
    done = all(isinstance(future, Future) and future.done() for future in futures)
    return {"returned": returned, "done": done, "threads left": len(trial.new_threads())}


def _returns_if_the_first_is_last(make_pool: Any) -> bool:
    """Whether `shutdown` returns if the second thread ends before the first: any of them may take any entry."""
    trial = Trial(make_pool, WORKERS, is_seen=False)
    trial.hold_all()
    trial.all_come(trial.started, WORKERS)
    trial.last = trial.new_threads()[:2]
    trial.gate.set()
    return len(trial.last) < 2 or _returns_in_time(trial.pool.shutdown)


def _returns_in_time(shutdown: Callable[[], object]) -> bool:
    """Call it in another thread, since it may never return. What it raises is raised here."""
    raised: list[BaseException] = []

    def call() -> None:
        try:
            shutdown()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(LONGEST_S)
    if raised:
        raise raised[0]
    return not thread.is_alive()


def _outcome(future: Any) -> Any:
    if not isinstance(future, Future):
        return "no future"
    if not future.done():
        return PENDING
    if future.cancelled():
        return CANCELLED
    if (error := future.exception()) is not None:
        return f"raised {type(error).__name__}"
    result = future.result()
    return f"returned {type(result).__name__}" if isinstance(result, BaseException) else result


def trial_of_step(step: int) -> Any:
    return partial(put_to_use, step)
