"""`WrappedExecutor`: makes events of the calls of an executor that is not ours.

    executor.submit(fn) --> submit(timed fn) --> worker: measures fn --> future --> events

Its `submit` is wrapped, on that one executor only, so that each call is timed where it runs. In a thread the wrapper
sends events at once. From another process or machine the measurements return with the result, so the events come when
the call has ended. Functions of a notebook are sent there by value. A pool's `map` uses its `submit`, so it counts too.
"""

import concurrent.futures
import inspect
import os
import threading
import time
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import cloudpickle

from pool_lab.events import NOT_TIMED, Event, EventKind, Observer, Observers, Times, event, name_of
from pool_lab.future import CANCELLED, PENDING, RUNNING, Future
from pool_lab.lab.recording.method_wrapper import interpose

__all__ = ["Timed", "TimedByValue", "WrappedExecutor"]


class _Worktime(NamedTuple):
    """What the wrapper measured around a call, and where it ran."""

    began: float
    ended: float
    cpu_s: float
    place: "_Place"


_Place = tuple[int, int]
"""Process and thread: the workers of one process pool differ in the first, of interpreters in the second."""


class Timed:
    """The function, wrapped for elsewhere: returns (result, worktime), or raises with the worktime attached."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> tuple[Any, _Worktime]:
        began, cpu_began = time.perf_counter(), time.thread_time()
        try:
            result = self.function(*args, **kwargs)
        except BaseException as error:
            error.__dict__["pool_lab_worktime"] = _worktime(began, cpu_began)
            raise
        return result, _worktime(began, cpu_began)


class TimedByValue(Timed):
    def __reduce__(self) -> tuple[Any, ...]:
        return _timed, (cloudpickle.dumps(self.function),)


def _timed(pickled: bytes) -> Timed:
    return Timed(cloudpickle.loads(pickled))


def _worktime(began: float, cpu_began: float) -> _Worktime:
    ended, cpu_s = time.perf_counter(), time.thread_time() - cpu_began
    return _Worktime(began, ended, cpu_s, (os.getpid(), threading.get_ident()))


class _OuterFuture(Future[Any]):
    """Stands for the future of a wrapped call, and ends with the call's own outcome."""

    __slots__ = ("_inner",)

    def __init__(self, inner: concurrent.futures.Future[Any]) -> None:
        super().__init__()
        self._inner = inner

    def cancel(self) -> bool:
        return self._inner.cancel() and super().cancel()

    def running(self) -> bool:
        return self._inner.running()

    def set_running_or_notify_cancel(self) -> bool:
        """As for any future, but it is no error to say twice that the call has started, or after it has ended."""
        with self._state_lock:
            if self._state == PENDING:
                self._state = RUNNING
                return True
        return self._state != CANCELLED or super().set_running_or_notify_cancel()

    def follow(self) -> None:
        """Be running as soon as the call is: whoever starts it says so to its own future."""

        def pass_on(start: Callable[[], bool]) -> bool:
            return start() and self.set_running_or_notify_cancel()

        interpose(self._inner, "set_running_or_notify_cancel", pass_on)
        if self._inner.running():
            self.set_running_or_notify_cancel()


class WrappedExecutor:
    """Sees the calls of one executor pass. It does not know the executor, so nothing here keeps that alive."""

    def __init__(
        self, executor: concurrent.futures.Executor, observer: Observer, timed: type[Timed], *, in_threads: bool
    ) -> None:
        self._timed = timed
        self._observers = Observers([observer])
        self._in_threads = in_threads
        self._cancels = "cancel_futures" in inspect.signature(executor.shutdown).parameters
        self._lock = threading.Lock()  # guards the next two
        self._calls = 0
        self._workers: dict[_Place, int] = {}
        self._listening = True
        self._undo = [interpose(executor, "submit", self._submit), interpose(executor, "shutdown", self._shut_down)]
        weakref.finalize(executor, self._be_dropped).atexit = False

    def leave(self) -> None:
        self._listening = False
        for undo in self._undo:
            undo()

    def _submit(
        self,
        submit: Callable[..., concurrent.futures.Future[Any]],
        fn: Callable[..., Any],
        /,
        *args: Any,
        **kwargs: Any,
    ) -> concurrent.futures.Future[Any]:
        if not self._listening:
            return submit(fn, *args, **kwargs)
        with self._lock:
            call = self._calls
            self._calls += 1
        submitted = event(EventKind.SUBMITTED, call=call, name=name_of(fn))
        if self._in_threads:
            future = submit(partial(self._run_in_thread, call, fn), *args, **kwargs)
            future.add_done_callback(partial(self._tell_cancelled, call))
        else:
            inner = submit(self._timed(fn), *args, **kwargs)
            future = _OuterFuture(inner)
            future.follow()
            inner.add_done_callback(partial(self._arrive, call, future))
        self._tell(submitted)
        return future

    def _shut_down(self, shutdown: Callable[..., None], wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._tell(event(EventKind.SHUT_DOWN))
        # A Dask client's executor does not know the argument; with wait=False it cancels what it can anyhow.
        if self._cancels:
            shutdown(wait, cancel_futures=cancel_futures)
        else:
            shutdown(wait)
        if wait:
            with self._lock:
                gone, self._workers = self._workers, {}
            self._tell_gone(gone)

    def _be_dropped(self) -> None:
        """Nobody has the executor any more, which ends it."""
        self._tell(event(EventKind.SHUT_DOWN))
        self._tell_gone(self._workers.copy())

    def _tell_gone(self, workers: dict["_Place", int]) -> None:
        for place, worker in workers.items():
            self._tell(event(EventKind.WORKER_STOPPED, worker=worker, ident=_ident(place)))

    def _run_in_thread(self, call: int, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        worker = self._worker((os.getpid(), threading.get_ident()))
        self._tell(event(EventKind.STARTED, call=call, worker=worker))
        began, cpu_began = time.perf_counter(), time.thread_time()
        try:
            result = fn(*args, **kwargs)
        except BaseException as error:
            self._tell_ended(call, worker, _worktime(began, cpu_began), error)
            raise
        self._tell_ended(call, worker, _worktime(began, cpu_began))
        return result

    def _arrive(self, call: int, future: _OuterFuture, inner: concurrent.futures.Future[Any]) -> None:
        """A call in another process is over: hand its outcome on."""
        if inner.cancelled():
            self._tell(event(EventKind.CANCELLED, call=call))
            Future.cancel(future)
            future.set_running_or_notify_cancel()
            return
        error = inner.exception()
        if error is None:
            result, worktime = inner.result()
            self._tell_travelled(call, worktime)
            future.set_result(result)
        else:
            self._tell_travelled(call, error.__dict__.pop("pool_lab_worktime", None), error)
            future.set_exception(error)

    def _tell_travelled(self, call: int, worktime: _Worktime | None, error: BaseException | None = None) -> None:
        worker = None
        if worktime is not None:
            worker = self._worker(worktime.place)
            self._tell(event(EventKind.STARTED, call=call, worker=worker, time=worktime.began))
        self._tell_ended(call, worker, worktime, error)

    def _tell_ended(
        self, call: int, worker: int | None, worktime: _Worktime | None, error: BaseException | None = None
    ) -> None:
        kind = EventKind.FINISHED if error is None else EventKind.FAILED
        times = NOT_TIMED if worktime is None else Times(worktime.began, worktime.ended, worktime.cpu_s)
        text = None if error is None else f"{type(error).__name__}: {error}"
        self._tell(event(kind, call=call, worker=worker, times=times, error=text))

    def _tell_cancelled(self, call: int, future: concurrent.futures.Future[Any]) -> None:
        if future.cancelled():
            self._tell(event(EventKind.CANCELLED, call=call))

    def _worker(self, place: _Place) -> int:
        """The number of the worker; a new one is announced."""
        with self._lock:
            known = len(self._workers)
            worker = self._workers.setdefault(place, known)
        if worker == known:
            self._tell(event(EventKind.WORKER_STARTED, worker=worker, ident=_ident(place)))
        return worker

    def _tell(self, happened: Event) -> None:
        if self._listening:
            self._observers.tell(happened)


def _ident(place: _Place) -> int:
    """What tells the worker from the others: the process, or in this process the thread."""
    process, thread = place
    return thread if process == os.getpid() else process
