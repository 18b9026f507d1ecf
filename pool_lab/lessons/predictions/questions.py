"""Kinds of questions: one of several answers, a number, an order. `drawn_timeline` adds a drawing.

A question does not store the right answer. Its judge reads the answer off the run. It returns None if the run showed
none of the expected answers, and `Undecided` if the run is too close to call.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pool_lab.lab.trace.trace import Trace

Traces = Mapping[str, Trace]
"""The traces of a run, by the name of the pool."""


@dataclass(frozen=True)
class Undecided:
    """What a judge returns if this run cannot tell, for example because two times are almost the same."""

    reason: str
    """Why it cannot tell, in a whole sentence."""


def only(traces: Traces) -> Trace:
    """The trace of a run with one pool."""
    (trace,) = traces.values()
    return trace


@dataclass(frozen=True, kw_only=True)
class Asking(ABC):
    """A question of any kind."""

    text: str
    judge: Callable[[Any], Any]
    """Takes what the prediction is compared with: traces, or a value."""
    on_any_machine: bool = True
    """Whether the same happens on every machine, however busy it is."""

    @abstractmethod
    def lines(self) -> Iterable[str]:
        """The possible answers, in words."""

    @abstractmethod
    def checked(self, answer: Any) -> Any:
        """The answer in the form in which it is recorded. `ValueError` if it is not a possible answer."""

    @abstractmethod
    def words(self, answer: Any) -> str:
        """The answer in words."""

    @abstractmethod
    def why(self, answer: Any | None, happened: Any) -> list[str]:
        """The explanation of what happened, and of the answer if it was wrong. The answer may be None."""

    def happened(self, traces: Any) -> Any | Undecided | None:
        """The answer that the run gave. None if it gave none of the expected answers."""
        return self.judge(traces)

    def outcome(self, answer: Any, happened: Any) -> str:
        """Whether the answer was "right", "nearly" or "wrong"."""
        return "right" if answer == happened else "wrong"


@dataclass(frozen=True)
class Option:
    """One possible answer, and what to say if it happened, or if it was chosen and did not happen."""

    text: str
    if_right: str = ""
    """May be empty if no run can show it."""
    if_wrong: str = ""
    """May be empty if every run shows it."""


@dataclass(frozen=True, kw_only=True)
class Question(Asking):
    """Which of these will happen? The judge returns the key of the option that did."""

    options: Mapping[str, Option]

    def lines(self) -> list[str]:
        return [option.text for option in self.options.values()]

    def checked(self, answer: Any) -> str:
        if answer not in self.options:
            raise ValueError(f"there is no option {answer!r}; choose one of {', '.join(self.options)}")
        return str(answer)

    def words(self, answer: str) -> str:
        return self.options[answer].text

    def why(self, answer: str | None, happened: str) -> list[str]:
        sentences = [self.options[happened].if_right]
        if answer is not None and answer != happened:
            sentences.append(self.options[answer].if_wrong)
        return list(filter(None, sentences))


@dataclass(frozen=True)
class Miss:
    """One way to be wrong, and what to say about it."""

    seen: Any
    """The wrong answer; or a function of the answer and of what happened, which returns whether this is the mistake."""
    words: str

    def fits(self, answer: Any, happened: Any) -> bool:
        return bool(self.seen(answer, happened) if callable(self.seen) else self.seen == answer)


@dataclass(frozen=True, kw_only=True)
class Explained(Asking):
    """A question with one explanation of what happens, and one for each way to be wrong."""

    because: str
    misses: tuple[Miss, ...]
    otherwise: str
    """What to say about a wrong answer that is none of the misses."""

    def why(self, answer: Any | None, happened: Any) -> list[str]:
        if answer is None or self.outcome(answer, happened) == "right":
            return [self.because]
        seen = (miss.words for miss in self.misses if miss.fits(answer, happened))
        return [self.because, next(seen, self.otherwise)]


@dataclass(frozen=True, kw_only=True)
class NumberQuestion(Explained):
    """How many? The judge returns the number."""

    least: int = 0
    most: int = 1000
    unit: str = ""

    def lines(self) -> list[str]:
        return [f"a number from {self.least} to {self.most}"]

    def checked(self, answer: Any) -> int:
        if isinstance(answer, bool) or not isinstance(answer, int) or not self.least <= answer <= self.most:
            raise ValueError(f"answer with a whole number from {self.least} to {self.most}, not {answer!r}")
        return answer

    def words(self, answer: int) -> str:
        unit = self.unit.removesuffix("s") if answer == 1 else self.unit
        return f"{answer} {unit}".strip()


@dataclass(frozen=True, kw_only=True)
class OrderQuestion(Explained):
    """In which order? The judge returns the keys of the items in the order of the run."""

    items: Mapping[str, str]
    """In the order in which they are shown: not the right one."""

    def lines(self) -> list[str]:
        return list(self.items.values())

    def checked(self, answer: Any) -> tuple[str, ...]:
        keys = tuple(answer.split() if isinstance(answer, str) else answer)
        if sorted(map(str, keys)) != sorted(self.items):
            raise ValueError(f"answer with all of {', '.join(self.items)} in their order, not {answer!r}")
        return keys

    def words(self, answer: tuple[str, ...]) -> str:
        return ", ".join(self.items[key] for key in answer)
