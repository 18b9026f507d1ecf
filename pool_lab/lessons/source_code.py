"""`source`: shows code of the running package, read when the cell runs."""

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

__all__ = ["Source", "source"]


def source(thing: type | Callable[..., Any]) -> "Source":
    """The source of a class, function or method, for a notebook to show.

    `TypeError` if `thing` is something else; `OSError` if it has no Python source, since it is built in, say.
    """
    if not (inspect.isclass(thing) or inspect.isroutine(thing)):
        raise TypeError(
            f"source() shows a class, a function or a method, and {thing!r} is none: "
            "write source(ThreadPoolExecutor.submit), say"
        )
    try:
        return Source(thing)
    except (OSError, TypeError):
        raise OSError(
            f"there is no Python source of {thing!r} to show: it is written in C, or its file is not here. "
            "Ask for something else, such as source(ThreadPoolExecutor.submit)"
        ) from None


class Source:
    """The source of one class, function or method. A notebook shows it with colours."""

    def __init__(self, thing: type | Callable[..., Any]) -> None:
        self.name = thing.__qualname__
        self.module = thing.__module__
        self.code = textwrap.dedent(inspect.getsource(thing)).rstrip()

    def __repr__(self) -> str:
        return f"Source({self.module}.{self.name})"

    def _repr_markdown_(self) -> str:
        return f"`{self.name}` in `{self.module}`\n\n```python\n{self.code}\n```"
