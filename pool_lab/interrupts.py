"""`uninterrupted`: a few lines that Ctrl-C does not split.

Python raises `KeyboardInterrupt` in the main thread, between any two steps. Where one step without the next would lose
a call or a worker, both go into one block. Ctrl-C interrupts when the block ends:

    with uninterrupted():
        take a worker from the list of idle ones      <- Ctrl-C is pressed here ...
        wake the worker
                                                      <- ... and raised here

Python handles signals in the main thread only; in others the block does nothing. A second Ctrl-C interrupts at once.
"""

import _signal  # type: ignore[import-not-found]  # the functions of `signal` itself take ten times as long
import sys
from collections.abc import Callable
from contextlib import nullcontext
from types import FrameType
from typing import Any

SIGINT: int = _signal.SIGINT


class uninterrupted:  # noqa: N801  # it is used like a function
    """Inside the block, this object is the handler of SIGINT. It remembers the signal for the end of the block."""

    __slots__ = ("_handler", "_pressed")

    def __init__(self) -> None:
        self._handler: Callable[[int, FrameType | None], Any] | None = None
        self._pressed: tuple[int, FrameType | None] | None = None

    def __enter__(self) -> None:
        handler = _signal.getsignal(SIGINT)
        if callable(handler) and type(handler) is not uninterrupted:
            self._handler = handler
            try:
                _signal.signal(SIGINT, self)
            except ValueError:  # this is not the main thread of the main interpreter
                self._handler = None

    def __exit__(self, *_: object) -> None:
        if self._handler is not None:
            _signal.signal(SIGINT, self._handler)
            if self._pressed is not None:
                self._handler(*self._pressed)

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        if self._pressed is not None and self._handler is not None:
            self._handler(signum, frame)
        self._pressed = signum, frame


# From Python 3.14 on, Ctrl-C can be raised between the `with` of a lock and its block, and leave the lock held.
unless_safe = uninterrupted if sys.version_info >= (3, 14) else nullcontext
