"""`measure`: how long several ways to do the same take, by turns, as a picture."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.executor import whole_number
from pool_lab.lab.display import Display
from pool_lab.lab.notebook import Cover
from pool_lab.lab.stills.measured import MeasuredWay, draw_measured, measured_axes
from pool_lab.lab.stills.still import draw
from pool_lab.lab.trace.summary import times
from pool_lab.lab.trace.units import capitalized, number_of, seconds

__all__ = ["Measured", "measure"]

MARGIN = 1.25
"""How many times as long a way must take to count as slower."""


def measure(
    what: str, ways: Mapping[str, Callable[[], object]], *, rounds: int = 5, after: Cover | None = None
) -> "Measured":
    """Measure how long each of several functions takes, by turns.

        measure("Sum a million numbers", {"list": lambda: sum(numbers), "array": lambda: array.sum()})

    what: what all of them do, in words.
    ways: functions without parameters, by name. If one returns a text, that is written beside its times.
    rounds: how often to measure each. A round before the first is not counted: it loads what is loaded once.
    after: a prediction; the picture is covered until it has an answer. The functions run anyway.

    Blocks until all is measured. Returns a `Measured`; `seconds`, `results` and `summary()` have what was measured.
    Raises `ValueError` for no ways, or less than one round.
    """
    if not ways or whole_number("rounds", rounds) < 1:
        raise ValueError(f"give at least one way, and at least one round; got {len(ways)} and {rounds}")
    return Measured(what, ways, rounds, after)


class Measured(Display):
    """What `measure` returns."""

    def __init__(self, what: str, ways: Mapping[str, Callable[[], object]], rounds: int, cover: Cover | None) -> None:
        super().__init__(cover)
        self.what, self.rounds = what, rounds
        self.results: dict[str, Any] = {name: way() for name, way in ways.items()}
        """What each way returned the last time."""
        self.seconds: dict[str, list[float]] = {name: [] for name in ways}
        """How long each way took, round by round."""
        for number in range(rounds):
            for name in list(ways)[:: 1 if number % 2 else -1]:
                began = time.perf_counter()
                self.results[name] = ways[name]()
                self.seconds[name].append(time.perf_counter() - began)
        self._at_rest = True

    def __repr__(self) -> str:
        return f"Measured({self.what})"

    @property
    def medians(self) -> dict[str, float]:
        """The median of each way, in seconds; the shortest first."""
        found = {name: median(measured) for name, measured in self.seconds.items()}
        return dict(sorted(found.items(), key=itemgetter(1)))

    def summary(self) -> str:
        """The medians, what was returned, and which way is faster, if this run can tell."""
        rows = "; ".join(f"{name} {seconds(took)}{self._returned(name)}" for name, took in self.medians.items())
        return f"Median of {number_of(self.rounds, 'round')}: {rows}. {self._comparison()}".strip()

    def claim(self) -> str:
        return f"Each way was measured {number_of(self.rounds, 'time')}."

    def figure(self, ax: Axes | None = None) -> Figure:
        """Draw a mark for each round.

        ax: None: return a new figure, which a notebook shows. Axes: draw on them, and return the figure they belong to.
        """
        ways = [MeasuredWay(name, took, self._text(name)) for name, took in self.seconds.items()]
        on_page = partial(draw_measured, what=self.what)
        return draw(ax, (on_page, measured_axes), ways, title=self.what, words=self.summary())

    def _text(self, name: str) -> str:
        result = self.results[name]
        return result if isinstance(result, str) else ""

    def _returned(self, name: str) -> str:
        text = self._text(name)
        return f" ({text})" if text else ""

    def _comparison(self) -> str:
        """The slowest way and the fastest; but only if hardly any round says otherwise."""
        fast, slow = next(iter(self.medians)), next(reversed(self.medians))
        if fast == slow:
            return ""
        ratio = self.medians[slow] / self.medians[fast]
        if ratio < MARGIN or min(self.seconds[slow]) < self.medians[fast]:
            return f"This run cannot tell whether {slow} or {fast} is faster: measure again."
        return f"{capitalized(slow)} took {times(ratio)} as long as {fast}."
