"""The learner's timeline above that of a right answer, on one axis: live if a person is there, and as a still."""

import time
from collections.abc import Iterable, Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.events import Event
from pool_lab.lab.display import Display
from pool_lab.lab.notebook import someone_is_there
from pool_lab.lab.stills.still import draw
from pool_lab.lab.stills.timeline import timeline, timelines_axes
from pool_lab.lab.trace import summary as words
from pool_lab.lab.trace.trace import Trace, shifted
from pool_lab.lab.trace.units import capitalized
from pool_lab.lessons.exercises.attempt import Attempt

__all__ = ["Timelines"]


class Timelines(Display):
    """All pools of some attempts, each with what it is called, one above the other."""

    def __init__(self, title: str, attempts: Iterable[tuple[str, Attempt]]) -> None:
        super().__init__()
        self._title = title
        # A pool without calls would only be empty lanes.
        self._panels = [(whose, run) for whose, attempt in attempts for run in attempt.runs if run.trace.spans]
        self._at_rest = True
        if someone_is_there():
            self._make_view()

    def __repr__(self) -> str:
        return f"Timelines({self._title})"

    def summary(self) -> str:
        return words.summary([(whose, run.trace) for whose, run in self._panels])

    def claim(self) -> str:
        return words.claim([(whose, run.trace) for whose, run in self._panels])

    def figure(self, ax: Axes | None = None) -> Figure:
        rows = [(capitalized(whose), run.title, run.kind, run.trace) for whose, run in self._panels]
        picture = timeline, timelines_axes
        return draw(ax, picture, rows, title=self._title, words=self.summary(), machine=False)

    def _make_view(self) -> None:
        from pool_lab.lab.views.timeline.view import Panel, Timeline  # not needed where no person is there

        self.view = view = Timeline().add_class("pool-lab-experiment")  # so that its still finds it
        view.begin(
            [
                Panel(capitalized(whose), run.title, run.kind, run.trace.size, until=_left_at(run.trace))
                for whose, run in self._panels
            ]
        )
        begin = time.perf_counter() - max(run.trace.lasted_s for _, run in self._panels)
        for number, (_, run) in enumerate(self._panels):
            observe = view.observer(number)
            for event in _played_again(run.trace, begin):
                observe(event)
        view.end()
        view.caption = self.summary()


def _left_at(trace: Trace) -> float | None:
    """When the answer was over, if calls went on."""
    return trace.lasted_s if trace.open_calls else None


def _played_again(trace: Trace, begin: float) -> Iterator[Event]:
    """The events as if the run had begun at that moment."""
    return (shifted(event, lambda moment: moment - trace.origin + begin) for event in trace.events)
