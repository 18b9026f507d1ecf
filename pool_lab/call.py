"""`Call`: one submitted call, and what is measured and said of it."""

import traceback
from collections.abc import Callable
from contextvars import Context
from functools import partial
from typing import Any, NamedTuple

from .future import Future

__all__ = ["Call", "Worktime", "name_of", "text_of"]


class Call(NamedTuple):
    """One submitted call."""

    number: int
    future: Future[Any]
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    context: Context
    """The submitter's context variables, as they were when it submitted."""


class Worktime(NamedTuple):
    """What a worker measured around a call: seconds on `time.perf_counter`, and seconds on a core."""

    began: float
    ended: float
    cpu_s: float


def name_of(function: Callable[..., Any]) -> str:
    """The function's name, also through `functools.partial`."""
    while isinstance(function, partial):
        function = function.func
    try:
        name = function.__name__
    except Exception:  # it may be anything that can be called
        name = None
    return name if isinstance(name, str) else type(function).__name__


def text_of(error: BaseException) -> str:
    """Type and text of an exception, without its notes."""
    summary = traceback.TracebackException(type(error), error, None, compact=True)
    summary.__notes__ = None
    return list(summary.format_exception_only())[-1].strip()
