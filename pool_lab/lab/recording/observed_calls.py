"""`ObservedCalls`: numbers the calls of a pool, times those in threads, and makes events of them.

It runs beside every call of a program, so it must cost little: few functions that call others, and no lock.
"""

import os
import threading
from collections.abc import Callable
from itertools import count
from threading import get_ident
from time import perf_counter, thread_time
from typing import Any

from pool_lab.events import FINISHED, STARTED, EventKind, Observer, Observers, event, text_of

__all__ = ["HERE", "ObservedCalls", "Times", "WorkerKey"]

Times = tuple[float | None, float | None, float | None]
"""When a call began and ended, and its seconds on a core, as `pool_lab.events.Times`, which takes longer to make."""

WorkerKey = tuple[int, int]
"""Process and thread. The workers of a process pool differ in the first, interpreters in the second."""
HERE = 0
"""Stands for this process, because asking for its number takes a while."""


class ObservedCalls:
    """The calls of one pool, and its workers. It has no reference to the pool, so it does not keep it alive."""

    def __init__(self, observer: Observer) -> None:
        self._observers = Observers([observer])
        self._numbers = count()
        self._lock = threading.Lock()  # guards the next one
        self._workers: dict[WorkerKey, int] = {}
        # Bound once: that takes a while, too.
        self._tell, self._run = self._observers.tell, self._run_in_thread

    def _run_in_thread(self, call: int, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        key = (HERE, get_ident())
        worker = self._workers.get(key)
        if worker is None:
            worker = self._worker(key)
        self._tell(event(STARTED, call, worker))
        began, cpu_began = perf_counter(), thread_time()
        try:
            result = fn(*args, **kwargs)
        except BaseException as error:
            self._tell_ended(call, worker, (began, perf_counter(), thread_time() - cpu_began), error)
            raise
        ended, cpu_s = perf_counter(), thread_time() - cpu_began
        self._tell(event(FINISHED, call, worker, "", (began, ended, cpu_s)))
        return result

    def _tell_ended(self, call: int, worker: int | None, times: Times, error: BaseException | None) -> None:
        if error is None:
            self._tell(event(FINISHED, call, worker, "", times))
        else:
            self._tell(event(EventKind.FAILED, call, worker, "", times, text_of(error)))

    def _worker(self, key: WorkerKey) -> int:
        """The number of the worker. If it is new, send its event."""
        with self._lock:
            known = len(self._workers)
            worker = self._workers.setdefault(key, known)
        if worker == known:
            self._tell(event(EventKind.WORKER_STARTED, worker=worker, ident=_ident(key)))
        return worker

    def _on_drop(self) -> None:
        """The program has dropped the pool, which ends it. The lock may be held by the thread that found that out."""
        self._tell_closed()
        self._tell_stopped(self._workers.copy())

    def _tell_closed(self) -> None:
        self._tell(event(EventKind.SHUT_DOWN))

    def _tell_all_stopped(self) -> None:
        with self._lock:
            stopped, self._workers = self._workers, {}
        self._tell_stopped(stopped)

    def _tell_stopped(self, workers: dict[WorkerKey, int]) -> None:
        for key, worker in workers.items():
            self._tell(event(EventKind.WORKER_STOPPED, worker=worker, ident=_ident(key)))


def _ident(key: WorkerKey) -> int:
    """The id of the worker: of its process or, in this process, of its thread."""
    process, thread = key
    return thread if process in (HERE, os.getpid()) else process
