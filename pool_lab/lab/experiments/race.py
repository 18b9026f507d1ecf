"""`race`: the same calls on several executors, one above the other on one time axis; and what it comes to.

The race's owner opens the workload, makes the pools, submits the calls, resizes the pools, waits, runs a few calls one
after the other to know what a speed-up is, and ends.
"""

import contextlib
import time
from concurrent.futures import Executor

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.experiments.experiment import NOT_RUN, Experiment
from pool_lab.lab.notebook import Curtain, someone_is_there
from pool_lab.lab.recording.recorder import Recorder, attach, to_all
from pool_lab.lab.stills.race_result import result_axes
from pool_lab.lab.stills.still import Still, on_axes
from pool_lab.lab.stills.timeline import result as draw_result
from pool_lab.lab.stills.timeline import timeline as draw_timeline
from pool_lab.lab.stills.timeline import timelines_axes
from pool_lab.lab.trace import summary as words
from pool_lab.lab.trace.executor_kind import kind_of, this_machine
from pool_lab.lab.trace.previous_run import ghosts_of
from pool_lab.lab.trace.race_result import Outcome, Serial, outcome
from pool_lab.lab.trace.race_words import explain
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.views.controls import Note, StartStop, experiment_view, keep_covered, worker_slider
from pool_lab.lab.views.race_result.view import ResultView
from pool_lab.lab.views.timeline.view import Panel, Timeline
from pool_lab.lab.work.executors import OURS, Entrants, entrants, size_of
from pool_lab.lab.work.run_calls import STOP, drop_what_waits, run_heat
from pool_lab.lab.work.workloads import Inputs, Workload
from pool_lab.pool import usable_cpus, worker_count

__all__ = ["Race", "race"]

INVITATION = "Press Start. While the calls run, move the slider of the workers."
MAKING = "The pools are being made."
PATIENCE_S = 10.0
"""For calls in a loop, and ten times what the longest took in the race: those that need each other never end there."""
COMPARING = "The race is over. Now some calls run one after the other, to know what a speed-up is."


def race(
    workload: Workload,
    *,
    workers: int = 4,
    most_workers: int = 8,
    executors: Entrants = OURS,
    together: bool = True,
    serial_s: float = 0.5,
    after: Curtain | None = None,
) -> "Race":
    """Race executors over a workload.

    As the last line of a cell the race shows itself, with Start, Stop, and sliders: one from 1 to `most_workers` that
    resizes the pools while they work, and one for everything that the workload can vary, for the next run. Where no
    one is there to press Start it is run at once, and this call blocks until it is over.

    executors: names of known ones (see `KNOWN` in lab.work.executors), or by names of your own what makes each for a
        number of workers: a class, a function, a Dask client.
    together: all at the same time, sharing the machine; else one after the other, each with the machine to itself.
    serial_s: seconds for running calls one after the other when the race is over, so that speed-ups are known; at least
        one call is run. 0: none is, and no speed-up is shown.
    after: keeps the race covered until it opens.
    """
    contest = Race(workload, workers, most_workers, executors, together, after, serial_s)
    if contest.view is None:
        contest.start()
        contest.wait()
    return contest


class Race(Experiment):
    """A race that can be run, steered, stopped, and run again. `trace` is that of the latest run, by executor."""

    name = "race"

    def __init__(
        self,
        workload: Workload,
        workers: int,
        most_workers: int,
        executors: Entrants,
        together: bool,
        curtain: Curtain | None,
        serial_s: float = 0.0,
    ) -> None:
        super().__init__(workload)
        self._workers = worker_count(workers)
        self._entrants = entrants(executors)
        self._together = together
        self._curtain = curtain
        self._serial_s = serial_s
        self._serial: Serial | None = None
        self._recorders: dict[str, Recorder] = {}
        self._before: dict[str, Trace] = {}
        known = [entrant.executor for entrant in self._entrants.values()]
        self._panels = [_panel(executor, self._workers) for executor in known if executor is not None]
        self._timeline: Timeline | None = None
        if someone_is_there():
            self._make_view(max(most_workers, workers))

    def __repr__(self) -> str:
        return f"Race({self.workload.what}: {', '.join(self._entrants)})"

    # For its user

    @property
    def trace(self) -> dict[str, Trace]:
        """The latest run, by executor: what is known by now. Traces without a call before the first."""
        recorders = self._recorders
        return {name: recorders[name].trace if recorders else Trace(()) for name in self._entrants}

    @property
    def outcome(self) -> Outcome:
        """What the latest run comes to: makespans, speed-ups, where the time went."""
        kinds = [panel.kind for panel in self._panels] if self._recorders else []
        runs = [(name, kind, trace) for (name, trace), kind in zip(self.trace.items(), kinds, strict=False)]
        return outcome(runs, self._serial, usable_cpus())

    def resize(self, workers: int) -> None:
        """Give each pool so many workers: now if the race is running, else in the next run. Returns at once."""
        self._workers = worker_count(workers)
        self._inbox.put(self._workers)

    def summary(self) -> str:
        """What the latest run showed, in words."""
        if not self._recorders:
            return NOT_RUN
        return " ".join(filter(None, [words.summary(list(self.trace.items())), explain(self.outcome)]))

    def claim(self) -> str:
        """The part of the summary that does not depend on the machine."""
        return words.claim(list(self.trace.items())) if self._recorders else NOT_RUN

    def figure(self, ax: Axes | None = None) -> Figure:
        """The timeline of the latest run with its result below; on given axes, the timeline."""
        drawn = zip(self._panels, self.trace.values(), strict=bool(self._recorders))
        rows = [(panel.title, panel.note, panel.kind, trace) for panel, trace in drawn]
        if ax is not None:
            return on_axes(ax, lambda: timelines_axes(ax, rows))
        still = Still(f"timeline: {self._ran.what}", self.summary())
        result = self.outcome if self._recorders else None
        caption, ghosts = f"{still.alt} ({this_machine()})", list(self._before.values())
        draw_timeline(still, rows, caption, ghosts=ghosts, outcome=result)
        return still

    def makespans(self, ax: Axes | None = None) -> Figure:
        """How long each executor took in the latest run, how its workers spent that time, and what it gained."""
        if ax is not None:
            return on_axes(ax, lambda: result_axes(ax, self.outcome))
        still = Still(f"makespans: {self._ran.what}", self.summary())
        draw_result(still, self.outcome, f"{still.alt} ({this_machine()})")
        return still

    # The owner's work

    def _run(self) -> None:
        self._say(MAKING)
        workload, earlier = self.workload, self._ran
        with workload.open() as inputs:
            with contextlib.ExitStack() as stack:
                made = self._entrants.items()
                pools = {name: stack.enter_context(entrant.make(self._workers)) for name, entrant in made}
                self._ran = workload
                self._open_picture(pools)
                heats = [list(pools.values())] if self._together else [[pool] for pool in pools.values()]
                for heat in heats:
                    self._compete(heat, list(pools.values()), inputs)
            if workload is not earlier:
                self._serial = None
            if self._timeline is not None:
                self._timeline.end()
            self._compare(inputs)

    def _compete(self, heat: list[Executor], pools: list[Executor], inputs: Inputs) -> None:
        """Run all calls on the executors of this heat, at the same time."""

        def steer(message: object) -> None:
            if isinstance(message, int):
                self._resize(pools)
            elif message is STOP:
                self._stopped = True
                drop_what_waits(pools)

        if not self._stopped:
            run_heat(heat, self._ran.function, inputs, self._inbox, steer)

    def _compare(self, inputs: Inputs) -> None:
        """Find out what the calls take one after the other, if that is wished for and not known yet."""
        if self._is_stopped() or not self._serial_s or self._serial is not None or not inputs:
            return
        self._say(COMPARING)
        longest_s = max((span.took_s or 0.0 for trace in self.trace.values() for span in trace.spans), default=0.0)
        patience_s = self._serial_s + PATIENCE_S + 10 * longest_s
        self._serial = self._one_after_the_other(self._ran.function, inputs, self._serial_s, patience_s)

    def _resize(self, pools: list[Executor]) -> None:
        """Do the latest wish. Dragging makes many; those that are outdated by now change nothing."""
        for pool in pools:
            if hasattr(pool, "resize") and getattr(pool, "_max_workers", None) != self._workers:
                with contextlib.suppress(RuntimeError):  # stopped or broken in the meantime: the picture shows it
                    pool.resize(self._workers)

    def _open_picture(self, pools: dict[str, Executor]) -> None:
        origin = time.perf_counter()
        self._before = self.trace if self._recorders else {}
        ghosts = ghosts_of(list(self._before.values()))
        sizes = {name: size_of(pool, self._workers) for name, pool in pools.items()}
        self._panels = [_panel(type(pool), sizes[name]) for name, pool in pools.items()]
        self._recorders = {name: Recorder(sizes[name], origin) for name in pools}
        if self._timeline is not None:
            haunted = [panel._replace(ghost=ghost) for panel, ghost in zip(self._panels, ghosts, strict=False)]
            self._timeline.begin(haunted or self._panels, self._describe)
            self._say_what_it_is_about()
            self._button.show("Stop", icon="stop")
        for number, (name, pool) in enumerate(pools.items()):
            drawn = [] if self._timeline is None else [self._timeline.observer(number)]
            attach(pool, to_all(self._recorders[name], *drawn))

    def _describe(self) -> str:
        assert self._timeline is not None
        standings = zip(self._entrants, self._timeline.standings, strict=True)
        return words.progress(list(standings), self._timeline.elapsed_s)

    def _close(self) -> None:
        if self._timeline is not None:
            self._timeline.end()
            error = self._error
            self._say(self.summary() if error is None else f"The race could not be run: {error!r}")
            self._button.show("Start again" if self._recorders else "Start")
            self._say_what_it_is_about()
            self._result.show(self.outcome)

    def _say(self, sentence: str) -> None:
        if self._timeline is not None:
            self._timeline.caption = sentence

    # The view

    def start(self) -> None:
        super().start()
        if self._timeline is not None:
            self._button.show(self._button.description, enabled=False)
            self._result.stale = True

    def _make_view(self, most_workers: int) -> None:
        self._timeline = Timeline(caption=INVITATION)
        if len(self._panels) == len(self._entrants):
            self._timeline.prepare(self._panels)
        self._result = ResultView()
        self._note = Note("Race", self._about())
        self._button = StartStop(self.start, self.stop)
        sliders = [worker_slider(self._workers, most_workers, self.resize), *self._knob_sliders()]
        self.view = experiment_view(self._note, self._button, sliders, self._timeline, self._result)
        if self._curtain is not None:
            keep_covered(self._timeline, self._button, self._curtain)


def _panel(executor: type[Executor], workers: int) -> Panel:
    kind = kind_of(executor)
    origin = "concurrent.futures · " if executor.__module__.startswith("concurrent.futures") else ""
    return Panel(executor.__name__, f"{origin}{kind.note}", kind.name, workers)
