"""The two moments that concern every pool of a process: the interpreter exits, and the process forks."""

import os
import sys
import threading
import weakref
from typing import Any

_objects: set[weakref.ref[Any]] = set()
_exiting = threading.Event()
is_exiting = _exiting.is_set


def on_exit_and_fork(thing: Any) -> None:
    """Call methods of this object when the moment comes. It is not kept alive.

    At exit: `close()`, to take nothing new, then `join()`, to block until all has ended; or `give_up()`, if Ctrl-C has
    ended the program or ends this wait. In a forked child, while nothing else runs there: `after_fork()`.
    """
    _objects.add(weakref.ref(thing, _objects.discard))


def _all() -> list[Any]:
    return [thing for reference in list(_objects) if (thing := reference()) is not None]


def _at_exit() -> None:
    _exiting.set()
    objects = _all()
    try:
        if getattr(sys, "last_type", None) is KeyboardInterrupt and not hasattr(sys, "ps1"):
            raise KeyboardInterrupt
        for each in objects:
            each.close()
        for each in objects:
            each.join()
    except KeyboardInterrupt:
        for each in objects:
            each.give_up()
        for each in objects:
            each.join()


def _after_fork() -> None:
    for each in _all():
        each.after_fork()


# As the standard executors do it: `atexit` comes after the interpreter has joined all threads. That would be too late.
threading._register_atexit(_at_exit)  # type: ignore[attr-defined]
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
