"""Answers to try the coach with, as a notebook's cell would define them."""

import textwrap
from typing import Any


def function_of(body: str, **names: Any) -> Any:
    """A function that takes anything, defined in `__main__` as in a cell; its first line is the `def`."""
    source = "def answer(*_):\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    scope = {"__name__": "__main__", **names}
    exec(compile(source, "<cell>", "exec"), scope)
    return scope["answer"]
