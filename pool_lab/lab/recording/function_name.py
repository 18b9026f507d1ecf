"""`function_name`: what a call in an executor of another library is called: after the function of the program."""

from collections.abc import Callable
from concurrent.futures import process
from contextlib import suppress
from contextvars import Context
from functools import partial
from types import BuiltinFunctionType, FunctionType
from typing import Any

from pool_lab.events import name_of

__all__ = ["function_name"]

# The `map` of a standard process pool submits partial(_process_chunk, fn).
_CHUNK = getattr(process, "_process_chunk", None)
_PLAIN = {FunctionType, BuiltinFunctionType, type}
"""Nothing else can be behind these."""


def function_name(function: Callable[..., Any]) -> str:
    """Its name, also through `partial`, `Context.run` (as of `asyncio.to_thread`), the chunks of `map`, and joblib."""
    if type(function) in _PLAIN:
        return function.__name__
    if str(type(function).__module__).startswith("joblib."):
        function = _of_joblib(function)
    while isinstance(function, partial):
        inner = function.func
        passes_on = inner is _CHUNK or isinstance(getattr(inner, "__self__", None), Context)
        function = function.args[0] if passes_on and function.args and callable(function.args[0]) else inner
    return name_of(function)


def _of_joblib(batch: Any) -> Callable[..., Any]:
    """The threads of joblib run lists of calls, each of mostly one function."""
    with suppress(Exception):
        first: Callable[..., Any] = getattr(batch, "func", batch).items[0][0]
        return first
    return batch  # type: ignore[no-any-return]
