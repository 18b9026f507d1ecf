"""The two moments that concern every pool of a process: the interpreter exits, and the process forks."""

import os
import sys
import threading
import weakref
from typing import Any

_told: set[weakref.ref[Any]] = set()
_exiting = threading.Event()
is_exiting = _exiting.is_set


def tell_of_exit_and_fork(lasting: Any) -> None:
    """Call methods of this object when the moment comes. It is not kept alive.

    At exit: `close()`, to take nothing new, then `join()`, to block until all has ended; or `give_up()`, if Ctrl-C has
    ended the program or ends this wait. In a forked child, while nothing else runs there: `after_fork()`.
    """
    _told.add(weakref.ref(lasting, _told.discard))


def _all_told() -> list[Any]:
    return [lasting for each in list(_told) if (lasting := each()) is not None]


def _at_exit() -> None:
    _exiting.set()
    told = _all_told()
    try:
        if getattr(sys, "last_type", None) is KeyboardInterrupt and not hasattr(sys, "ps1"):
            raise KeyboardInterrupt
        for lasting in told:
            lasting.close()
        for lasting in told:
            lasting.join()
    except KeyboardInterrupt:
        for lasting in told:
            lasting.give_up()
        for lasting in told:
            lasting.join()


def _after_fork() -> None:
    for lasting in _all_told():
        lasting.after_fork()


# As the standard executors do it: `atexit` comes after the interpreter has joined all threads. That would be too late.
threading._register_atexit(_at_exit)  # type: ignore[attr-defined]
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
