"""`stacked`: several watched executors, one above the other on one time axis.

For pools that have to do with one another: one runs calls and another asks for their results, or several are treated
differently at the same moment. It is a still of what is known by now; each watch has its own live view.
"""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.display import Exhibit
from pool_lab.lab.experiments.watch import Watch
from pool_lab.lab.stills.still import Still, on_axes
from pool_lab.lab.stills.style import INK
from pool_lab.lab.stills.timeline import timeline as draw_timeline
from pool_lab.lab.stills.timeline import timelines_axes
from pool_lab.lab.trace.executor_kind import this_machine
from pool_lab.lab.trace.summary import tally
from pool_lab.lab.trace.trace import Trace

__all__ = ["Stacked", "stacked"]


def stacked(watches: Mapping[str, Watch], *, moments: Watch | None = None, moment: str = "") -> "Stacked":
    """What these watches have seen by now, each under its name, on one time axis.

    moments: a dotted line in each panel at the end of a call of this watch: of its first call in the first panel, and
    so on. `moment` says what that was.
    """
    return Stacked(watches, moments, moment)


class Stacked(Exhibit):
    """`trace` has the trace of each watch by its name; their times count from the same moment."""

    def __init__(self, watches: Mapping[str, Watch], moments: Watch | None, moment: str) -> None:
        super().__init__()
        traces = {name: watch.trace for name, watch in watches.items()}
        origin = min((trace.origin for trace in traces.values() if trace.events), default=0.0)
        self.trace = {name: _counted_from(origin, trace) for name, trace in traces.items()}
        self._kinds = [watch.kind for watch in watches.values()]
        spans = () if moments is None else _counted_from(origin, moments.trace).spans
        self._ends = dict(zip(watches, (span.ended for span in spans), strict=False))
        self._moment = moment
        self._at_rest = True

    def __repr__(self) -> str:
        return f"Stacked({', '.join(self.trace)})"

    def summary(self) -> str:
        """How many calls came to which end, and before or after the moment."""
        return " ".join(map(self._sentence, self.trace))

    def claim(self) -> str:
        return self.summary()

    def figure(self, ax: Axes | None = None) -> Figure:
        if ax is not None:
            return on_axes(ax, lambda: timelines_axes(ax, self._panels()))
        still = Still(f"timeline: {', '.join(self.trace)}", self.summary())
        draw_timeline(still, self._panels(), f"{still.alt} ({this_machine()})")
        for axes, name in zip(still.axes, self.trace, strict=True):
            if (end := self._ends.get(name)) is not None:
                axes.axvline(end, color=INK, linewidth=1, linestyle=(0, (1, 2)), gid="moment", clip_on=False)
        return still

    def _panels(self) -> list[tuple[str, str, str, Trace]]:
        note = f"┊ {self._moment}" if self._moment else ""
        rows = zip(self._kinds, self.trace.items(), strict=True)
        return [(name, note, kind, trace) for kind, (name, trace) in rows]

    def _sentence(self, name: str) -> str:
        trace, end = self.trace[name], self._ends.get(name)
        facts = ", ".join(f"{number:,} {state}" for number, state in tally(trace)) or "no calls"
        if end is None:
            return f"{name}: {facts}."
        ran = sum(span.took_s is not None and span.ended is not None and span.ended <= end for span in trace.spans)
        when = f"after {ran:,} had ended" if ran else "before any had ended"
        return f"{name}: {facts}; {self._moment} {when}."


def _counted_from(origin: float, trace: Trace) -> Trace:
    size = trace.resizes[0].before if trace.resizes else trace.size
    return Trace(trace.events, size=size, origin=origin)
