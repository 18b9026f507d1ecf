"""`function_name`: what a call in an executor of another library is called: after the function of the program."""

from collections.abc import Callable
from concurrent.futures import process
from contextvars import Context
from functools import partial
from typing import Any

from pool_lab.events import name_of

__all__ = ["function_name"]

# The `map` of a standard process pool submits partial(_process_chunk, fn).
_CHUNK = getattr(process, "_process_chunk", None)


def function_name(function: Callable[..., Any]) -> str:
    """Its name, also through `partial`, `Context.run` (as of `asyncio.to_thread`) and the chunks of `map`."""
    while isinstance(function, partial):
        inner = function.func
        passes_on = inner is _CHUNK or isinstance(getattr(inner, "__self__", None), Context)
        function = function.args[0] if passes_on and function.args and callable(function.args[0]) else inner
    return name_of(function)
