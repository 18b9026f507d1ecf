"""`latencies`: how long the requests of several loads took, above each other."""

from collections.abc import Mapping
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.display import Display
from pool_lab.lab.experiments.arguments import check_by_name, check_cover
from pool_lab.lab.experiments.load import Load, percentile
from pool_lab.lab.notebook import Cover
from pool_lab.lab.programs.kept_run import keep
from pool_lab.lab.stills.latencies import Row, draw_latencies, latency_axes
from pool_lab.lab.stills.still import draw
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import capitalized

__all__ = ["Latencies", "latencies"]


def latencies(loads: Mapping[str, Load], *, after: Cover | None = None) -> "Latencies":
    """Compare how long the requests of several loads took: a row for each, on one time axis.

        latencies({"a thread each": rush, "a pool of 8": calm})

    loads: `Load`s by name, as `load` returns them.
    after: a prediction; the picture is covered until it has an answer.

    Returns a `Latencies`; raises `TypeError` if it gets something else. What it shows waits for the last answer of all
    loads.
    """
    check_by_name("latencies()", loads, Load, '{"a pool of 8": load(server, 100)}')
    check_cover(after)
    return Latencies(loads, after)


class Latencies(Display):
    """What `latencies` returns: several loads above each other."""

    def __init__(self, loads: Mapping[str, Load], cover: Cover | None) -> None:
        super().__init__(cover)
        self._loads = dict(loads)
        self._at_rest = True

    def __repr__(self) -> str:
        return f"Latencies({', '.join(self._loads)})"

    @property
    def trace(self) -> dict[str, Trace]:
        """The trace of each server's executor, by the name of the load."""
        return {label: each.trace for label, each in self._loads.items()}

    def summary(self) -> str:
        return " ".join(_row(label, each).in_words() for label, each in self._loads.items())

    def claim(self) -> str:
        return " ".join(f"{capitalized(label)}: {each.claim()}" for label, each in self._loads.items())

    def figure(self, ax: Axes | None = None) -> Figure:
        """Draw a mark for each page, with percentiles beside them. On given axes, only the marks."""
        rows = [_row(label, each) for label, each in self._loads.items()]
        title = f"latencies: {', '.join(self._loads)}"
        panels = [(label, "", each.kind.name, each.trace) for label, each in self._loads.items()]
        keeps = partial(keep, panels, is_pictured=False)
        return draw(ax, (draw_latencies, latency_axes), rows, title=title, words=self.summary(), keeps=keeps)


def _row(label: str, each: Load) -> Row:
    trace, latencies_s = each.trace, each.latencies_s
    failed = trace.counts[CallState.FAILED]
    points = {percent: percentile(latencies_s, percent) for percent in (50, 95, 100) if latencies_s}
    return Row(label, each.kind.name, tuple(latencies_s), points, trace.most_workers, max(failed, len(each.errors)))
