"""`WrappedExecutor`: makes events from the calls of an executor of another library.

    executor.submit(fn) --> submit(timed fn) --> worker: measures fn --> future --> events

It wraps the executor's `submit`, which `map` uses as well. So each call is timed where it runs. In a thread, events are
sent at once. From another process or machine the times return with the result, so events are sent when the call has
ended. Functions of a notebook are pickled by value.
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

from pool_lab.events import NOT_TIMED, Event, EventKind, Observer, Observers, Times, event, text_of
from pool_lab.future import CANCELLED, PENDING, RUNNING, Future
from pool_lab.lab.recording.function_name import function_name
from pool_lab.lab.recording.method_wrapper import wrap_method

__all__ = ["Timed", "TimedByValue", "WrappedExecutor"]


STANDARD = (concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor)


class _Timing(NamedTuple):
    """When a call ran, in seconds, and where."""

    began: float
    ended: float
    cpu_s: float
    key: "_WorkerKey"


_WorkerKey = tuple[int, int]
"""Process and thread. The workers of a process pool differ in the first, interpreters in the second."""


class Timed:
    """A function to call in another process: returns (result, timing), or raises with the timing attached."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, /, *args: Any, **kwargs: Any) -> tuple[Any, _Timing]:
        began, cpu_began = time.perf_counter(), time.thread_time()
        try:
            result = self.function(*args, **kwargs)
        except BaseException as error:
            error.__dict__["pool_lab_timing"] = _timing(began, cpu_began)
            raise
        return result, _timing(began, cpu_began)


class TimedByValue(Timed):
    """The same, pickled by value."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _timed, (cloudpickle.dumps(self.function),)


def _timed(pickled: bytes) -> Timed:
    return Timed(cloudpickle.loads(pickled))


def _timing(began: float, cpu_began: float) -> _Timing:
    ended, cpu_s = time.perf_counter(), time.thread_time() - cpu_began
    return _Timing(began, ended, cpu_s, (os.getpid(), threading.get_ident()))


class _OuterFuture(Future[Any]):
    """The future that the submitter gets. The inner future has (result, timing); this one has the result."""

    __slots__ = ("_inner", "number", "observers")

    def __init__(self, inner: concurrent.futures.Future[Any]) -> None:
        super().__init__()
        self._inner = inner

    def cancel(self) -> bool:
        return self._inner.cancel() and super().cancel()

    def running(self) -> bool:
        return self._inner.running()

    def set_running_or_notify_cancel(self) -> bool:
        """As for any future, but it is no error to start twice, or after the end."""
        with self._state_lock:
            if self._state == PENDING:
                self._state = RUNNING
                return True
        return self._state != CANCELLED or super().set_running_or_notify_cancel()

    def follow(self) -> None:
        """Be running as soon as the inner future is."""

        def start_both(start: Callable[[], bool]) -> bool:
            return start() and self.set_running_or_notify_cancel()

        wrap_method(self._inner, "set_running_or_notify_cancel", start_both)
        if self._inner.running():
            self.set_running_or_notify_cancel()


class WrappedExecutor:
    """Observes the calls of one executor. It has no reference to the executor, so it does not keep it alive."""

    def __init__(
        self, executor: concurrent.futures.Executor, observer: Observer, timed: type[Timed] | None, *, in_threads: bool
    ) -> None:
        """timed: how calls in other processes are timed. None: they are not, so only their outcomes are seen."""
        self._timed = timed
        self._observers = Observers([observer])
        self._in_threads = in_threads
        self._shutdown_lacks = _shutdown_lacks(executor)
        self._lock = threading.Lock()  # guards the next two
        self._calls = 0
        self._workers: dict[_WorkerKey, int] = {}
        self._listening = True
        self._undo = [wrap_method(executor, "submit", self._submit)]
        if self._shutdown_lacks is not None:
            self._undo.append(wrap_method(executor, "shutdown", self._shut_down))
        weakref.finalize(executor, self._on_drop).atexit = False

    def detach(self) -> None:
        self._listening = False
        for undo in self._undo:
            undo()

    def _submit(self, submit: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if not self._listening or not args or not callable(args[0]):  # a class may have a `submit` of its own
            return submit(*args, **kwargs)
        fn, args = args[0], args[1:]
        with self._lock:
            call = self._calls
            self._calls += 1
        submitted = event(EventKind.SUBMITTED, call=call, name=function_name(fn))
        if self._in_threads:
            future = submit(partial(self._run_in_thread, call, fn), *args, **kwargs)
        else:
            future = submit(self._timed(fn) if self._timed else fn, *args, **kwargs)
        self._tell(submitted)
        return self._followed(call, future) if isinstance(future, concurrent.futures.Future) else future

    def _followed(self, call: int, future: concurrent.futures.Future[Any]) -> concurrent.futures.Future[Any]:
        """The future that the submitter gets."""
        outer = future
        if self._in_threads or not self._timed:
            future.add_done_callback(partial(self._tell_done, call))
        else:
            outer = _OuterFuture(future)
            outer.follow()
            future.add_done_callback(partial(self._finish, call, outer))
        outer.number, outer.observers = call, self._observers  # type: ignore[attr-defined]  # as our calls have
        return outer

    def _shut_down(self, shutdown: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self._tell(event(EventKind.SHUT_DOWN))
        waits = kwargs.get("wait", args[0] if args else True)
        if self._shutdown_lacks:
            args = () if "wait" in self._shutdown_lacks else args
            kwargs = {name: value for name, value in kwargs.items() if name not in self._shutdown_lacks}
        returned = shutdown(*args, **kwargs)
        if waits:
            with self._lock:
                stopped, self._workers = self._workers, {}
            self._tell_stopped(stopped)
        return returned

    def _on_drop(self) -> None:
        """The program has dropped the executor, which ends it."""
        self._tell(event(EventKind.SHUT_DOWN))
        self._tell_stopped(self._workers.copy())

    def _tell_stopped(self, workers: dict["_WorkerKey", int]) -> None:
        for key, worker in workers.items():
            self._tell(event(EventKind.WORKER_STOPPED, worker=worker, ident=_ident(key)))

    def _run_in_thread(self, call: int, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        worker = self._worker((os.getpid(), threading.get_ident()))
        self._tell(event(EventKind.STARTED, call=call, worker=worker))
        began, cpu_began = time.perf_counter(), time.thread_time()
        try:
            result = fn(*args, **kwargs)
        except BaseException as error:
            self._tell_ended(call, worker, _timing(began, cpu_began), error)
            raise
        self._tell_ended(call, worker, _timing(began, cpu_began))
        return result

    def _finish(self, call: int, future: _OuterFuture, inner: concurrent.futures.Future[Any]) -> None:
        """A call in another process has ended: pass its outcome to the submitter's future."""
        if inner.cancelled():
            self._tell(event(EventKind.CANCELLED, call=call))
            Future.cancel(future)
            future.set_running_or_notify_cancel()
            return
        error = inner.exception()
        timing: _Timing | None = None
        if error is None:
            match inner.result():
                case result, _Timing() as timing:
                    pass
                case result:  # the executor has put something else in the place of what the call returned
                    pass
            finish = partial(future.set_result, result)
        else:
            timing = error.__dict__.pop("pool_lab_timing", None)
            finish = partial(future.set_exception, error)
        try:
            self._tell_remote(call, timing, error)
        finally:
            finish()

    def _tell_remote(self, call: int, timing: _Timing | None, error: BaseException | None = None) -> None:
        worker = None
        if timing is not None:
            worker = self._worker(timing.key)
            self._tell(event(EventKind.STARTED, call=call, worker=worker, time=timing.began))
        self._tell_ended(call, worker, timing, error)

    def _tell_ended(
        self, call: int, worker: int | None, timing: _Timing | None, error: BaseException | None = None
    ) -> None:
        kind = EventKind.FINISHED if error is None else EventKind.FAILED
        times = NOT_TIMED if timing is None else Times(timing.began, timing.ended, timing.cpu_s)
        text = None if error is None else text_of(error)
        self._tell(event(kind, call=call, worker=worker, times=times, error=text))

    def _tell_done(self, call: int, future: concurrent.futures.Future[Any]) -> None:
        """A call in a thread has told its outcome itself."""
        if future.cancelled():
            self._tell(event(EventKind.CANCELLED, call=call))
        elif not self._in_threads:
            self._tell_remote(call, None, future.exception())

    def _worker(self, key: _WorkerKey) -> int:
        """The number of the worker. If it is new, send its event."""
        with self._lock:
            known = len(self._workers)
            worker = self._workers.setdefault(key, known)
        if worker == known:
            self._tell(event(EventKind.WORKER_STARTED, worker=worker, ident=_ident(key)))
        return worker

    def _tell(self, happened: Event) -> None:
        if self._listening:
            self._observers.tell(happened)


def _shutdown_lacks(executor: concurrent.futures.Executor) -> set[str] | None:
    """The options of `shutdown` that a Dask client's executor, say, does not take, but a view that stops it gives.

    None: there is no `shutdown` yet. A pool of the standard library gets what the program gives.
    """
    shutdown = getattr(executor, "shutdown", None)
    if shutdown is None or isinstance(executor, STANDARD):
        return None if shutdown is None else set()
    return {"wait", "cancel_futures"} - set(inspect.signature(shutdown).parameters)


def _ident(key: _WorkerKey) -> int:
    """The id of the worker: of its process or, in this process, of its thread."""
    process, thread = key
    return thread if process == os.getpid() else process
