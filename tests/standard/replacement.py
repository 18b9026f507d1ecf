"""Puts pool_lab in the place of `concurrent.futures`, for as long as the interpreter runs.

The names that programs use are given to pool_lab's functions and classes, in the package and in its modules. The
standard classes, which pool_lab's inherit from, are made to refuse: what works has been done by pool_lab.

CPython's tests look at some private parts of the standard pools, to see whether threads and processes have ended. They
are shown the threads and processes of ours.
"""

import concurrent.futures
import multiprocessing
import threading
import time
from concurrent.futures import _base, process, thread
from types import SimpleNamespace
from typing import Any, NoReturn

import pool_lab

__all__ = ["replace"]

FUTURES = ("Executor", "Future", "as_completed", "wait")
PLACES: dict[Any, tuple[str, ...]] = {
    concurrent.futures: (*FUTURES, "ProcessPoolExecutor", "ThreadPoolExecutor"),
    _base: FUTURES,
    process: ("ProcessPoolExecutor",),
    thread: ("ThreadPoolExecutor",),
}
REFUSING: dict[Any, tuple[str, ...]] = {
    _base.Executor: ("submit", "map", "shutdown"),
    _base.Future: ("__init__", "result", "set_result", "set_exception", "cancel"),
    process.ProcessPoolExecutor: ("__init__", "submit", "map", "shutdown"),
    thread.ThreadPoolExecutor: ("__init__", "submit", "shutdown"),
}


def replace() -> None:
    """Give the names to pool_lab, and the private parts that tests look at to its pools."""
    for owner, names in REFUSING.items():
        for name in names:
            setattr(owner, name, _refuse)
    for place, names in PLACES.items():
        for name in names:
            setattr(place, name, getattr(pool_lab, name))
    _show(pool_lab.ThreadPoolExecutor, _broken=_broken, _threads=_threads)
    _show(
        pool_lab.ProcessPoolExecutor,
        _broken=_broken,
        _call_queue=lambda pool: SimpleNamespace(join_thread=lambda: None),  # there is none to wait for
        _executor_manager_thread=lambda pool: _AllThreads(pool._scheduler),
        _mp_context=lambda pool: pool._settings.context,
        _processes=_processes,
        _shutdown_lock=lambda pool: threading.Lock(),
    )
    _show(pool_lab.RemoteTraceback, tb=lambda error: error.args[0])
    process._RemoteTraceback = pool_lab.RemoteTraceback  # type: ignore[assignment, misc]


def _refuse(*args: object, **kwargs: object) -> NoReturn:
    raise AssertionError("the standard library's code was to run; pool_lab has its place")


def _show(owner: type, **attributes: Any) -> None:
    for name, look in attributes.items():
        setattr(owner, name, property(look))


def _broken(pool: Any) -> bool:
    return pool._scheduler.broken is not None


def _threads(pool: Any) -> set[threading.Thread]:
    """Those that run. Others may be about to start: a thread that has begun its share of a map asks for one more."""
    return {thread for thread in threading.enumerate() if thread.is_alive() and thread.ident in _idents(pool)}


def _processes(pool: Any) -> dict[int | None, Any]:
    """The pool's processes, which can still be asked when the pool has gone: pools close what has ended."""
    # The standard pool starts them in `submit`. Ours are started by their threads, a moment later.
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(
        _ident(worker) is None and worker not in pool._scheduler.idle for worker in _workers(pool)
    ):
        time.sleep(0.001)
    processes = {child.pid: child for child in multiprocessing.active_children() if child.pid in _idents(pool)}
    for child in processes.values():
        child.close = lambda: None  # type: ignore[method-assign]
    return processes


def _workers(pool: Any) -> list[Any]:
    return list(pool._scheduler.workers.values())


def _idents(pool: Any) -> set[int | None]:
    return {_ident(worker) for worker in _workers(pool)}


def _ident(worker: Any) -> int | None:
    """Of its thread, or of its process if there is one."""
    process = getattr(worker, "_process", worker.thread)
    ident: int | None = getattr(process, "pid", None) if process is not worker.thread else process.ident
    return ident


class _AllThreads:
    """The standard pool has one thread for all its processes; ours has one for each."""

    def __init__(self, scheduler: Any) -> None:
        self._scheduler = scheduler

    def join(self, timeout: float | None = None) -> None:
        self._scheduler.join()

    def is_alive(self) -> bool:
        return False
