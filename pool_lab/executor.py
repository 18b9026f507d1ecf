"""`Executor`: the contract that every pool keeps, and `map`, which needs nothing but `submit`.

It inherits from the standard `Executor`, so that whatever checks for one accepts ours; `with` is inherited.
"""

import concurrent.futures
import operator
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, ParamSpec, TypeVar

from .future import Future

__all__ = ["Executor", "whole_number"]

P = ParamSpec("P")
T = TypeVar("T")


class Executor(concurrent.futures.Executor):
    """Takes calls and runs them some time, somewhere. Leaving its `with` block is `shutdown(wait=True)`."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand over the call `fn(*args, **kwargs)` and return its future at once."""
        raise NotImplementedError

    def map(
        self,
        fn: Callable[..., T],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int | None = None,
        buffersize: int | None = None,
    ) -> Iterator[T]:
        """Like the built-in `map`, with the calls handed to the pool: results come in the order of the inputs.

        All inputs are taken and submitted at once; with `buffersize` only so many ahead of the results, so the
        inputs may be endless. Asking for a result blocks until it is there. It raises what its call raised, which ends
        the iterator, and `TimeoutError` if it is not there `timeout` seconds after `map` was called. When the iterator
        ends early or is closed, calls that have not started are cancelled. `chunksize` matters to processes only; None
        leaves it to the pool.
        """
        if buffersize is not None and whole_number("buffersize", buffersize, "an integer or None") < 1:
            raise ValueError(f"buffersize must be None or > 0, got {buffersize}")
        deadline = None if timeout is None else time.monotonic() + timeout
        inputs = zip(*iterables, strict=False)
        futures: deque[Future[T]] = deque()
        try:
            for args in islice(inputs, buffersize):
                futures.append(self.submit(fn, *args))
        except BaseException:
            _cancel(futures)
            raise
        # The iterator must not keep a pool alive that its user has dropped.
        pool = weakref.ref(self)

        def submit_next() -> None:
            executor = pool()
            if executor is not None and (args := next(inputs, None)) is not None:
                futures.append(executor.submit(fn, *args))

        return _results(futures, deadline, submit_next if buffersize else None)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls. Running and waiting ones are still done, unless `cancel_futures` drops the waiting.

        `wait` blocks until the last call is done and the workers are gone. May be called again.
        """


def whole_number(name: str, value: object, allowed: str = "a whole number") -> int:
    """The value as an int, or a TypeError that names it and says what is allowed."""
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be {allowed}, got {value!r}") from None


def _results(futures: deque[Future[T]], deadline: float | None, submit_next: Callable[[], None] | None) -> Iterator[T]:
    try:
        while futures:
            if submit_next is not None:
                submit_next()
            yield _take(futures.popleft(), deadline)
    finally:
        _cancel(futures)


def _take(future: Future[T], deadline: float | None) -> T:
    """The future's result; if it is not there by the deadline, or the wait is interrupted, its call is cancelled."""
    try:
        return future.result(None if deadline is None else deadline - time.monotonic())
    finally:
        future.cancel()
        # Without this, an exception's traceback would keep the future that holds the exception.
        del future


def _cancel(futures: Iterable[Future[Any]]) -> None:
    for future in futures:
        future.cancel()
