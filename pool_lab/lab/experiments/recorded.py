"""`show`: a recording in a notebook, as the live timeline with its figures and findings on top, or as a still.

In a terminal it is text.
"""

from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.display import Display
from pool_lab.lab.notebook import in_a_notebook, someone_is_there
from pool_lab.lab.programs.findings import findings
from pool_lab.lab.programs.kept_run import keep
from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.text import figures, left_out, text
from pool_lab.lab.stills.still import draw
from pool_lab.lab.stills.timeline import panel_axes
from pool_lab.lab.stills.timeline import timeline as draw_timeline
from pool_lab.lab.trace import summary as words
from pool_lab.lab.trace.units import number_of
from pool_lab.lab.views.controls import Note, experiment_view, sentences
from pool_lab.lab.views.timeline.view import Panel, Timeline

__all__ = ["RecordedRun", "show"]

MOST_PANELS = 8
"""More are not shown below a cell: those with the most calls are. `Recording.save` writes all of them."""
NO_POOL = "No pool was made, so there is nothing to show."


def show(run: Run) -> None:
    """Show a run below the cell that runs now; in a terminal, print it."""
    if not any(trace.spans for trace in run.traces):
        print("No call was submitted, so there is nothing to show." if run.pools else NO_POOL)
    elif in_a_notebook():
        RecordedRun(run)._ipython_display_()
    else:
        print(text(run))


class RecordedRun(Display):
    """What happened in the pools of a recording, as a notebook shows it."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self._shown = run.busiest(MOST_PANELS)
        self._at_rest = True
        if someone_is_there():
            self._make_view()

    def __repr__(self) -> str:
        return f"RecordedRun({number_of(len(self._run.pools), 'pool')})"

    def figure(self, ax: Axes | None = None) -> Figure:
        panels = self._panels()
        title, keeps = "timeline of a recorded run", partial(keep, panels)
        return draw(ax, (draw_timeline, panel_axes), panels, title=title, words=self.summary(), keeps=keeps)

    def summary(self) -> str:
        return words.summary([(kind, trace) for _, _, kind, trace in self._panels()])

    def claim(self) -> str:
        return words.claim([(kind, trace) for _, _, kind, trace in self._panels()])

    def _panels(self) -> list[Any]:
        pairs = [(self._run.pools[number], self._run.traces[number]) for number in self._shown]
        return [(pool.title, pool.note, pool.kind, trace) for pool, trace in pairs]

    def _make_view(self) -> None:
        run, timeline = self._run, Timeline()
        pools = [run.pools[number] for number in self._shown]
        until = run.facts.lasted_s
        timeline.begin([Panel(pool.title, pool.note, pool.kind, pool.workers, until=until) for pool in pools])
        for panel, number in enumerate(self._shown):
            timeline.start_clock(panel, 0.0)
            tell = timeline.observer(panel)
            for event in run.traces[number].events:
                tell(event)
        timeline.end()
        timeline.caption = self.summary()
        note = Note("Recorded run", ", ".join(f"{name}: {value}" for name, value, _ in figures(run)))
        self.view = experiment_view(note, None, [], sentences(self._sentences()), timeline)

    def _sentences(self) -> list[str]:
        found = [finding.words for finding in findings(self._run)] or ["Nothing stands out."]
        return [*found, *left_out(self._run, len(self._shown))]
