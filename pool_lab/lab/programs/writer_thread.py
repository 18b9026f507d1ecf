"""`WriterThread`: calls a function four times a second, and is not noticed by the program that it runs in.

`threading.enumerate` does not show it, so a program that joins all of its threads ends. It is stopped before a fork, so
Python does not warn of a fork with threads.
"""

import _thread
import os
import time
from collections.abc import Callable

__all__ = ["WriterThread"]

FLUSH_S = 0.25
PATIENCE_S = 1.0


class WriterThread:
    """Runs from now on. `RuntimeError` if no thread can be started now."""

    def __init__(self, write: Callable[[], object]) -> None:
        # Most interpreters of a pool have no daemon threads, and do not end while there is another one.
        if not getattr(_thread, "daemon_threads_allowed", lambda: True)():
            raise RuntimeError("this interpreter has no daemon threads")
        self._write = write
        self._stop, self._ended = _thread.allocate_lock(), _thread.allocate_lock()
        self._stop.acquire()
        self._ended.acquire()
        self._id = 0
        _thread.start_new_thread(self._run, ())

    def _run(self) -> None:
        self._id = _thread.get_native_id()
        try:
            while not self._stop.acquire(timeout=FLUSH_S):
                self._write()
        finally:
            self._ended.release()

    def stop(self) -> None:
        """Block until the thread has ended, about as long as one call of the function."""
        self._stop.release()
        if self._ended.acquire(timeout=PATIENCE_S):
            while os.path.exists(f"/proc/self/task/{self._id}"):  # noqa: PTH110  # Linux counts it until then
                time.sleep(0)
