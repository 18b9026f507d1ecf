"""`waits_for`: which worker waits for which call, at this moment."""

import sys
import time
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.display import Display
from pool_lab.lab.experiments.watch import Watch
from pool_lab.lab.programs.kept_run import keep
from pool_lab.lab.recording.waits import waited_for
from pool_lab.lab.stills.still import draw
from pool_lab.lab.stills.wait_arrows import draw_waits, waits_axes
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.trace.wait_graph import WaitGraph

__all__ = ["WaitsFor", "waits_for"]

LOOK_EVERY_S = 0.02


def waits_for(watched: Watch, *, patience_s: float = 10.0) -> "WaitsFor":
    """Show which running calls wait for which others.

        calls = watch(pool)
        waits_for(calls)

    watched: a pool of threads, as `watch` returns it. `ValueError` if it is another kind: what a call in another
        process waits for cannot be seen from here.
    patience_s: calls need a moment until they wait. It looks again and again until there is a deadlock or nothing runs,
        but for no more than these seconds.

    A wait with a timeout does not count, since it ends on its own.
    """
    if watched.kind != "threads":
        raise ValueError(f"waits_for looks into threads, so it needs the watch of a pool of threads; got {watched!r}")
    end = time.monotonic() + patience_s
    while True:
        graph = _graph(watched)
        if graph.is_deadlock or not (graph.running or graph.queued) or time.monotonic() >= end:
            return WaitsFor(watched, graph)
        time.sleep(LOOK_EVERY_S)


def _graph(watched: Watch) -> WaitGraph:
    trace, frames = watched.trace, sys._current_frames()
    frame_of = {lane.worker: frames.get(lane.ident or 0) for lane in trace.lanes if lane.stopped is None}
    waits = {}
    for span in trace.spans:
        if span.state is CallState.RUNNING and span.worker is not None:
            numbers = map(watched.number_of, waited_for(frame_of.get(span.worker)))
            waits[span.call] = [number for number in numbers if number is not None]
    return WaitGraph(trace, waits)


class WaitsFor(Display):
    """What `waits_for` returns: a still. `graph` has the same facts."""

    def __init__(self, watched: Watch, graph: WaitGraph) -> None:
        super().__init__()
        self._name, self._title, self._kind = repr(watched), watched._name, watched.kind
        self.graph = graph
        self._at_rest = True

    def __repr__(self) -> str:
        return f"WaitsFor({self._name})"

    @property
    def is_deadlock(self) -> bool:
        """Whether calls wait in a circle, so that they will never finish."""
        return self.graph.is_deadlock

    def summary(self) -> str:
        """Each call that waits and for what, and whether it can finish."""
        return " ".join([*self.graph.sentences(), self.graph.conclusion()])

    def claim(self) -> str:
        """How many wait, and whether they can finish."""
        return self.graph.conclusion()

    def figure(self, ax: Axes | None = None) -> Figure:
        picture = draw_waits, waits_axes
        title, panels = "which call waits for which", [(self._title, "", self._kind, self.graph.trace)]
        keeps = partial(keep, panels, is_pictured=False)
        return draw(ax, picture, self.graph, self._kind, title=title, words=self.summary(), machine=False, keeps=keeps)
