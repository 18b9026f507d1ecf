"""A done-callback with a mistake in it, and a filter for the log.

If a callback raises an exception, the library writes it to the log `concurrent.futures` and no caller sees it. For the
inspector's own broken callback the log entry says so, and the notebook's output stays free of it.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from pool_lab.errors import logger
from pool_lab.future import AnyFuture

__all__ = ["Callback", "ExpectedErrors", "broken"]

Callback = Callable[[AnyFuture[Any]], object]


def broken(future: AnyFuture[Any]) -> None:
    """A callback with a mistake in it: raises `ValueError`."""
    raise ValueError("this callback is broken")


class ExpectedErrors(logging.Filter):
    """Keeps expected errors out of the library's log."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()  # guards the next one and `addFilter`
        self._errors: dict[int, Callable[[str], None]] = {}

    def expect(self, error: BaseException, tell: Callable[[str], None]) -> None:
        """Do not log this error when it comes, but call `tell` with the name of the log."""
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
