"""`stacked`: several watched executors, above each other on one time axis.

For pools that belong together: one runs calls and another asks for their results, or you shut several down in different
ways. It is a still; each watch has its own live view.
"""

from collections.abc import Mapping
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.display import Display
from pool_lab.lab.experiments.arguments import check_by_name
from pool_lab.lab.experiments.watch import Watch
from pool_lab.lab.programs.kept_run import keep
from pool_lab.lab.stills.still import draw
from pool_lab.lab.stills.timeline import timeline as draw_timeline
from pool_lab.lab.stills.timeline import timelines_axes
from pool_lab.lab.trace.summary import counts_in_words
from pool_lab.lab.trace.trace import Panels, Trace

__all__ = ["Stacked", "stacked"]


def stacked(watches: Mapping[str, Watch]) -> "Stacked":
    """Show what several watches have seen so far, above each other on one time axis.

        stacked({"calls": watched, "asking": asking})

    watches: by name, as `watch` returns them.

    Returns a `Stacked` at once. Raises `TypeError` if `watches` has something else.
    """
    check_by_name("stacked()", watches, Watch, '{"calls": watch(pool)}')
    return Stacked(watches)


class Stacked(Display):
    """What `stacked` returns. `trace` has the trace of each watch by name; their times have the same origin."""

    def __init__(self, watches: Mapping[str, Watch]) -> None:
        super().__init__()
        traces = {name: watch.trace for name, watch in watches.items()}
        origin = min((trace.origin for trace in traces.values() if trace.events), default=0.0)
        self.trace = {
            name: Trace(trace.events, size=trace.first_size, origin=origin, names=trace.names)
            for name, trace in traces.items()
        }
        self._kinds = [watch.kind for watch in watches.values()]
        self._at_rest = True

    def __repr__(self) -> str:
        return f"Stacked({', '.join(self.trace)})"

    def summary(self) -> str:
        """How many calls ended how."""
        return " ".join(f"{name}: {counts_in_words(trace) or 'no calls'}." for name, trace in self.trace.items())

    def claim(self) -> str:
        """The same as the summary: it does not depend on the machine."""
        return self.summary()

    def figure(self, ax: Axes | None = None) -> Figure:
        title = f"timeline: {', '.join(self.trace)}"
        panels = self._panels()
        keeps = partial(keep, panels)
        return draw(ax, (draw_timeline, timelines_axes), panels, title=title, words=self.summary(), keeps=keeps)

    def _panels(self) -> Panels:
        rows = zip(self._kinds, self.trace.items(), strict=True)
        return [(name, "", kind, trace) for kind, (name, trace) in rows]
