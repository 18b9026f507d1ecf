"""`JoinableThread`: a thread that can be joined again after Ctrl-C has ended the first `join`.

Before Python 3.13 an interrupted `Thread.join` takes the thread for dead: `is_alive` says so from then on, and whoever
joins it again does not wait, nor does the interpreter when it exits.
"""

import threading
from typing import Any

__all__ = ["JoinableThread"]


class JoinableThread(threading.Thread):
    def __init__(self, *args: Any, **options: Any) -> None:
        """As `threading.Thread`."""
        super().__init__(*args, **options)
        self._is_over = threading.Event()

    def run(self) -> None:
        try:
            super().run()
        finally:
            self._is_over.set()

    def join(self, timeout: float | None = None) -> None:
        """Block until the thread has ended, at most `timeout` seconds (None: as long as it takes).

        `RuntimeError` if it was not started or is the current one.
        """
        may_be_joined = self.ident is not None and self is not threading.current_thread()
        if not may_be_joined or self._is_over.wait(timeout):
            super().join(timeout)  # what is left takes an instant
