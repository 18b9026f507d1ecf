"""`latencies`: how long the requests of several loads waited, side by side."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.display import Exhibit
from pool_lab.lab.experiments.load import Load, percentile
from pool_lab.lab.notebook import COVER, Curtain
from pool_lab.lab.stills.latencies import Row, draw_latencies, latency_axes
from pool_lab.lab.stills.still import Still, on_axes
from pool_lab.lab.trace.executor_kind import this_machine
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.trace.trace import Trace

__all__ = ["Latencies", "latencies"]


def latencies(loads: Mapping[str, Load], *, after: Curtain | None = None) -> "Latencies":
    """How long the requests of several loads waited: a row for each, on one time axis.

    `after` keeps it covered until it opens.
    """
    return Latencies(loads, after)


class Latencies(Exhibit):
    """Several loads side by side. `trace` is that of each server's executor, by the name of the load."""

    def __init__(self, loads: Mapping[str, Load], curtain: Curtain | None) -> None:
        super().__init__()
        self._loads = dict(loads)
        self._curtain = curtain

    def __repr__(self) -> str:
        covered = self._curtain is not None and not self._curtain.is_open
        return COVER if covered else f"Latencies({', '.join(self._loads)})"

    @property
    def trace(self) -> dict[str, Trace]:
        return {label: each.trace for label, each in self._loads.items()}

    def summary(self) -> str:
        return " ".join(_row(label, each).in_words() for label, each in self._loads.items())

    def claim(self) -> str:
        return " ".join(f"{label[:1].upper()}{label[1:]}: {each.claim()}" for label, each in self._loads.items())

    def figure(self, ax: Axes | None = None) -> Figure:
        """A mark for each page, and percentiles beside; on given axes, the marks."""
        rows = [_row(label, each) for label, each in self._loads.items()]
        if ax is not None:
            return on_axes(ax, lambda: latency_axes(ax, rows))
        still = Still(f"latencies: {', '.join(self._loads)}", self.summary())
        draw_latencies(still, rows, f"{still.alt} ({this_machine()})")
        return still

    def _shows_a_still(self) -> bool:
        return self._curtain is None or self._curtain.is_open

    def _ipython_display_(self) -> None:
        """Who runs the cell before the curtain is open need not run it again: picture and words come then."""
        if self._shows_a_still() or self._curtain is None:
            super()._ipython_display_()
            return
        from IPython.display import display  # only ever called by IPython

        picture = self._show(display, ({"text/plain": repr(self)}, {}))
        words = self._show(display, ({"text/plain": ""}, {}))

        def uncover() -> None:
            data, metadata = self._still()
            picture.update(data, metadata=metadata, raw=True)
            words.update({"text/plain": self.summary()}, raw=True)

        self._curtain.when_open(uncover)


def _row(label: str, each: Load) -> Row:
    trace, waited = each.trace, each.latencies_s
    failed = trace.counts[CallState.FAILED]
    points = {percent: percentile(waited, percent) for percent in (50, 95, 100) if waited}
    return Row(label, each.kind.name, tuple(waited), points, trace.most_workers, max(failed, len(each.errors)))
