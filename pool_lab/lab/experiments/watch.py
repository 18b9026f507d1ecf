"""`watch`: see any executor at work.

The pool itself is not changed; its threads send their events to the view. The watch has its own thread, which
resizes the pool for the slider, and ends the view when the pool is shut down and its last worker has exited.
"""

import concurrent.futures
import contextlib
import logging
import weakref
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.events import Event, EventKind, Observer, event
from pool_lab.executor import whole_number
from pool_lab.future import AnyFuture
from pool_lab.lab.display import Display
from pool_lab.lab.experiments.arguments import check_cover, check_names
from pool_lab.lab.notebook import Cover, page_thread, someone_is_there
from pool_lab.lab.programs.kept_run import keep
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.stills.still import draw
from pool_lab.lab.stills.style import colours
from pool_lab.lab.stills.timeline import panel_axes
from pool_lab.lab.stills.timeline import timeline as draw_timeline
from pool_lab.lab.trace import summary as words
from pool_lab.lab.trace.executor_kind import ExecutorKind, executor_kind
from pool_lab.lab.trace.trace import Panels, Trace
from pool_lab.lab.views.controls import Note, experiment_view, worker_slider
from pool_lab.lab.views.timeline.view import Panel, Timeline
from pool_lab.lab.work.executors import size_of

__all__ = ["Watch", "watch"]

logger = logging.getLogger(__name__)

_QUIET_S = 1.0
_MOST_EVENTS = 300_000
"""If a watch never ends, it keeps this many of the latest events."""

# After these events, the slider may have to move, or the watch may be over.
_DECISIVE = frozenset({EventKind.RESIZED, EventKind.SHUT_DOWN, EventKind.WORKER_STOPPED})


def watch(
    executor: concurrent.futures.Executor,
    *,
    kind: str = "",
    most_workers: int = 8,
    names: Sequence[str] = (),
    after: Cover | None = None,
) -> "Watch":
    """Watch an executor from now on.

        pool = ThreadPoolExecutor(4)
        watch(pool)

    As the last line of a cell it shows a live timeline: a lane for each worker, a bar for each call, and the queue. If
    the pool can be resized, there is also a slider for its workers. The watch ends when the pool has shut down.

    executor: any executor, of any library.
    kind: for an executor whose class does not show it. "threads": its calls run in threads of this interpreter.
    most_workers: the end of the slider.
    names: what to call its calls, in the order in which they are submitted: "ABC", or a list. A name is written on the
        call's bar, here, in the figure and in `stacked`. Calls without one have only their number.
    after: a prediction; the timeline is covered until it has an answer. The calls run anyway.

    Returns a `Watch` at once: its `trace`, `summary()` and `figure()` have what happened so far. Raises `TypeError` if
    it is no executor, `ValueError` for an unknown kind, and one of the two if another argument makes no sense.
    """
    methods = (getattr(executor, name, None) for name in ("submit", "shutdown"))
    if isinstance(executor, type) or not all(map(callable, methods)):
        raise TypeError(f"only an executor, with submit() and shutdown(), can be watched; got {executor!r}")
    if kind:
        colours(kind)
    if whole_number("most_workers", most_workers) < 1:
        raise ValueError(f"most_workers={most_workers} leaves the slider no number: give 1 or more")
    check_names(names)
    check_cover(after)
    return Watch(executor, kind, most_workers, tuple(names), after)


class Watch(Display):
    """What `watch` returns: one executor under observation."""

    def __init__(
        self,
        executor: concurrent.futures.Executor,
        kind: str,
        most_workers: int,
        names: Sequence[str],
        cover: Cover | None,
    ) -> None:
        super().__init__()
        self._name = type(executor).__name__
        self._kind = ExecutorKind(kind, "") if kind else executor_kind(type(executor))
        self._size = size_of(executor, 0)
        self._recorder = Recorder(self._size, most_events=_MOST_EVENTS, names=names)
        self._inbox: SimpleQueue[int | Event | None] = SimpleQueue()
        # Weak, so that watching a pool does not keep it alive. If the program drops the pool, the watch ends as well.
        inbox = self._inbox
        self._executor = weakref.ref(executor, lambda _: inbox.put(event(EventKind.SHUT_DOWN)))
        self._slider: Any = None
        self._draw: Observer | None = None
        self._latest: Event | None = None
        self._kept: Event | None = None  # the latest event in the still below the view
        if someone_is_there():
            panel = Panel(self._name, self._kind.note, self._kind.name, self._size, names=list(names))
            self._make_view(panel, hasattr(executor, "resize"), max(most_workers, self._size), cover)
        self._detach = attach(executor, self._note, in_threads=self._kind.name == "threads")

    def __repr__(self) -> str:
        return f"Watch({self._name})"

    @property
    def trace(self) -> Trace:
        """What has happened since the watch began; of a very long one, about the latest 100,000 calls."""
        return self._recorder.trace

    def summary(self) -> str:
        return words.summary([(self._kind.name, self.trace)])

    @property
    def kind(self) -> str:
        """The kind of the executor: "threads", "processes", "interpreters", "cluster" or "other"."""
        return self._kind.name

    def claim(self) -> str:
        return words.claim([(self._kind.name, self.trace)])

    def figure(self, ax: Axes | None = None) -> Figure:
        title = f"timeline of a {self._name}"
        picture = draw_timeline, panel_axes
        return draw(ax, picture, self._panels(), title=title, words=self.summary(), keeps=self._keeps)

    def _panels(self) -> Panels:
        return [(self._name, self._kind.note, self._kind.name, self.trace)]

    def _keeps(self) -> dict[str, Any]:
        return keep(self._panels())

    def _what_it_keeps(self) -> object:
        return self.trace if self.trace.spans else None

    def number_of(self, future: AnyFuture[Any]) -> int | None:
        """The number that its call has in the trace. None: it is a call of another executor."""
        return getattr(future, "number", None) if self._note in getattr(future, "observers", ()) else None

    def _shows_a_still(self) -> bool:
        # Without a view nothing moves. Before the first call there is nothing to see.
        trace = self.trace
        return self._at_rest or (bool(trace.spans) and (self.view is None or not trace.open_calls))

    def close(self) -> None:
        """Stop watching. The pool goes on. May be called again."""
        self._detach()
        self._inbox.put(None)

    def _note(self, happened: Event) -> None:
        self._recorder(happened)
        self._latest = happened
        if self._draw is not None:
            self._draw(happened)
            if happened.call is None and happened.kind in _DECISIVE:
                self._inbox.put(happened)

    def _make_view(self, panel: Panel, resizable: bool, most: int, cover: Cover | None) -> None:
        self._timeline = Timeline()
        self._timeline.begin([panel])
        self._draw = self._timeline.observer(0)
        if resizable:
            self._slider = worker_slider(self._size, most, self._inbox.put)
        controls = [] if self._slider is None else [self._slider]
        self.view = experiment_view(Note("Watch", "calls appear as they are submitted"), None, controls, self._timeline)
        if cover is not None:
            self._timeline.keep_covered(cover)
        page_thread(self._serve, name="pool-lab-watch").start()

    def _serve(self) -> None:
        """The watch's own thread."""
        may_have_ended = False
        while (news := self._next()) is not None:
            if isinstance(news, int):
                self._resize(news)
            elif news.workers is not None and self._slider is not None and self._inbox.empty():
                self._follow(news.workers)
            elif news.kind is EventKind.SHUT_DOWN:
                may_have_ended = True
            # Not before: to check it takes time after a long run.
            if may_have_ended and self._has_ended():
                break
        if self._slider is not None:
            self._follow(self.trace.size)
        self._timeline.caption = self.summary()
        self._timeline.end()
        self._come_to_rest()

    def _next(self) -> int | Event | None:
        """What to do next. Meanwhile, each time that the last call has ended, keep a still of what there was."""
        while True:
            try:
                return self._inbox.get(timeout=_QUIET_S)
            except Empty:
                latest = self._latest
                if latest is not self._kept and self._timeline.is_quiet:
                    self._kept = latest
                    try:
                        self._keep_still()
                    except Exception:
                        logger.exception("the picture of this watch failed; the pool goes on")

    def _follow(self, size: int) -> None:
        """Move the slider, since the program may have called `resize`."""
        self._slider.max = max(self._slider.max, size)
        self._slider.value = size

    def _resize(self, workers: int) -> None:
        executor = self._executor()
        if executor is not None and getattr(executor, "_max_workers", None) != workers:
            with contextlib.suppress(RuntimeError):  # shut down or broken meanwhile: the picture shows it
                executor.resize(workers)  # type: ignore[attr-defined]  # without it there is no slider

    def _has_ended(self) -> bool:
        trace = self.trace
        return not trace.open_calls and all(lane.stopped is not None for lane in trace.lanes)
