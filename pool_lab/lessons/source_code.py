"""`source`: shows code of the running package, read when the cell runs."""

import inspect
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import Any

__all__ = ["Source", "source"]


def source(thing: ModuleType | type | Callable[..., Any]) -> "Source":
    """The source of a module, class, function or method, for a notebook to show. A module is long, so it is folded.

    `TypeError` if `thing` is something else; `OSError` if it has no Python source, since it is built in, say.
    """
    if not (inspect.ismodule(thing) or inspect.isclass(thing) or inspect.isroutine(thing)):
        raise TypeError(
            f"source() shows a module, a class, a function or a method, but {thing!r} is none of them: "
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
    """The source of one module, class, function or method. A notebook shows it with colours."""

    def __init__(self, thing: ModuleType | type | Callable[..., Any]) -> None:
        self._is_folded = isinstance(thing, ModuleType)
        if isinstance(thing, ModuleType):
            self.module, _, self.name = thing.__name__.rpartition(".")
        else:
            self.module, self.name = thing.__module__, thing.__qualname__
        self.code = textwrap.dedent(inspect.getsource(thing)).rstrip()

    def __repr__(self) -> str:
        return f"Source({self.module}.{self.name})"

    def _repr_markdown_(self) -> str:
        code, lines = f"```python\n{self.code}\n```", len(self.code.splitlines())
        if self._is_folded:
            code = f"<details><summary>{lines} lines</summary>\n\n{code}\n\n</details>"
        return f"`{self.name}` in `{self.module}`\n\n{code}"
