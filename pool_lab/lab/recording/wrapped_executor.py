"""`WrappedExecutor`: makes events from the calls of an executor of another library.

    executor.submit(fn) --> submit(timed fn) --> worker: measures fn --> future --> events

It wraps the executor's `submit`, which `map` uses as well. So each call is timed where it runs. In a thread, events are
sent at once. From another process or machine the times return with the result, so events are sent when the call has
ended. Functions of a notebook are pickled by value.
"""

import concurrent.futures
import inspect
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import cloudpickle

from pool_lab.events import NOT_TIMED, STARTED, SUBMITTED, EventKind, Observer, event
from pool_lab.lab.recording.function_name import function_name
from pool_lab.lab.recording.method_wrapper import wrap_method
from pool_lab.lab.recording.observed_calls import ObservedCalls
from pool_lab.lab.recording.remote_future import follow
from pool_lab.lab.recording.timed_call import Timing, call_timed

__all__ = ["WrappedExecutor"]

STANDARD = (concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor)


class _ByValue:
    """A function that is pickled by value, and unpickled as itself."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        return cloudpickle.loads, (cloudpickle.dumps(self.function),)


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
            future = submit(call_timed, _ByValue(fn) if self._by_value else fn, *args, **kwargs)
        else:
            future = submit(fn, *args, **kwargs)
        self._tell(submitted)
        if isinstance(future, concurrent.futures.Future):
            future.number, future.observers = call, self._observers  # type: ignore[attr-defined]  # as our calls have
            if self._in_threads or not self._is_timed:
                future.add_done_callback(partial(self._done, call))
            else:
                follow(future, call, self)
        return future

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

    def tell_remote(self, call: int, timing: Timing | None, error: BaseException | None = None) -> None:
        """A call in another process has returned, or raised this error."""
        if timing is None:
            self._tell_ended(call, None, NOT_TIMED, error)
            return
        times, key = timing[:3], timing[3:]
        worker = self._workers.get(key)
        if worker is None:
            worker = self._worker(key)
        self._tell(event(STARTED, call, worker, time=times[0]))
        self._tell_ended(call, worker, times, error)

    def tell_cancelled(self, call: int) -> None:
        self._tell(event(EventKind.CANCELLED, call))

    def _tell_done(self, call: int, future: concurrent.futures.Future[Any]) -> None:
        """A call in a thread has told its outcome itself."""
        if future.cancelled():
            self.tell_cancelled(call)
        elif not self._in_threads:
            self.tell_remote(call, None, future.exception())


def _shutdown_lacks(executor: concurrent.futures.Executor) -> set[str] | None:
    """The options of `shutdown` that a Dask client's executor, say, does not take, but a view that stops it gives.

    None: there is no `shutdown` yet. A pool of the standard library gets what the program gives.
    """
    shutdown = getattr(executor, "shutdown", None)
    if shutdown is None or isinstance(executor, STANDARD):
        return None if shutdown is None else set()
    return {"wait", "cancel_futures"} - set(inspect.signature(shutdown).parameters)
