"""The live picture of a run: an anywidget. Python sends what happens, and the browser draws it.

    pool's threads --observer--> inbox --sender thread, 10 times a second--> page

An observer only appends to a deque. It takes no lock, reads no clock and makes no text, so the pool is hardly slowed
down. Each run has one sender thread, which sends what has arrived (less often if that is much). While a run goes on,
the page itself says below the picture how far it is; otherwise the caption is there.

`_send_lock` guards what is sent: a page that says hello, in the kernel's main thread or in a subshell, gets everything
so far and then the rest, in order. Observers never take it.

If a view fails, the first error is logged and the run goes on.
"""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import traitlets

from pool_lab.events import Event, Observer
from pool_lab.lab.notebook import page_thread
from pool_lab.lab.trace.executor_kind import executor_kind
from pool_lab.lab.views.bundle import script, style
from pool_lab.lab.views.cover.view import Coverable
from pool_lab.lab.views.timeline.rows import MOST_CALLS, TimelineRows
from pool_lab.pool import usable_cpus

__all__ = ["Panel", "Timeline", "panel_of"]

HERE = Path(__file__).parent
logger = logging.getLogger(__name__)

T = TypeVar("T")

_TICK_S, _LONGEST_TICK_S = 0.1, 0.5
_SHARE = 0.004
"""The share of a core for the sender thread. If an update costs more, the next one is later."""
_TICKS_PER_HEARTBEAT = 5
"""While a call is queued or running, the page gets at least one message in this many ticks: the clock goes on."""
# A sender thread ends within a tick, unless sending hangs. Then the run must still be able to end.
_PATIENCE_S = 5.0

_MOST_IN_LOG = 20_000
"""The most calls that are saved with a notebook that saves its widgets."""
_MOST_UNREAD = 1_000_000
"""The most events that wait to be sent. If sending hangs there are more, and the oldest are dropped."""


class Panel(NamedTuple):
    """One executor in the picture."""

    title: str
    note: str
    """A few words beside the title, such as "one interpreter, one GIL". A narrow page shows only the first of several
    parts (a · b), or none."""
    kind: str
    """"threads", "processes", "interpreters", "cluster" or "simulation": the colour; grey for others."""
    workers: int
    """The pool's size when the run begins: it has this many lanes from the start."""
    previous: Sequence[Sequence[tuple[float, float]]] | None = None
    """When each worker was inside calls in the previous run: lines below the bars. See `previous_run`."""
    until: float | None = None
    """When the watching ended, in seconds: bars of calls that still ran then end there. None: never."""
    names: Sequence[str] | None = None
    """What the calls are called, by their number; later calls have only their number."""
    cores: int = 0
    """How many cores the calls can use. Then a strip below the lanes shows how many they kept busy; 0: no strip."""


def panel_of(name: str, executor: type[Any] | None, workers: int) -> Panel:
    """The panel of a class of executors. None: the class is not known yet, only the name."""
    if executor is None:
        return Panel(name, "", "other", workers)
    kind = executor_kind(executor)
    origin = "concurrent.futures · " if executor.__module__.startswith("concurrent.futures") else ""
    return Panel(executor.__name__, f"{origin}{kind.note}", kind.name, workers, cores=usable_cpus())


class _Run:
    """One run, and what has been sent of it. The timeline's lock guards everything but the inboxes.

    Its clock starts with the first event, and stands still while no call is queued or running. It can start anew for
    each of several panels that run one after the other.
    """

    def __init__(self, number: int, panels: Sequence[Panel]) -> None:
        self.quiet_ticks = 0
        self.number = number
        self.panels = [panel._asdict() for panel in panels]
        self.ended: float | None = None
        self.inboxes: list[deque[Event]] = [deque(maxlen=_MOST_UNREAD) for _ in panels]
        self.rows = TimelineRows()
        self.over = threading.Event()
        self.complaints: set[str] = set()

    @property
    def now(self) -> float:
        rows = self.rows
        if self.ended is not None:
            return self.ended
        moving = rows.origin is not None and rows.open_calls > 0
        return time.perf_counter() - rows.origin if moving and rows.origin is not None else rows.latest

    def message(self, kind: str, **more: Any) -> dict[str, Any]:
        return {"type": kind, "run": self.number, "clock": self.rows.clocks, "now": round(self.now, 6), **more}

    def snapshot(self, most: int = MOST_CALLS) -> dict[str, Any]:
        """Everything so far, in one message."""
        running = self.ended is None
        return self.message("snapshot", panels=self.panels, running=running, **self.rows.everything(most))

    def collect(self) -> dict[str, Any]:
        """Empty the inboxes, and return what is new for the page."""
        arrived = [(panel, box.popleft()) for panel, box in enumerate(self.inboxes) for _ in range(len(box))]
        if arrived:
            self.rows.take(arrived)
        return self.rows.news()


class Timeline(Coverable):
    """Draws runs as they happen: a panel for each executor, on one time axis.

    One thread owns a run: it calls `begin`, gives the observers to the pools, and calls `end`.
    """

    _esm = script(HERE / "main.js")
    _css = style(HERE / "timeline.css")

    caption = traitlets.Unicode(help="The sentence under the picture, unless a run goes on.").tag(sync=True)
    log = traitlets.Dict(help="The latest run, for a notebook that is opened without its kernel.").tag(sync=True)
    trouble = traitlets.Unicode(help="What went wrong with this picture.").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        # Re-entrant: a callback that observes a trait may begin or end a run.
        self._send_lock = threading.RLock()
        self._run: _Run | None = None
        self._latest: _Run | None = None
        self._sender: threading.Thread | None = None
        self._runs = 0
        super().__init__(**traits)
        self.on_msg(self._receive)

    @property
    def is_quiet(self) -> bool:
        """Whether no call is queued or running, as far as has been sent."""
        return self._latest is None or self._latest.rows.open_calls == 0

    def prepare(self, panels: Sequence[Panel]) -> None:
        """Show these panels with empty lanes, before a run begins. During a run, do nothing."""
        with self._send_lock:
            if self._run is None:
                still = _Run(self._runs, panels)
                still.ended = 0.0
                self._latest = still
                self._guarded(still, "showing the panels", lambda: setattr(self, "log", still.snapshot()))

    def begin(self, panels: Sequence[Panel]) -> None:
        """Begin a run, and end the current one first."""
        self.end()
        with self._send_lock:
            self._runs += 1
            run = _Run(self._runs, panels)
            name = f"pool-lab-timeline-{run.number}"
            sender = page_thread(self._serve, run, name=name)
            self._run, self._latest, self._sender = run, run, sender
            self.trouble = ""
            self._guarded(run, "sending", lambda: self.set_trait("caption", ""))
            sender.start()

    def observer(self, panel: int) -> Observer:
        """The observer for the pool in this panel, counted from 0. It belongs to the current run only."""
        run = self._run
        if run is None:
            raise RuntimeError("no run to observe; call begin() first")
        if not 0 <= panel < len(run.panels):
            raise ValueError(f"there is no panel {panel}; this run has {len(run.panels)}, counted from 0")
        return run.inboxes[panel].append

    def start_clock(self, panel: int, now: float) -> None:
        """Times of this panel count from now, in seconds on `time.perf_counter`. Without a run, do nothing."""
        with self._send_lock:
            if self._run is not None:
                self._run.rows.start_clock(panel, now)

    def end(self) -> None:
        """End the run. Blocks until everything observed has been sent. Without a run, do nothing."""
        with self._send_lock:
            run, sender = self._run, self._sender
        if run is not None and sender is not None:
            run.over.set()
            if sender is not threading.current_thread():
                sender.join(_PATIENCE_S)

    def _serve(self, run: _Run) -> None:
        self._tell(run, lambda: run.message("begin", panels=run.panels))
        tick_s = _TICK_S
        while not run.over.wait(tick_s):
            cpu_began = time.thread_time()
            self._send_news(run)
            tick_s = _tick_after(time.thread_time() - cpu_began)
        self._close(run)

    def _send_news(self, run: _Run) -> None:
        """Send what has happened. While calls are open, time is news as well."""

        def news() -> dict[str, Any] | None:
            changed = self._guarded(run, "reading what happened", run.collect) or {}
            run.quiet_ticks = 0 if changed else run.quiet_ticks + 1
            is_heartbeat = run.rows.open_calls > 0 and run.quiet_ticks % _TICKS_PER_HEARTBEAT == 0
            return run.message("news", **changed) if changed or is_heartbeat else None

        self._tell(run, news)

    def _close(self, run: _Run) -> None:
        self._send_news(run)
        with self._send_lock:
            run.ended = max(run.now, run.rows.longest)
            self._guarded(run, "sending", lambda: self.send(run.message("end")))
            self._guarded(run, "sending", lambda: setattr(self, "log", run.snapshot(_MOST_IN_LOG)))
            if self._run is run:
                self._run = self._sender = None

    def _receive(self, _widget: object, content: Mapping[str, Any], _buffers: object) -> None:
        """A page says hello: send everything so far, which does no harm to other pages. Or it asks for an answer."""
        if content.get("type") == "ask":
            self.send({"type": "answer"})
        if content.get("type") == "hello":
            with self._send_lock:
                run = self._latest
                if run is not None:
                    self._guarded(run, "sending", lambda: self.send(run.snapshot()))

    def _tell(self, run: _Run, make_message: Callable[[], dict[str, Any] | None]) -> None:
        """Make a message and send it, with the lock, so nothing is sent in between."""
        with self._send_lock:
            message = make_message()
            if message is not None:
                self._guarded(run, "sending", lambda: self.send(message))

    def _guarded(self, run: _Run, doing: str, action: Callable[[], T]) -> T | None:
        """Do it. The first error of each sort in a run is logged and shown below the picture, later ones are not."""
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
    """When to send again, after an update that took this many seconds on a core."""
    return min(max(_TICK_S, cost_s / _SHARE), _LONGEST_TICK_S)
