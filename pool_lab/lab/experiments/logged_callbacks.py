"""Done-callbacks that leave a line: that they ran, for which future, and in which thread.

What a callback raises is logged by the library, in the logger `concurrent.futures`, and raised to nobody. For the
inspector's own broken callback that is said in its line, and kept out of the notebook's output.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from pool_lab.errors import logger
from pool_lab.future import AnyFuture

__all__ = ["Callback", "Diverted", "broken"]

Callback = Callable[[AnyFuture[Any]], object]


def broken(future: AnyFuture[Any]) -> None:
    """A callback with a mistake in it."""
    raise ValueError("this callback is broken")


class Diverted(logging.Filter):
    """Takes out of the library's log what is known to be the inspector's own."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()  # guards the next one, and that the filter is put up once
        self._errors: dict[int, Callable[[str], None]] = {}

    def expect(self, error: BaseException, tell: Callable[[str], None]) -> None:
        """An error is about to be logged: have `tell` called with the log's own words instead."""
        with self._lock:
            self._errors[id(error)] = tell
            logger.addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        with self._lock:
            tell = self._errors.pop(id(error), None)
            if not self._errors:
                logger.removeFilter(self)
        if tell is None:
            return True
        tell(f"logged by {record.name}")
        return False
