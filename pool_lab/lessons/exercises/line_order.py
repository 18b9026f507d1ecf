"""Lines to put in order: the answer is a row of letters, and what is run is the lines in that order."""

import ast
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Unreadable", "in_order", "lines_of"]

_parsing = threading.Lock()  # in Python 3.11, threads that parse at the same time can get a SystemError


class Unreadable(ValueError):
    """An answer that cannot be run at all; the text tells the learner why."""


def lines_of(text: str) -> dict[str, str]:
    """The lines of code in the text of an exercise, by the letters before them."""
    return dict(re.findall(r"^([A-Z])   (\S.*)$", text, re.MULTILINE))


def in_order(answer: Any, lines: Mapping[str, str], imports: str) -> Callable[[], Any]:
    """A function with the lines in the order of the answer, such as "B A C" or ["B", "A", "C"]. It returns `results`.

    Raises `Unreadable`.
    """
    body = [lines[letter] for letter in _letters(answer, lines)]
    source = "\n    ".join(["def in_this_order():", *body, "return results"])
    with _parsing:
        counted = ast.increment_lineno(ast.parse(source), -1)  # errors name lines: the first is the learner's first
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(imports, names)
    exec(compile(counted, "<your lines>", "exec"), names)
    return names["in_this_order"]  # type: ignore[no-any-return]


def _letters(answer: Any, lines: Mapping[str, str]) -> list[str]:
    if not isinstance(answer, str | list | tuple):
        raise Unreadable(f"Write the letters of the lines in their order, such as {' '.join(list(lines)[:3])!r}.")
    letters = [letter.upper() for letter in "".join(map(str, answer)) if letter.isalnum()]
    unknown = [letter for letter in letters if letter not in lines]
    if unknown:
        raise Unreadable(f"The lines are {', '.join(lines)}. There is no line {', '.join(unknown)}.")
    if not letters:
        raise Unreadable(f"Your answer is empty. The lines are {', '.join(lines)}.")
    return letters
