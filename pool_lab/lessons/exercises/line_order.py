"""Lines to put in order: the answer is a row of letters, and what is run is the lines in that order."""

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pool_lab.lessons.exercises.exercise import Unreadable

__all__ = ["listing", "ordering"]


def listing(lines: Mapping[str, str]) -> str:
    """The lines as the text of an exercise shows them, each with its letter; to be set below its last sentence."""
    code = "\n".join(f"{line}  # {letter}" for letter, line in lines.items())
    return f"\n\n```python\n{code}\n```"


def ordering(lines: Mapping[str, str], preamble: str) -> Callable[[Any], Callable[[], Any]]:
    """What makes a function of a row of letters, such as "B A C" or ["B", "A", "C"]. It returns `results`."""

    def prepare(answer: str | Iterable[str]) -> Callable[[], Any]:
        body = [lines[letter] for letter in _letters(answer, lines)]
        source = "\n    ".join(["def in_this_order():", *body, "return results"])
        counted = ast.increment_lineno(ast.parse(source), -1)  # errors name lines: the first is the learner's first
        names: dict[str, Any] = {"__name__": "__main__"}
        exec(preamble, names)
        exec(compile(counted, "<your lines>", "exec"), names)
        return names["in_this_order"]  # type: ignore[no-any-return]

    return prepare


def _letters(answer: str | Iterable[str], lines: Mapping[str, str]) -> list[str]:
    if not isinstance(answer, str | list | tuple):
        raise Unreadable(f"Write the letters of the lines in their order, such as {' '.join(list(lines)[:3])!r}.")
    letters = [letter.upper() for letter in "".join(map(str, answer)) if letter.isalnum()]
    unknown = [letter for letter in letters if letter not in lines]
    if unknown or not letters:
        raise Unreadable(
            f"The lines are called {', '.join(lines)}; there is no {', '.join(unknown) or 'empty answer'}."
        )
    return letters
