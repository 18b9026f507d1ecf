"""`WrappedExecutor`: makes events from the calls of an executor of another library.

    executor.submit(fn) --> submit(timed fn) --> worker: measures fn --> future --> events

It wraps the executor's `submit`, which `map` uses as well. So each call is timed where it runs. In a thread, events are
sent at once. From another process or machine the times return with the result, so events are sent when the call has
ended. Functions of a notebook are pickled by value.
"""

import concurrent.futures
import inspect
import os
import weakref
from collections.abc import Callable
from functools import partial
from threading import get_ident
from time import perf_counter, thread_time
from typing import Any

import cloudpickle

from pool_lab.events import NOT_TIMED, STARTED, SUBMITTED, EventKind, Observer, event
from pool_lab.future import CANCELLED, PENDING, RUNNING, Future
from pool_lab.lab.recording.function_name import function_name
from pool_lab.lab.recording.method_wrapper import wrap_method
from pool_lab.lab.recording.observed_calls import ObservedCalls, Times, WorkerKey

__all__ = ["WrappedExecutor"]

STANDARD = (concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor)


_TIMED = "pool_lab timed"
_Timing = tuple[Times, WorkerKey]
"""When a call ran, in seconds, and where. All of it is plain, because that is pickled fastest."""


def _call_timed(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> tuple[str, Any, _Timing]:
    """Runs in another process. Returns what the function does, with the timing, or raises with the timing attached."""
    began, cpu_began = perf_counter(), thread_time()
    try:
        result = function(*args, **kwargs)
    except BaseException as error:
        error.__dict__["pool_lab_timing"] = _timing(began, cpu_began)
        raise
    return _TIMED, result, _timing(began, cpu_began)


def _timing(began: float, cpu_began: float) -> _Timing:
    ended, cpu_s = perf_counter(), thread_time() - cpu_began
    return (began, ended, cpu_s), (os.getpid(), get_ident())


def _parts(returned: Any) -> tuple[Any, _Timing | None]:
    """What the function has returned, and the timing; None if the executor has put something else in its place."""
    if type(returned) is tuple and len(returned) == 3 and isinstance(returned[0], str) and returned[0] == _TIMED:
        return returned[1:]
    return returned, None


class _ByValue:
    """A function that is pickled by value, and unpickled as itself."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        return cloudpickle.loads, (cloudpickle.dumps(self.function),)


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
        start = self._inner.set_running_or_notify_cancel
        self._inner.set_running_or_notify_cancel = (  # type: ignore[method-assign]
            lambda: start() and self.set_running_or_notify_cancel()
        )
        if self._inner.running():
            self.set_running_or_notify_cancel()


class WrappedExecutor(ObservedCalls):
    """Observes the calls of one executor."""

    def __init__(
        self,
        executor: concurrent.futures.Executor,
        observer: Observer,
        *,
        in_threads: bool,
        by_value: bool = False,
        is_timed: bool = True,
    ) -> None:
        """Of calls in other processes that are not timed, only the outcomes are seen."""
        super().__init__(observer)
        self._in_threads, self._by_value = in_threads, by_value
        self._is_timed = in_threads or is_timed
        self._shutdown_lacks = _shutdown_lacks(executor)
        self._done = self._tell_done
        self._undo = [wrap_method(executor, "submit", self._submit)]
        if self._shutdown_lacks is not None:
            self._undo.append(wrap_method(executor, "shutdown", self._shut_down))
        weakref.finalize(executor, self._on_drop).atexit = False

    def detach(self) -> None:
        self._observers.clear()
        for undo in self._undo:
            undo()

    def _submit(self, submit: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if not self._observers or not args or not callable(args[0]):  # a class may have a `submit` of its own
            return submit(*args, **kwargs)
        fn, args = args[0], args[1:]
        call = next(self._numbers)
        submitted = event(SUBMITTED, call, None, function_name(fn))
        if self._in_threads:
            future = submit(partial(self._run, call, fn), *args, **kwargs)
        elif self._is_timed:
            future = submit(_call_timed, _ByValue(fn) if self._by_value else fn, *args, **kwargs)
        else:
            future = submit(fn, *args, **kwargs)
        self._tell(submitted)
        return self._followed(call, future) if isinstance(future, concurrent.futures.Future) else future

    def _followed(self, call: int, future: concurrent.futures.Future[Any]) -> concurrent.futures.Future[Any]:
        """The future that the submitter gets."""
        outer = future
        if self._in_threads or not self._is_timed:
            future.add_done_callback(partial(self._done, call))
        else:
            outer = _OuterFuture(future)
            outer.follow()
            future.add_done_callback(partial(self._finish, call, outer))
        outer.number, outer.observers = call, self._observers  # type: ignore[attr-defined]  # as our calls have
        return outer

    def _shut_down(self, shutdown: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self._tell_closed()
        waits = kwargs.get("wait", args[0] if args else True)
        if self._shutdown_lacks:
            args = () if "wait" in self._shutdown_lacks else args
            kwargs = {name: value for name, value in kwargs.items() if name not in self._shutdown_lacks}
        returned = shutdown(*args, **kwargs)
        if waits:
            self._tell_all_stopped()
        return returned

    def _finish(self, call: int, future: _OuterFuture, inner: concurrent.futures.Future[Any]) -> None:
        """A call in another process has ended: pass its outcome to the submitter's future."""
        if inner.cancelled():
            self._tell(event(EventKind.CANCELLED, call=call))
            Future.cancel(future)
            future.set_running_or_notify_cancel()
            return
        error = inner.exception()
        if error is None:
            result, timing = _parts(inner.result())
            finish = partial(future.set_result, result)
        else:
            timing = error.__dict__.pop("pool_lab_timing", None)
            finish = partial(future.set_exception, error)
        try:
            self._tell_remote(call, timing, error)
        finally:
            finish()

    def _tell_remote(self, call: int, timing: _Timing | None, error: BaseException | None = None) -> None:
        if timing is None:
            self._tell_ended(call, None, NOT_TIMED, error)
            return
        times, key = timing
        worker = self._worker(key)
        self._tell(event(STARTED, call, worker, time=times[0]))
        self._tell_ended(call, worker, times, error)

    def _tell_done(self, call: int, future: concurrent.futures.Future[Any]) -> None:
        """A call in a thread has told its outcome itself."""
        if future.cancelled():
            self._tell(event(EventKind.CANCELLED, call=call))
        elif not self._in_threads:
            self._tell_remote(call, None, future.exception())


def _shutdown_lacks(executor: concurrent.futures.Executor) -> set[str] | None:
    """The options of `shutdown` that a Dask client's executor, say, does not take, but a view that stops it gives.

    None: there is no `shutdown` yet. A pool of the standard library gets what the program gives.
    """
    shutdown = getattr(executor, "shutdown", None)
    if shutdown is None or isinstance(executor, STANDARD):
        return None if shutdown is None else set()
    return {"wait", "cancel_futures"} - set(inspect.signature(shutdown).parameters)
