"""`source`: shows code of the running package, read when the cell runs."""

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

__all__ = ["Source", "source"]


def source(thing: type | Callable[..., Any]) -> "Source":
    """The source of a class, function or method, for a notebook to show.

    `OSError` or `TypeError` if its source cannot be found: `thing` is built in, or was typed at a prompt.
    """
    return Source(thing)


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
