"""What an exercise is: its rules, which are Python, joined with its words, which are Markdown, and with a solution.

exercise_2.md     title, text, starter, hints, and a text for each mistake
exercise_2.py     RULES: what answers are given, what a right one makes true, how each mistake shows
solution_2.py     a right answer, below the lesson's imports
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from pool_lab.lessons import content
from pool_lab.lessons.exercises.attempt import Attempt, Setup
from pool_lab.lessons.exercises.evidence import all_shut_down, call, made_a_pool, nothing, waited_before_the_last
from pool_lab.lessons.exercises.line_order import in_order, lines_of
from pool_lab.lessons.exercises.mistakes import ALL_WORDS, OF_LINES, Detector, Mistake, with_words
from pool_lab.lessons.exercises.starter import is_untouched


@dataclass(frozen=True)
class Claim:
    """Something that a right answer makes true."""

    words: str
    holds: Callable[[Attempt], bool]
    essential: bool = True
    """Without it the answer is wrong; without one that is not essential it is almost right."""


SHUT_DOWN = Claim("the pool was shut down", all_shut_down, essential=False)
SUBMITTED_FIRST = Claim(
    "all calls were submitted before you waited for one", lambda attempt: not waited_before_the_last(attempt)
)
IN_THE_GIVEN_POOL = Claim("all calls went to the pool that you were given", lambda attempt: not made_a_pool(attempt))


@dataclass(frozen=True)
class Rules:
    """How answers to an exercise are run and judged. The process of an attempt imports these functions by name."""

    claims: tuple[Claim, ...]
    mistakes: Mapping[str, Detector]
    """How each shows, by its name in the Markdown file. The first one that fits is reported."""
    given: Callable[..., tuple[Any, ...]] = nothing
    """Makes what the answer is called with. If there are cases, it gets one of them."""
    cases: tuple[Any, ...] = ()
    """The answer is tried once with each, and the worst verdict counts. A claim finds the case in the attempt."""
    run: Callable[..., Any] = call
    """Called with the answer and what is given; what it returns is the attempt's result."""
    most_calls: int = 1000
    submits_calls: bool = False
    """Whether the exercise itself submits the calls that the timeline shows: the answer is a pool."""
    puts_lines_in_order: bool = False
    """The answer is a row of letters, one for each line of the code in the text. `OF_LINES` has its own mistakes."""


class Source(NamedTuple):
    """An answer as it stands in a file."""

    imports: str
    cell: str
    """What a learner writes: all that follows the imports."""

    @property
    def text(self) -> str:
        return f"{self.imports}\n{self.cell}"


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
    """By name. The first one that fits is reported."""
    setups: tuple[Setup, ...]
    """One for each case."""
    solution: Source
    submits_calls: bool = False
    puts_lines_in_order: bool = False

    def __repr__(self) -> str:
        return f"Exercise({self.name})"

    def prepare(self, answer: Any) -> Any:
        """Make of the answer what is run. Raises `Unreadable`."""
        return in_order(answer, lines_of(self.text), self.solution.imports) if self.puts_lines_in_order else answer

    def value_of(self, source: Source) -> Any:
        """The answer that a cell gives: what it defines or passes to `check`."""
        given: list[Any] = []

        def check(_: str, answer: Any) -> None:
            given.append(answer)

        def exercise(name: str) -> Callable[[Any], None]:
            return lambda answer: check(name, answer)

        names: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(source.imports, f"<before {self.name}>", "exec"), names)
        names.update(check=check, exercise=exercise)
        exec(compile(source.cell, f"<{self.name}>", "exec"), names)
        if len(given) != 1:
            raise ValueError(f"the source of an answer to {self.name} must give one answer, not {len(given)}")
        return given[0]

    def is_not_attempted(self, answer: Any) -> bool:
        return is_untouched(answer, self.value_of(Source(self.solution.imports, self.starter)))


def source_of(text: str) -> Source:
    """A file's imports, which come first, and the cell below them."""
    imports = 0
    for statement in ast.parse(text).body:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            break
        imports = statement.end_lineno or 0
    lines = text.splitlines()
    return Source("\n".join(lines[:imports]) + "\n", "\n".join(lines[imports:]).strip())


def exercises() -> Iterator[Exercise]:
    """All exercises, in the order of the lessons. `KeyError` if a mistake has no words."""
    for module in content.modules(r"exercise_\d+"):
        rules: Rules = module.RULES
        page = content.page_of(module)
        folder, _, number = module.__name__.rpartition(".exercise_")
        solution = content.file_text(folder, f"solution_{number}.py")
        mistakes = {**(OF_LINES if rules.puts_lines_in_order else {}), **rules.mistakes}
        yield Exercise(
            f"{folder[-2:]}.{number}",
            page.title,
            page.text,
            page.code("Starter"),
            page.steps("Hints"),
            rules.claims,
            with_words(mistakes, ALL_WORDS | page.named("Mistakes")),
            tuple(_setups(rules)),
            source_of(solution),
            rules.submits_calls,
            rules.puts_lines_in_order,
        )


def _setups(rules: Rules) -> Iterator[Setup]:
    if not rules.cases:
        yield Setup(rules.run, rules.given, rules.most_calls)
    for case in rules.cases:
        yield Setup(rules.run, partial(rules.given, case), rules.most_calls, case)
