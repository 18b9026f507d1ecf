"""`source`: the code that is running, read when the cell runs. A lesson never pastes it."""

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

__all__ = ["Source", "source"]


def source(thing: type | Callable[..., Any]) -> "Source":
    """The source of a class, function or method, to be shown by a notebook."""
    return Source(thing)


class Source:
    """Source code that a notebook shows in colour."""

    def __init__(self, thing: type | Callable[..., Any]) -> None:
        self.name = thing.__qualname__
        self.module = thing.__module__
        self.code = textwrap.dedent(inspect.getsource(thing)).rstrip()

    def __repr__(self) -> str:
        return f"Source({self.module}.{self.name})"

    def _repr_markdown_(self) -> str:
        return f"`{self.name}` in `{self.module}`\n\n```python\n{self.code}\n```"
