"""`Steward`: a worker's second thread, which sends home what is done when a call takes longer than expected.

Results travel together as long as the calls are short. One that is not must not keep those of the calls before it. So
the steward looks at the worker every few milliseconds, and if it still is where it was, has what is done sent.

The steward needs the GIL for that: a call in C code that holds it for long keeps the others waiting.
"""

import threading
import time
from typing import Protocol

__all__ = ["Steward", "Work"]

PATIENCE_S = 0.005


class Work(Protocol):
    """Calls whose results travel together."""

    @property
    def at(self) -> int:
        """Another number whenever the worker has got on."""

    def send_part(self) -> None:
        """Send what is done. Called in the steward's thread, which holds its lock."""


class Steward:
    """Its thread starts with the first work, and sleeps while there is none."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        """Guards the work, and is held while a part of it is sent."""
        self._work: Work | None = None
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, work: Work) -> bool:
        """Look after the work. False: there can be no second thread, and nobody looks after it."""
        self._work = work
        self._wake.set()
        if self._thread is None:
            thread = threading.Thread(target=self._watch, name="steward", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                return False
            self._thread = thread
        return True

    def end(self) -> None:
        """No part will be sent any more."""
        with self.lock:
            self._work = None

    def _watch(self) -> None:
        seen = None
        while True:
            if self._work is None:
                self._wake.wait()
            elif seen is not None:
                self._send_part(seen)
            seen = self._at()
            time.sleep(PATIENCE_S)
            if self._work is None:
                seen = None
                self._wake.clear()

    def _at(self) -> int | None:
        """Keeps nothing of the work: it may be over while the steward sleeps."""
        with self.lock:
            return None if self._work is None else self._work.at

    def _send_part(self, seen: int) -> None:
        with self.lock:
            if self._work is not None and self._work.at == seen:
                self._work.send_part()
