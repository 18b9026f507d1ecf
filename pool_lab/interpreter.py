"""The two moments that concern every pool of a process: the interpreter exits, and the process forks."""

import os
import threading
import weakref
from typing import Any

_told: set[weakref.ref[Any]] = set()
_exiting = threading.Event()
is_exiting = _exiting.is_set


def tell_of_exit_and_fork(lasting: Any) -> None:
    """Call methods of this object when the moment comes. It is not kept alive.

    At exit: `close()`, to take nothing new, and then `join()`, to block until everything has ended. In a forked child,
    while no other thread runs there: `after_fork()`, to let go of what belongs to the parent.
    """
    _told.add(weakref.ref(lasting, _told.discard))


def _all_told() -> list[Any]:
    return [lasting for each in list(_told) if (lasting := each()) is not None]


def _at_exit() -> None:
    """Queued calls still run, no new ones are taken, and every worker ends."""
    _exiting.set()
    told = _all_told()
    for lasting in told:
        lasting.close()
    for lasting in told:
        lasting.join()


def _after_fork() -> None:
    for lasting in _all_told():
        lasting.after_fork()


# The functions of `atexit` run after the interpreter has joined all threads, which is too late to tell workers to end.
# The standard executors use this hook, too.
threading._register_atexit(_at_exit)  # type: ignore[attr-defined]
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
