"""Kinds of questions: one of several answers, a number, an order. One more, to draw a timeline, is in `drawing`.

What the right answer is, no one has written down: a question has a judge that reads it off the traces of the run, and
returns an answer; None if the run showed none that was foreseen.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pool_lab.lab.trace.trace import Trace

__all__ = ["Asking", "Miss", "NumberQuestion", "Option", "OrderQuestion", "Question", "Traces", "explained"]

Traces = Mapping[str, Trace]


class Asking(Protocol):
    """A question of any kind."""

    @property
    def text(self) -> str: ...

    @property
    def on_any_machine(self) -> bool:
        """Whether the same happens on every machine, however busy it is."""

    def lines(self) -> Iterable[str]:
        """What there is to choose from, in words."""

    def checked(self, answer: Any) -> Any:
        """The answer as it is recorded. `ValueError` if it is none."""

    def happened(self, traces: Traces) -> Any | None:
        """The answer that the run gave."""

    def is_right(self, answer: Any, happened: Any) -> bool: ...

    def words(self, answer: Any) -> str: ...

    def why(self, answer: Any | None, happened: Any) -> list[str]:
        """What there is to say after the run: always, and about the answer if one was given."""


@dataclass(frozen=True)
class Option:
    """One possible answer, and what there is to say about it after the run."""

    text: str
    if_right: str
    if_wrong: str = ""


@dataclass(frozen=True)
class Question:
    """Which of these will happen? The judge returns the key of the option that did."""

    text: str
    options: Mapping[str, Option]
    judge: Callable[[Traces], str | None]
    on_any_machine: bool = True

    def lines(self) -> list[str]:
        return [option.text for option in self.options.values()]

    def checked(self, answer: Any) -> str:
        if answer not in self.options:
            raise ValueError(f"there is no option {answer!r}; choose one of {', '.join(self.options)}")
        return str(answer)

    def happened(self, traces: Traces) -> str | None:
        return self.judge(traces)

    def is_right(self, answer: str, happened: str) -> bool:
        return answer == happened

    def words(self, answer: str) -> str:
        return self.options[answer].text

    def why(self, answer: str | None, happened: str) -> list[str]:
        sentences = [self.options[happened].if_right]
        if answer is not None and answer != happened and self.options[answer].if_wrong:
            sentences.append(self.options[answer].if_wrong)
        return sentences


@dataclass(frozen=True)
class Miss:
    """A way to be wrong, and what there is to say about it."""

    seen: Callable[[Any, Any], bool]
    """Whether it is the one, given the answer and what happened."""
    words: str


def explained(misses: Iterable[Miss], answer: Any, happened: Any) -> list[str]:
    """What to say about a wrong answer: the first that fits."""
    return next(([miss.words] for miss in misses if miss.seen(answer, happened)), [])


@dataclass(frozen=True)
class NumberQuestion:
    """How many? The judge returns the number."""

    text: str
    judge: Callable[[Traces], int | None]
    because: str
    misses: tuple[Miss, ...]
    """The last should fit all wrong answers that the others do not."""
    least: int = 0
    most: int = 1000
    unit: str = ""
    on_any_machine: bool = True

    def lines(self) -> list[str]:
        return [f"a number from {self.least} to {self.most}"]

    def checked(self, answer: Any) -> int:
        if isinstance(answer, bool) or not isinstance(answer, int) or not self.least <= answer <= self.most:
            raise ValueError(f"answer with a whole number from {self.least} to {self.most}, not {answer!r}")
        return answer

    def happened(self, traces: Traces) -> int | None:
        return self.judge(traces)

    def is_right(self, answer: int, happened: int) -> bool:
        return answer == happened

    def words(self, answer: int) -> str:
        unit = self.unit.removesuffix("s") if answer == 1 else self.unit
        return f"{answer} {unit}".strip()

    def why(self, answer: int | None, happened: int) -> list[str]:
        missed = answer is not None and answer != happened
        return [self.because, *(explained(self.misses, answer, happened) if missed else [])]


@dataclass(frozen=True)
class OrderQuestion:
    """In which order? The judge returns the keys of the items in theirs."""

    text: str
    items: Mapping[str, str]
    judge: Callable[[Traces], tuple[str, ...] | None]
    because: str
    misses: tuple[Miss, ...]
    on_any_machine: bool = True

    def lines(self) -> list[str]:
        return list(self.items.values())

    def checked(self, answer: Any) -> tuple[str, ...]:
        keys = tuple(answer.split() if isinstance(answer, str) else answer)
        if sorted(map(str, keys)) != sorted(self.items):
            raise ValueError(f"answer with all of {', '.join(self.items)} in their order, not {answer!r}")
        return keys

    def happened(self, traces: Traces) -> tuple[str, ...] | None:
        return self.judge(traces)

    def is_right(self, answer: tuple[str, ...], happened: tuple[str, ...]) -> bool:
        return answer == happened

    def words(self, answer: tuple[str, ...]) -> str:
        return ", ".join(self.items[key] for key in answer)

    def why(self, answer: tuple[str, ...] | None, happened: tuple[str, ...]) -> list[str]:
        missed = answer is not None and answer != happened
        return [self.because, *(explained(self.misses, answer, happened) if missed else [])]
