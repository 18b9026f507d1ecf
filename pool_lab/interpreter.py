"""The two moments that concern every pool of a process: the interpreter exits, and the process forks."""

import os
import sys
import threading
import weakref
from typing import Any

_schedulers: set[weakref.ref[Any]] = set()
_exiting = threading.Event()
is_exiting = _exiting.is_set


def on_exit_and_fork(scheduler: Any) -> None:
    """Call methods of this object at these two moments. It is not kept alive.

    At exit: `close()`, to take no more calls, and `join()`, to block until all have ended. If Ctrl-C has ended the
    program, or interrupts this: `give_up()` and `join()`. In a forked child, before other code runs: `after_fork()`.
    """
    _schedulers.add(weakref.ref(scheduler, _schedulers.discard))


def _all() -> list[Any]:
    return [scheduler for reference in list(_schedulers) if (scheduler := reference()) is not None]


def _at_exit() -> None:
    _exiting.set()
    schedulers = _all()
    try:
        if getattr(sys, "last_type", None) is KeyboardInterrupt and not hasattr(sys, "ps1"):
            raise KeyboardInterrupt
        for each in schedulers:
            each.close()
        for each in schedulers:
            each.join()
    except KeyboardInterrupt:
        for each in schedulers:
            each.give_up()
        for each in schedulers:
            each.join()


def _after_fork() -> None:
    for each in _all():
        each.after_fork()


# As in the standard library. `atexit` would be too late: it runs after the interpreter has joined all threads.
threading._register_atexit(_at_exit)  # type: ignore[attr-defined]
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
