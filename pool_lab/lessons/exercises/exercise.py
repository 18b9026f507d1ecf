"""What an exercise is: one definition of all there is to it.

The notebook's text and starter are tested against it, and so is the exercise against itself: every right answer has to
be accepted, and every wrong one has to be refused with the mistake it stands for.
"""

import dis
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import dedent
from types import CodeType
from typing import Any

from pool_lab.lessons.exercises.attempt import Attempt, Play

__all__ = ["Claim", "Exercise", "Mistake", "Unreadable", "cell", "is_untouched"]


class Unreadable(ValueError):
    """An answer that cannot be run at all; the text tells the learner why."""


@dataclass(frozen=True)
class Claim:
    """Something that a right answer makes true."""

    words: str
    holds: Callable[[Attempt], bool]
    essential: bool = True
    """Without it the answer is wrong; without one that is not essential it is almost right."""


@dataclass(frozen=True)
class Mistake:
    """A way to go wrong that can be told by what happened, and what to say about it."""

    words: str
    seen: Callable[[Attempt], bool]
    misconception: int | None = None
    """The number of the common belief behind it, in `misconceptions`."""


@dataclass(frozen=True, repr=False)
class Exercise:
    name: str
    title: str
    text: str
    """What to do, as the notebook says it."""
    starter: str
    """The cell that a learner finds."""
    hints: tuple[str, ...]
    claims: tuple[Claim, ...]
    mistakes: Mapping[str, Mistake]
    """By name; what comes first is told first."""
    right: tuple[str, ...]
    """The source of answers that all have to be accepted; the first is the solution."""
    wrong: Mapping[str, tuple[str, ...]]
    """The source of answers by the mistake they make."""
    play: Play
    preamble: str = ""
    """What the notebook imports before."""
    prepare: Callable[[Any], Any] = lambda answer: answer
    """Make of the answer what is run. Raises `Unreadable`."""

    def __repr__(self) -> str:
        return f"Exercise({self.name})"

    def value_of(self, source: str) -> Any:
        """The answer that the source of a cell gives: what it defines or hands to `check`."""
        given: list[Any] = []

        def check(_: str, answer: Any) -> None:
            given.append(answer)

        def exercise(name: str) -> Callable[[Any], None]:
            return lambda answer: check(name, answer)

        names: dict[str, Any] = {"__name__": "__main__", "check": check, "exercise": exercise}
        exec(compile(self.preamble + "\n", f"<before {self.name}>", "exec"), names)
        exec(compile(source, f"<{self.name}>", "exec"), names)
        if len(given) != 1:
            raise ValueError(f"the source of an answer to {self.name} must give one answer, not {len(given)}")
        return given[0]

    def is_not_attempted(self, answer: Any) -> bool:
        return is_untouched(answer, self.value_of(self.starter))


def cell(source: str) -> str:
    """The source as it stands in a cell, whatever its indentation here."""
    return dedent(source).strip()


def is_untouched(answer: Any, starter: Any) -> bool:
    """Whether the answer is still the starter, or nothing: a comment or another name for it makes no difference."""
    if answer is None or answer is ...:
        return True
    codes, blank = _codes_of(answer), _codes_of(starter)
    if codes:
        return all(map(_is_empty, codes)) or [*map(_essence, codes)] == [*map(_essence, blank)]
    return not blank and bool(answer == starter)


def _codes_of(answer: Any) -> list[CodeType]:
    parts = vars(answer).values() if isinstance(answer, type) else [answer]
    return [part.__code__ for part in parts if hasattr(part, "__code__")]


def _essence(code: CodeType) -> tuple[Any, ...]:
    """What a function does, comparable."""
    constants = tuple(_essence(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.co_code, constants, code.co_names, code.co_varnames


def _is_empty(code: CodeType) -> bool:
    """Whether a function does nothing: dots, `pass`, a docstring."""
    steps = [step for step in dis.get_instructions(code) if step.opname not in {"RESUME", "NOP", "RETURN_VALUE"}]
    return all("CONST" in step.opname and step.argval is None for step in steps)
