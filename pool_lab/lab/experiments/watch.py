"""`watch`: see any executor at work.

The pool's own threads and processes do the work and tell the view; nothing of the pool is changed. One thread of the
watch, its keeper, does what the slider wishes and ends the view when the pool is shut down and its last worker gone.
"""

import concurrent.futures
import contextlib
import weakref
from queue import SimpleQueue
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.events import Event, EventKind, Observer, event
from pool_lab.lab.display import Exhibit
from pool_lab.lab.notebook import Curtain, showing_thread, someone_is_there
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.stills.still import Still, on_axes
from pool_lab.lab.stills.timeline import timeline as draw_timeline
from pool_lab.lab.stills.timeline import timeline_axes
from pool_lab.lab.trace import summary as words
from pool_lab.lab.trace.executor_kind import kind_of, this_machine
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.views.controls import Note, experiment_view, keep_covered, worker_slider
from pool_lab.lab.views.timeline.view import Panel, Timeline

__all__ = ["Watch", "watch"]

_MOST_EVENTS = 300_000
"""Of a watch that never ends the trace is kept as far back as this."""

# After these the keeper looks whether the slider is still right, and whether it was the end.
_KEEPERS_BUSINESS = frozenset({EventKind.RESIZED, EventKind.SHUT_DOWN, EventKind.WORKER_STOPPED})


def watch(executor: concurrent.futures.Executor, *, most_workers: int = 8, after: Curtain | None = None) -> "Watch":
    """Watch an executor from now on: a lane for each worker, a bar for each call, the queue at the door.

    As the last line of a cell it shows itself, with a slider from 1 to `most_workers` if the pool can be resized.
    Works on any executor; raises `TypeError` for anything else. Returns at once; the watch ends when the pool has shut
    down. `after` keeps the picture covered until it opens; the calls run all the same.
    """
    methods = (getattr(executor, name, None) for name in ("submit", "shutdown"))
    if isinstance(executor, type) or not all(map(callable, methods)):
        raise TypeError(f"only an executor, with submit() and shutdown(), can be watched; got {executor!r}")
    return Watch(executor, most_workers, after)


class Watch(Exhibit):
    """One executor under observation."""

    def __init__(self, executor: concurrent.futures.Executor, most_workers: int, curtain: Curtain | None) -> None:
        super().__init__()
        self._name = type(executor).__name__
        self._kind = kind_of(type(executor))
        self._size = getattr(executor, "_max_workers", 0)
        self._recorder = Recorder(self._size, most_events=_MOST_EVENTS)
        self._inbox: SimpleQueue[int | Event | None] = SimpleQueue()
        # Watching a pool does not keep it alive. One that is dropped without a shutdown ends all the same.
        inbox = self._inbox
        self._executor = weakref.ref(executor, lambda _: inbox.put(event(EventKind.SHUT_DOWN)))
        self._slider: Any = None
        self._draw: Observer | None = None
        if someone_is_there():
            self._make_view(hasattr(executor, "resize"), max(most_workers, self._size), curtain)
        self._detach = attach(executor, self._hear)

    def __repr__(self) -> str:
        return f"Watch({self._name})"

    @property
    def trace(self) -> Trace:
        """All that has happened since the watch began; of a very long one, the latest 100,000 calls or so."""
        return self._recorder.trace

    def summary(self) -> str:
        return words.summary([(self._kind.name, self.trace)])

    @property
    def kind(self) -> str:
        """The executor's kind, as in `pool_lab.lab.trace.executor_kind`."""
        return self._kind.name

    def claim(self) -> str:
        return words.claim([(self._kind.name, self.trace)])

    def figure(self, ax: Axes | None = None) -> Figure:
        if ax is not None:
            return on_axes(ax, lambda: timeline_axes(ax, self.trace, self._kind.name))
        still = Still(f"timeline of a {self._name}", self.summary())
        panel = (self._name, self._kind.note, self._kind.name, self.trace)
        draw_timeline(still, [panel], f"{still.alt} ({this_machine()})")
        return still

    def _shows_a_still(self) -> bool:
        # Without a view nothing moves; but before the first call there is nothing to see.
        return self._at_rest or (self.view is None and bool(self.trace.spans))

    def close(self) -> None:
        """Stop watching; the pool goes on. May be called again."""
        self._detach()
        self._inbox.put(None)

    def _hear(self, happened: Event) -> None:
        self._recorder(happened)
        if self._draw is not None:
            self._draw(happened)
            if happened.call is None and happened.kind in _KEEPERS_BUSINESS:
                self._inbox.put(happened)

    def _make_view(self, resizable: bool, most: int, curtain: Curtain | None) -> None:
        self._timeline = Timeline()
        self._timeline.begin([Panel(self._name, self._kind.note, self._kind.name, self._size)], self._describe)
        self._draw = self._timeline.observer(0)
        if resizable:
            self._slider = worker_slider(self._size, most, self._inbox.put)
        controls = [] if self._slider is None else [self._slider]
        self.view = experiment_view(
            Note("Watch", "calls show up as they are submitted"), None, controls, self._timeline
        )
        if curtain is not None:
            keep_covered(self._timeline, None, curtain)
        showing_thread(self._keep, name="pool-lab-watch").start()

    def _describe(self) -> str:
        (standing,) = self._timeline.standings
        if not standing.calls:
            return "Nothing has been submitted yet."
        return words.progress([(self._kind.name, standing)], self._timeline.elapsed_s)

    def _keep(self) -> None:
        """The keeper's work."""
        may_have_ended = False
        while (news := self._inbox.get()) is not None:
            if isinstance(news, int):
                self._resize(news)
            elif news.workers is not None and self._slider is not None and self._inbox.empty():
                self._follow(news.workers)
            elif news.kind is EventKind.SHUT_DOWN:
                may_have_ended = True
            # Only then: all that a long run has left is looked through.
            if may_have_ended and self._has_ended():
                break
        self._timeline.end()
        self._timeline.caption = self.summary()
        self._come_to_rest()

    def _follow(self, size: int) -> None:
        """Show on the slider what someone may have done by calling `resize`."""
        self._slider.max = max(self._slider.max, size)
        self._slider.value = size

    def _resize(self, wish: int) -> None:
        executor = self._executor()
        if executor is not None and getattr(executor, "_max_workers", None) != wish:
            with contextlib.suppress(RuntimeError):  # shut down or broken in the meantime: the picture shows it
                executor.resize(wish)  # type: ignore[attr-defined]  # there is a slider only if there is this

    def _has_ended(self) -> bool:
        trace = self.trace
        waiting = trace.counts[CallState.QUEUED] + trace.counts[CallState.RUNNING]
        return not waiting and all(lane.stopped is not None for lane in trace.lanes)
