"""`follow`: learn of the end of a call in another process, whose future is to give the result without the timing.

The future is the one that the executor has made, so it goes through all states as ever. Here it gets a class that
inherits from its own. (A second future, with the result only, would cost as much as all the rest.)

Followers are told the end before a thread that waits for the future wakes up. Only if the call ends at the very moment
in which `follow` is called, they are told after that. Then the executor has put the timing into the future as well, and
`result` takes it out.
"""

from concurrent.futures import Future
from functools import cache
from typing import Any, Protocol

from pool_lab.lab.recording.timed_call import Timing, result_in, timing_in, timing_of

__all__ = ["Follower", "follow"]


class Follower(Protocol):
    """Is told how a call has ended, in the thread that ends it."""

    def tell_cancelled(self, call: int) -> None: ...

    def tell_remote(self, call: int, timing: Timing | None, error: BaseException | None = None) -> None:
        """The call has returned, or raised this error. If the timing got lost, it is None."""


def follow(future: Future[Any], call: int, follower: Follower) -> None:
    """Tell the follower of the end of this call, once. From now on the future gives the result only."""
    if not isinstance(future, RemoteFuture):
        own: Any = type(future)
        future.__class__ = _remote(own)
    assert isinstance(future, RemoteFuture)
    future.followers += ((call, follower),)
    future.add_done_callback(_tell_end)


class RemoteFuture(Future[Any]):
    followers: tuple[tuple[int, Follower], ...] = ()
    """Those that have not been told, with their number of the call. Each has timed it, the first one outermost."""

    def set_result(self, result: Any) -> None:
        try:
            result = self.tell_returned(result)
        finally:
            super().set_result(result)

    def set_exception(self, exception: BaseException | None) -> None:
        try:
            self.tell_raised(exception)
        finally:
            super().set_exception(exception)

    def result(self, timeout: float | None = None) -> Any:
        try:
            result = super().result(timeout)
            return result_in(result) if type(result) is tuple else result
        finally:
            # The exception's traceback refers to this frame: without this, they would form a cycle.
            self = None  # type: ignore[assignment]  # noqa: F841, PLW0642

    def tell_returned(self, returned: Any) -> Any:
        """Returns the result."""
        followers, self.followers = self.followers, ()
        for call, follower in followers:
            timing = timing_in(returned)
            if timing is not None:
                returned = returned[1]
            follower.tell_remote(call, timing)
        return returned

    def tell_raised(self, error: BaseException | None) -> None:
        followers, self.followers = self.followers, ()
        for call, follower in followers:
            follower.tell_remote(call, None if error is None else timing_of(error), error)

    def tell_cancelled(self) -> None:
        followers, self.followers = self.followers, ()
        for call, follower in followers:
            follower.tell_cancelled(call)


def _tell_end(future: Future[Any]) -> None:
    """A callback: tell the followers that have not been told."""
    if not isinstance(future, RemoteFuture) or not future.followers:
        return
    if future.cancelled():
        future.tell_cancelled()
    elif error := future.exception():
        future.tell_raised(error)
    else:
        future._result = future.tell_returned(future._result)


@cache
def _remote(own: type[Future[Any]]) -> type[RemoteFuture]:
    """It has the name of the future's own class, and nothing that would change the form of its objects."""
    return type(own.__name__, (RemoteFuture, own), {"__module__": own.__module__, "__qualname__": own.__qualname__})
