"""The live picture of a run: an anywidget. Python sends what happens, the browser draws it.

    pool's threads --observer--> inbox --sender thread, 10 times a second--> page (main.js and what it imports)

An observer only appends to a deque: it takes no lock, reads no clock and makes no text, so observing hardly changes
what is observed. Each run has one thread that sends what is in the inboxes, less often if that is much, and asks for
the caption. A thread sends only while it holds `_line`. So a page that says hello (in the kernel's main thread or in a
subshell) gets everything so far and then, in order, the rest. Observers never take it.

If the view fails, the run goes on: the first error is logged and shown below the picture.
"""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import anywidget
import traitlets

from pool_lab.events import Event, Observer
from pool_lab.lab.notebook import showing_thread
from pool_lab.lab.trace.trace import Standing
from pool_lab.lab.views.bundle import script, style
from pool_lab.lab.views.timeline.rows import MOST_CALLS, Ledger

__all__ = ["Panel", "Timeline"]

HERE = Path(__file__).parent
logger = logging.getLogger(__name__)

T = TypeVar("T")

_TICK_S, _LONGEST_TICK_S = 0.1, 0.5
_SHARE = 0.004
"""Of a core, for the thread that sends: where an update costs more than this share of a tick, the next comes later."""
_CAPTION_S = 1.0
_TICKS_PER_HEARTBEAT = 5
"""While a call waits or runs, the page gets a message at least so often, so that it knows that time goes on."""
# A sender ends within a tick. If it does not, `describe` hangs, and the run must still be able to end.
_PATIENCE_S = 5.0

_MOST_IN_LOG = 20_000
"""At most so many calls are saved in a notebook that saves its widgets."""
_MOST_UNREAD = 1_000_000
"""Events that wait to be sent. There are more only if `describe` hangs; then the oldest are dropped."""


class Panel(NamedTuple):
    """One executor in the picture."""

    title: str
    note: str
    """A few words beside the title, such as "one interpreter, one GIL". If it has parts (a · b), only the first is
    shown where there is no room for all, and none where there is no room for that."""
    kind: str
    """"threads", "processes", "interpreters", "cluster" or "simulation": the colour; grey for others."""
    workers: int
    """The pool's size when the run begins: so many lanes are drawn from the start."""
    ghost: Sequence[Sequence[tuple[float, float]]] | None = None
    """For each worker, when it was inside calls in the previous run. It is drawn below the bars."""
    until: float | None = None
    """Seconds of the run after which it was no longer observed: open calls are drawn until there. None: to the end."""


class _Run:
    """One run and what has been sent of it. All but the inboxes is used only by the thread that holds `_line`.

    Its clock starts with the first event, and stands still while no call is waiting or running.
    """

    def __init__(self, number: int, panels: Sequence[Panel]) -> None:
        self.quiet_ticks = 0
        self.number = number
        self.panels = [panel._asdict() for panel in panels]
        self.ended: float | None = None
        self.inboxes: list[deque[Event]] = [deque(maxlen=_MOST_UNREAD) for _ in panels]
        self.ledger = Ledger(len(panels))
        self.over = threading.Event()
        self.complaints: set[str] = set()

    @property
    def now(self) -> float:
        ledger = self.ledger
        if self.ended is not None:
            return self.ended
        moving = ledger.origin is not None and ledger.open_calls > 0
        return time.perf_counter() - ledger.origin if moving and ledger.origin is not None else ledger.latest

    def message(self, kind: str, **more: Any) -> dict[str, Any]:
        return {"type": kind, "run": self.number, "now": round(self.now, 6), **more}

    def snapshot(self, most: int = MOST_CALLS) -> dict[str, Any]:
        """Everything that is known so far, in one message."""
        running = self.ended is None
        return self.message("snapshot", panels=self.panels, running=running, **self.ledger.everything(most))

    def collect(self) -> dict[str, Any]:
        """Take what is in the inbox, and return what is new in it for the page."""
        arrived = [(panel, box.popleft()) for panel, box in enumerate(self.inboxes) for _ in range(len(box))]
        if arrived:
            self.ledger.take(arrived)
        return self.ledger.news()


class Timeline(anywidget.AnyWidget):
    """Draws runs as they happen, one panel for each executor on one time axis.

    One thread owns a run: it calls `begin`, hands the observers to the pools, and calls `end`.
    """

    _esm = script(HERE / "main.js")
    _css = style(HERE / "timeline.css")

    caption = traitlets.Unicode(help="The sentence under the picture.").tag(sync=True)
    cover = traitlets.Unicode(help="If not empty: hides the picture and is shown in its place.").tag(sync=True)
    log = traitlets.Dict(help="The last run, for a notebook that is opened without its kernel.").tag(sync=True)
    trouble = traitlets.Unicode(help="What kept this picture from being whole, once it is known.").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        # Re-entrant: code that observes a trait may begin or end a run.
        self._line = threading.RLock()
        self._run: _Run | None = None
        self._latest: _Run | None = None
        self._sender: threading.Thread | None = None
        self._runs = 0
        super().__init__(**traits)
        self.on_msg(self._hear)

    def __repr__(self) -> str:
        return "Timeline()"

    @property
    def standings(self) -> tuple[Standing, ...]:
        """How far the current or latest run is, for each panel, as far as it has been sent."""
        with self._line:
            return () if self._latest is None else self._latest.ledger.standings

    @property
    def elapsed_s(self) -> float:
        """What the clock of the current or latest run shows."""
        with self._line:
            return 0.0 if self._latest is None else self._latest.now

    def prepare(self, panels: Sequence[Panel]) -> None:
        """Show these panels with empty lanes, before a run begins. Does nothing while one is running."""
        with self._line:
            if self._run is None:
                still = _Run(self._runs, panels)
                still.ended = 0.0
                self._latest = still
                self._guarded(still, "showing the panels", lambda: setattr(self, "log", still.snapshot()))

    def begin(self, panels: Sequence[Panel], describe: Callable[[], str] | None = None) -> None:
        """Start a new run. One that has not ended ends first.

        `describe` makes the caption. It is called in the sender thread, about once a second and once more at the end.
        """
        self.end()
        with self._line:
            self._runs += 1
            run = _Run(self._runs, panels)
            name = f"pool-lab-timeline-{run.number}"
            sender = showing_thread(self._serve, run, describe, name=name)
            self._run, self._latest, self._sender = run, run, sender
            self.trouble = ""
            sender.start()

    def observer(self, panel: int) -> Observer:
        """The observer for the pool in this panel (from 0). It is for the current run only."""
        run = self._run
        if run is None:
            raise RuntimeError("no run to observe; call begin() first")
        if not 0 <= panel < len(run.panels):
            raise ValueError(f"there is no panel {panel}; this run has {len(run.panels)}, counted from 0")
        return run.inboxes[panel].append

    def end(self) -> None:
        """End the run, after everything that was observed has been sent. Without a run it does nothing."""
        with self._line:
            run, sender = self._run, self._sender
        if run is not None and sender is not None:
            run.over.set()
            if sender is not threading.current_thread():
                sender.join(_PATIENCE_S)

    def _serve(self, run: _Run, describe: Callable[[], str] | None) -> None:
        self._tell(run, lambda: run.message("begin", panels=run.panels))
        self._describe(run, describe)
        tick_s, has_news, described = _TICK_S, False, time.perf_counter()
        while not run.over.wait(tick_s):
            cpu_began = time.thread_time()
            has_news |= self._send_news(run)
            if has_news and time.perf_counter() - described >= _CAPTION_S:
                self._describe(run, describe)
                has_news, described = False, time.perf_counter()
            tick_s = _tick_after(time.thread_time() - cpu_began)
        self._send_news(run)
        self._describe(run, describe)
        self._close(run)

    def _send_news(self, run: _Run) -> bool:
        """Send what has happened. While calls wait or run, send now and then only the time. Returns whether it sent."""

        def news() -> dict[str, Any] | None:
            changed = self._guarded(run, "reading what happened", run.collect) or {}
            run.quiet_ticks = 0 if changed else run.quiet_ticks + 1
            is_heartbeat = run.ledger.open_calls > 0 and run.quiet_ticks % _TICKS_PER_HEARTBEAT == 0
            return run.message("news", **changed) if changed or is_heartbeat else None

        return self._tell(run, news)

    def _describe(self, run: _Run, describe: Callable[[], str] | None) -> None:
        if describe is not None:
            # Without `_line`: no other thread has to wait for a slow `describe`.
            sentence = self._guarded(run, "describing", describe)
            if sentence is not None:
                with self._line:
                    self._guarded(run, "sending", lambda: setattr(self, "caption", sentence))

    def _close(self, run: _Run) -> None:
        # What was observed while the last caption was made is a part of the run, too.
        self._send_news(run)
        with self._line:
            run.ended = run.now
            self._guarded(run, "sending", lambda: self.send(run.message("end")))
            self._guarded(run, "sending", lambda: setattr(self, "log", run.snapshot(_MOST_IN_LOG)))
            if self._run is run:
                self._run = self._sender = None

    def _hear(self, _widget: object, content: Mapping[str, Any], _buffers: object) -> None:
        """A page has a new view: send everything so far. To other views it is nothing new."""
        if content.get("type") == "hello":
            with self._line:
                run = self._latest
                if run is not None:
                    self._guarded(run, "sending", lambda: self.send(run.snapshot()))

    def _tell(self, run: _Run, make_message: Callable[[], dict[str, Any] | None]) -> bool:
        """Make a message and send it, and nothing in between. Returns whether there was one."""
        with self._line:
            message = make_message()
            if message is not None:
                self._guarded(run, "sending", lambda: self.send(message))
            return message is not None

    def _guarded(self, run: _Run, doing: str, action: Callable[[], T]) -> T | None:
        """Do it. Of each kind of failure, the first in this run is logged and shown below the picture."""
        try:
            return action()
        except Exception as error:
            if doing not in run.complaints:
                run.complaints.add(doing)
                logger.exception("the timeline failed while %s; the run goes on", doing)
                with contextlib.suppress(Exception):
                    self.trouble = f"The picture failed while {doing} ({error!r}); the run goes on."
            return None


def _tick_after(cost_s: float) -> float:
    """When to send again, if an update has taken so much time on a core."""
    return min(max(_TICK_S, cost_s / _SHARE), _LONGEST_TICK_S)
