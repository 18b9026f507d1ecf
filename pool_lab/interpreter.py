"""What becomes of pools when the interpreter exits or forks: the two moments that concern them all."""

import os
import threading
import weakref
from typing import Protocol

__all__ = ["is_exiting", "tell_of_exit_and_fork"]


class Lasting(Protocol):
    """What must hear of both."""

    def close(self) -> None:
        """Take nothing new."""

    def join(self) -> None:
        """Block until the rest is done. After `close`."""

    def after_fork(self) -> None:
        """In a forked child: let go of what is the parent's. No other thread runs."""


_told: "weakref.WeakSet[Lasting]" = weakref.WeakSet()
_exiting = threading.Event()


def tell_of_exit_and_fork(lasting: Lasting) -> None:
    """Have it told, for as long as somebody else holds it."""
    _told.add(lasting)


def is_exiting() -> bool:
    return _exiting.is_set()


def _at_exit() -> None:
    """The interpreter exits: queued calls still run, no new ones are taken, and every worker ends."""
    _exiting.set()
    told = list(_told)
    for lasting in told:
        lasting.close()
    for lasting in told:
        lasting.join()


def _after_fork() -> None:
    for lasting in list(_told):
        lasting.after_fork()


# What `atexit` registers runs only after the interpreter has joined all threads: too late to tell workers to end. The
# standard executors use the same hook.
threading._register_atexit(_at_exit)  # type: ignore[attr-defined]
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
