"""The live picture of a run: an anywidget that is told what happens and draws it in the browser.

    pool's threads --observer--> inbox --sender thread, 10 times a second--> page (timeline.js and its parts)

An observer only appends to a deque: it takes no lock, reads no clock and makes no text, so watching hardly changes what
is watched. One thread for each run sends what has come in, and asks for the caption. `_line` guards what has been sent:
whoever holds it may send, so a view that says hello (in the kernel's main thread or in a subshell) gets everything so
far and then, in order, the rest. Observers never touch it.

A view that fails, or none at all, never harms the run: the first error is logged and the run goes on.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import anywidget
import traitlets

from pool_lab.events import Event, EventKind, Observer

__all__ = ["Panel", "Timeline"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

_TICK_S = 0.1
_TICKS_PER_CAPTION = 6
# A sender ends within a tick; longer waits mean that `describe` hangs, and then the run must still be able to end.
_PATIENCE_S = 5.0

_CLOSES_A_CALL = frozenset({EventKind.FINISHED, EventKind.FAILED, EventKind.CANCELLED})


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


class Panel(NamedTuple):
    """One executor in the picture."""

    title: str
    note: str
    """A few words beside the title, such as "one interpreter, one GIL"; left out on a narrow page."""
    kind: str
    """"threads", "processes", "interpreters", "cluster" or "simulation": the colour; grey for others."""
    workers: int
    """The pool's size when the run begins: the lanes that stand ready."""
    ghost: Sequence[Sequence[tuple[float, float]]] | None = None
    """For each worker, when it was inside calls in the run before: to be drawn below the bars."""


class _Run:
    """One run and what has been sent of it. All but `inbox` belongs to who holds the timeline's line.

    Its clock starts with the first event, and stands still while no call is waiting or running.
    """

    def __init__(self, number: int, panels: Sequence[Panel]) -> None:
        self.number = number
        self.panels = [panel._asdict() for panel in panels]
        self.origin: float | None = None
        self.latest = 0.0
        self.ended: float | None = None
        self.inbox: deque[tuple[int, Event]] = deque()
        self.sent: list[list[Any]] = []
        self.open_calls = 0
        self.over = threading.Event()
        self.complaints: set[str] = set()

    @property
    def now(self) -> float:
        if self.ended is not None or self.origin is None or self.open_calls <= 0:
            return self.latest if self.ended is None else self.ended
        return time.perf_counter() - self.origin

    def message(self, kind: str, **more: Any) -> dict[str, Any]:
        return {"type": kind, "run": self.number, "now": round(self.now, 6), **more}

    def snapshot(self) -> dict[str, Any]:
        """Everything that has been sent so far, in one message."""
        return self.message("snapshot", panels=self.panels, running=self.ended is None, batch=list(self.sent))

    def collect(self) -> list[list[Any]]:
        """Take what is in the inbox, in the order in which it happened, as rows for the page."""
        arrived = [self.inbox.popleft() for _ in range(len(self.inbox))]
        if not arrived:
            return []
        arrived.sort(key=lambda item: item[1].sequence)
        origin = self.origin = arrived[0][1].time if self.origin is None else self.origin
        for _, event in arrived:
            self.open_calls += (event.kind is EventKind.SUBMITTED) - (event.kind in _CLOSES_A_CALL)
            self.latest = max(self.latest, event.time - origin)
        batch = [_row(panel, event, origin) for panel, event in arrived]
        self.sent += batch
        return batch


class Timeline(anywidget.AnyWidget):
    """Draws runs as they happen, one panel for each executor on one time axis.

    One thread owns a run: it calls `begin`, hands the observers to the pools, and calls `end`.
    """

    _esm = "\n".join(_read(f"timeline{part}.js") for part in ("_state", "_ghosts", "_paint", ""))
    _css = _read("tokens.css") + _read("timeline.css")

    caption = traitlets.Unicode(help="The sentence under the picture.").tag(sync=True)
    cover = traitlets.Unicode(help="If not empty: hides the picture and is shown in its place.").tag(sync=True)
    log = traitlets.Dict(help="The whole last run, for a page that is reloaded or opened later.").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        # Re-entrant: someone who observes a trait may begin or end a run.
        self._line = threading.RLock()
        self._run: _Run | None = None
        self._sender: threading.Thread | None = None
        self._runs = 0
        super().__init__(**traits)
        self.on_msg(self._hear)

    def __repr__(self) -> str:
        return "Timeline()"

    def prepare(self, panels: Sequence[Panel]) -> None:
        """Show these panels with empty lanes, before a run begins. Does nothing while one is running."""
        with self._line:
            if self._run is None:
                still = _Run(self._runs, panels)
                still.ended = 0.0
                _guarded(still, "showing the panels", lambda: setattr(self, "log", still.snapshot()))

    def begin(self, panels: Sequence[Panel], describe: Callable[[], str] | None = None) -> None:
        """Start a new run; one that is still going on ends first.

        `describe` makes the caption. It is called in the sender thread, about twice a second and once at the end.
        """
        self.end()
        with self._line:
            self._runs += 1
            run = _Run(self._runs, panels)
            name = f"pool-lab-timeline-{run.number}"
            sender = threading.Thread(target=self._serve, args=(run, describe), name=name, daemon=True)
            self._run, self._sender = run, sender
            sender.start()

    def observer(self, panel: int) -> Observer:
        """The observer for the pool in this panel (from 0); it belongs to the current run and to no later one."""
        run = self._run
        if run is None:
            raise RuntimeError("no run to observe; call begin() first")
        if not 0 <= panel < len(run.panels):
            raise ValueError(f"there is no panel {panel}; this run has {len(run.panels)}, counted from 0")
        append = run.inbox.append
        return lambda event: append((panel, event))

    def end(self) -> None:
        """End the run, after everything that was observed has been sent. No run, no effect."""
        with self._line:
            run, sender = self._run, self._sender
        if run is not None and sender is not None:
            run.over.set()
            if sender is not threading.current_thread():
                sender.join(_PATIENCE_S)

    def _serve(self, run: _Run, describe: Callable[[], str] | None) -> None:
        self._tell(run, lambda: run.message("begin", panels=run.panels))
        tick = 0
        while not run.over.wait(_TICK_S):
            self._send_news(run)
            if tick % _TICKS_PER_CAPTION == 0:
                self._describe(run, describe)
            tick += 1
        self._send_news(run)
        self._describe(run, describe)
        self._close(run)

    def _send_news(self, run: _Run) -> None:
        def news() -> dict[str, Any] | None:
            batch = run.collect()
            return run.message("events", batch=batch) if batch or run.open_calls > 0 else None

        self._tell(run, news)

    def _describe(self, run: _Run, describe: Callable[[], str] | None) -> None:
        if describe is not None:
            # Outside the line: no one has to wait for a describe that takes its time.
            sentence = _guarded(run, "describing", describe)
            if sentence is not None:
                with self._line:
                    _guarded(run, "sending", lambda: setattr(self, "caption", sentence))

    def _close(self, run: _Run) -> None:
        # What came in while the last caption was made is part of the run, too.
        self._send_news(run)
        with self._line:
            run.ended = run.now
            _guarded(run, "sending", lambda: self.send(run.message("end")))
            _guarded(run, "sending", lambda: setattr(self, "log", run.snapshot()))
            if self._run is run:
                self._run = self._sender = None

    def _hear(self, _widget: object, content: Mapping[str, Any], _buffers: object) -> None:
        """A view has appeared: tell it, and harmlessly the others, everything so far."""
        if content.get("type") == "hello":
            with self._line:
                run = self._run
                everything = self.log if run is None else run.snapshot()
                if everything:
                    _guarded(run, "sending", lambda: self.send(everything))

    def _tell(self, run: _Run, make_message: Callable[[], dict[str, Any] | None]) -> None:
        """Make a message and send it, in one go: nothing can be sent in between."""
        with self._line:
            message = make_message()
            if message is not None:
                _guarded(run, "sending", lambda: self.send(message))


def _guarded(run: _Run | None, doing: str, action: Callable[[], T]) -> T | None:
    """Do it; log the first failure of its sort in this run, keep quiet about the rest."""
    try:
        return action()
    except Exception:
        if run is None or doing not in run.complaints:
            logger.exception("the timeline failed while %s; the run goes on", doing)
        if run is not None:
            run.complaints.add(doing)
        return None


def _row(panel: int, event: Event, origin: float) -> list[Any]:
    """The event as the page reads it; what is None at the end is left off, since most of it would be."""
    row = [
        panel,
        event.kind.value,
        _since(event.time, origin),
        event.call,
        event.worker,
        _since(event.began, origin),
        _since(event.ended, origin),
        None if event.cpu_s is None else round(event.cpu_s, 6),
        event.error,
        event.workers,
    ]
    while row[-1] is None:
        row.pop()
    return row


def _since(moment: float | None, origin: float) -> float | None:
    return None if moment is None else round(moment - origin, 6)
