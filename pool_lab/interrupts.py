"""Ctrl-C comes before or after a deed, never in its middle.

Python raises `KeyboardInterrupt` in the main thread between any two steps of it. Where the first without the second
would lose a call or a worker, both make one deed:

    with uninterrupted():
        a worker is picked for a call     <-- Ctrl-C here ...
        the call is handed to the worker
                                          <-- ... is heard here, a moment later

What may take long within it, such as foreign code, is done in `interruptible()`, where Ctrl-C is heard at once; whoever
presses twice is heard at once everywhere. In other threads nobody is ever interrupted, and neither does anything there.
"""

import _signal  # type: ignore[import-not-found]  # what `signal` consists of; its own functions take ten times as long
from _thread import get_ident
from collections.abc import Callable
from threading import main_thread
from types import FrameType
from typing import Any

__all__ = ["interruptible", "uninterrupted"]

_get_handler, _set_handler = _signal.getsignal, _signal.signal
SIGINT: int = _signal.SIGINT


class uninterrupted:  # noqa: N801  # it is used like a function
    """For the time of the deed, this is what hears Ctrl-C."""

    __slots__ = ("_handler", "_pressed")

    def __init__(self) -> None:
        self._handler: Callable[[int, FrameType | None], Any] | None = None
        """Who hears it otherwise; None: there is nothing to put off."""
        self._pressed: tuple[int, FrameType | None] | None = None

    def __enter__(self) -> None:
        handler = _get_handler(SIGINT)
        if callable(handler) and type(handler) is not uninterrupted:
            self._handler = handler
            try:
                _set_handler(SIGINT, self)
            except ValueError:  # only the main thread hears signals, and not a subinterpreter's
                self._handler = None

    def __exit__(self, *_: object) -> None:
        if self._handler is not None:
            _set_handler(SIGINT, self._handler)
            if self._pressed is not None:
                self.make_up()

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        if self._pressed is not None:
            self.make_up()
        self._pressed = signum, frame

    def make_up(self) -> None:
        """Let it be heard now."""
        pressed, self._pressed = self._pressed, None
        if pressed is not None and self._handler is not None:
            self._handler(*pressed)

    @property
    def handler(self) -> Any:
        return self._handler


class interruptible:  # noqa: N801
    """A part of a deed during which Ctrl-C is heard at once."""

    __slots__ = ("_deed",)

    def __init__(self) -> None:
        self._deed: uninterrupted | None = None

    def __enter__(self) -> None:
        deed = _get_handler(SIGINT)
        if type(deed) is uninterrupted and get_ident() == main_thread().ident:
            self._deed = deed
            _set_handler(SIGINT, deed.handler)
            deed.make_up()

    def __exit__(self, *_: object) -> None:
        if self._deed is not None:
            _set_handler(SIGINT, self._deed)
