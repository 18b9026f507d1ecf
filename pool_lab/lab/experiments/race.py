"""`race`: the same calls on several executors, above each other on one time axis, and a result that compares them.

The owner opens the workload, makes the pools, runs the calls, and resizes the pools meanwhile. Before, between and
after the pools it runs a few calls one after the other, to compute speed-ups. A run that cannot tell is repeated.
"""

import contextlib
import time
from concurrent.futures import Executor
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.experiments.experiment import NOT_RUN, Experiment
from pool_lab.lab.notebook import Cover, someone_is_there
from pool_lab.lab.programs.kept_run import keep
from pool_lab.lab.recording.recorder import Recorder, attach, to_all
from pool_lab.lab.stills.race_result import draw_result, result_axes
from pool_lab.lab.stills.still import draw
from pool_lab.lab.stills.timeline import timeline as draw_timeline
from pool_lab.lab.stills.timeline import timelines_axes
from pool_lab.lab.trace import summary as words
from pool_lab.lab.trace.previous_run import busy_times_of_panels
from pool_lab.lab.trace.race_result import RaceResult, race_result
from pool_lab.lab.trace.race_words import explain
from pool_lab.lab.trace.serial_time import SerialTime
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.views.controls import Note, StartStop, experiment_view, worker_slider
from pool_lab.lab.views.race_result.view import ResultView, chart
from pool_lab.lab.views.timeline.view import Timeline, panel_of
from pool_lab.lab.work.executors import OURS, Executors, default_workers, executor_factories, size_of
from pool_lab.lab.work.run_calls import STOP, cancel_queued, run_calls
from pool_lab.lab.work.workload import Inputs, Workload
from pool_lab.pool import usable_cpus, worker_count

__all__ = ["Race", "race"]

INVITATION = "Press Start. While the calls run, move the slider for the workers."
MAKING = "The pools start."
COMPARING = "Now some calls run one after the other, without a pool, to compute the speed-ups."
PATIENCE_S = 10.0
"""Wait this long for a loop that should take `serial_s`: calls that wait for each other never end in one."""
MOST_RUNS = 3  # if one cannot tell


def race(
    workload: Workload,
    *,
    workers: int | None = None,
    most_workers: int = 8,
    executors: Executors = OURS,
    together: bool = True,
    serial_s: float = 0.5,
    after: Cover | None = None,
) -> "Race":
    """Run the same calls on several executors, and compare them.

        race(workloads.parse(calls=48), workers=4)
        race(workloads.of(my_function, inputs), executors=["threads", "processes", "interpreters"])

    As the last line of a cell it shows a timeline for each executor, a Start button and sliders: the number of workers,
    which resizes the pools while they run, and the parameters of the workload, for the next run. If nobody uses the
    notebook (nbval, a script), the race starts at once and this call blocks until it is over.

    workload: what to run, such as `workloads.parse()` or `workloads.of(function, inputs)`.
    workers: how many each pool has at the start. None: one for each core, from 2 to 8. most_workers: the end of the
        slider, or twice the workers if that is more.
    executors: a list of "threads", "processes", "standard threads", "standard processes" (those of
        concurrent.futures), "interpreters" and "cluster". Or a dict, from your own names to such a name, a class or
        function that makes an executor for a number of workers, or a Dask client.
    together: True: all at the same time, so they share the machine. False: one after the other, and the time of each
        counts from its own start.
    serial_s: for how many seconds calls run one after the other, at least one, before, between and after the
        executors, for the speed-ups. 0: not at all, and no speed-ups.
    after: a prediction; the race is covered until it has an answer. If a run cannot tell whether the answer is right,
        it runs again with twice as many calls, up to twice.

    Returns a `Race`: its `trace`, `result`, `summary()` and `figure()` have what happened. Raises `TypeError` for what
    is no workload, no whole number or makes no executor; `ValueError` for an unknown executor or less than one worker.
    """
    contest = Race(workload, workers, most_workers, executors, together, after, serial_s)
    if contest.view is None:
        contest.start()
        contest.wait()
    return contest


class Race(Experiment):
    """What `race` returns. Start it, resize its pools, stop it, and start it again."""

    name = "race"

    def __init__(
        self,
        workload: Workload,
        workers: int | None,
        most_workers: int,
        executors: Executors,
        together: bool,
        cover: Cover | None,
        serial_s: float = 0.0,
    ) -> None:
        super().__init__(workload)
        self._workers = default_workers() if workers is None else worker_count(workers)
        self._factories = executor_factories(executors)
        self._together = together
        self._cover = cover
        self._serial_s = serial_s
        self._loops: list[SerialTime] = []
        self._recorders: dict[str, Recorder] = {}
        self._previous: dict[str, Trace] = {}
        self._why_again = ""
        known = {name: factory.executor for name, factory in self._factories.items()}
        self._panels = [panel_of(name, executor, self._workers) for name, executor in known.items()]
        self._timeline: Timeline | None = None
        if someone_is_there():
            self._make_view(max(most_workers, 2 * self._workers))

    def __repr__(self) -> str:
        return f"Race({self.workload.what}: {', '.join(self._factories)})"

    # For you

    @property
    def trace(self) -> dict[str, Trace]:
        """What has happened in the latest run so far: a trace for each executor, by name."""
        recorders = self._recorders
        return {name: recorders[name].trace if recorders else Trace(()) for name in self._factories}

    @property
    def result(self) -> RaceResult:
        """The result of the latest run: makespans, speed-ups, and where the time went."""
        kinds = [panel.kind for panel in self._panels] if self._recorders else []
        runs = [(name, kind, trace) for (name, trace), kind in zip(self.trace.items(), kinds, strict=False)]
        return race_result(runs, self._loops, usable_cpus(), self._ran.waiting)

    def resize(self, workers: int) -> None:
        """Change the number of workers of each pool: now, or for the next run. Returns at once."""
        self._workers = worker_count(workers)
        self._inbox.put(self._workers)

    def summary(self) -> str:
        """The latest run in words."""
        if not self._recorders:
            return NOT_RUN
        return " ".join(filter(None, [words.summary(list(self.trace.items())), explain(self.result)]))

    def claim(self) -> str:
        """The part of the summary that is the same on every machine."""
        return words.claim(list(self.trace.items())) if self._recorders else NOT_RUN

    def figure(self, ax: Axes | None = None) -> Figure:
        """Draw the timeline of the latest run, with the result below; on given axes, only the timeline.

        ax: None: return a new figure, which a notebook shows. Axes: draw on them, and return the figure they belong to.
        """
        panels = zip(self._panels, self.trace.values(), strict=bool(self._recorders))
        rows = [(panel.title, panel.note, panel.kind, trace) for panel, trace in panels]
        result = self.result if self._recorders else None
        on_page = partial(draw_timeline, previous=list(self._previous.values()), result=result, cores=usable_cpus())
        keeps = partial(keep, rows, cores=usable_cpus(), result=None if result is None else chart(result))
        title = f"timeline: {self._ran.what}"
        return draw(ax, (on_page, timelines_axes), rows, title=title, words=self.summary(), keeps=keeps)

    def makespans(self, ax: Axes | None = None) -> Figure:
        """Draw the result of the latest run: how long each executor took, and how its workers spent that time.

        ax: as for `figure`.
        """
        title = f"makespans: {self._ran.what}"
        return draw(ax, (draw_result, result_axes), self.result, title=title, words=self.summary())

    # What the owner does

    def _run(self) -> None:
        self._why_again, workload = "", self.workload
        for _ in range(MOST_RUNS):
            self._run_once(workload)
            doubt = "" if self._cover is None or self._stopped else self._cover.doubt(self.trace)
            if not doubt:
                break
            self._why_again, workload = f"Once more: the run before could not tell. {doubt}", self._ran.longer()

    def _run_once(self, workload: Workload) -> None:
        self._say(MAKING)
        with workload.open() as inputs, contextlib.ExitStack() as stack:
            made = self._factories.items()
            pools = {name: stack.enter_context(factory.make(self._workers)) for name, factory in made}
            self._ran, self._loops, names = workload, [], list(pools)
            self._open_picture(pools)
            for group in [names] if self._together else [[name] for name in names]:
                self._run_loop(inputs)
                self._run_on(group, pools, inputs)
            if self._timeline is not None:
                self._timeline.end()
            self._run_loop(inputs)
            self._loops = [] if self._stopped else self._loops

    def _run_on(self, names: list[str], pools: dict[str, Executor], inputs: Inputs) -> None:
        """Run all calls on each of these executors, at the same time."""
        every, group = list(pools.values()), [pools[name] for name in names]

        def handle(message: object) -> None:
            if isinstance(message, int):
                self._resize(every)
            elif message is STOP:
                self._stopped = True
                cancel_queued(every)

        if self._stopped:
            return
        self._resize(every)
        self._start_clock(names)
        run_calls(group, self._ran.function, inputs, self._inbox, handle)
        for pool in group:
            pool.shutdown()  # the workers of one pool exit before the next one starts

    def _start_clock(self, names: list[str]) -> None:
        """From now on the times of these executors count."""
        now = time.perf_counter()
        for name in names:
            self._recorders[name].origin = now
            if self._timeline is not None:
                self._timeline.start_clock(list(self._factories).index(name), now)

    def _run_loop(self, inputs: Inputs) -> None:
        """Run some calls one after the other, unless that is not wanted, or was stopped, or did not end."""
        did_not_end = not self._loops and any(trace.spans for trace in self.trace.values())
        if self._is_stopped() or not self._serial_s or not inputs or did_not_end:
            return
        self._say(COMPARING)
        loop = self._one_after_the_other(self._ran.function, inputs, self._serial_s, self._serial_s + PATIENCE_S)
        self._loops += [] if loop is None else [loop]

    def _resize(self, pools: list[Executor]) -> None:
        """Resize to the latest number. Dragging the slider sends many messages; the outdated ones change nothing."""
        for pool in pools:
            if hasattr(pool, "resize") and getattr(pool, "_max_workers", None) != self._workers:
                with contextlib.suppress(RuntimeError):  # stopped or broken meanwhile: the picture shows it
                    pool.resize(self._workers)

    def _open_picture(self, pools: dict[str, Executor]) -> None:
        self._previous = self.trace if self._recorders else {}
        previous = busy_times_of_panels(list(self._previous.values()))
        sizes = {name: size_of(pool, self._workers) for name, pool in pools.items()}
        self._panels = [panel_of(name, type(pool), sizes[name]) for name, pool in pools.items()]
        self._recorders = {name: Recorder(sizes[name], time.perf_counter()) for name in pools}
        if self._timeline is not None:
            panels = [panel._replace(previous=times) for panel, times in zip(self._panels, previous, strict=False)]
            self._timeline.begin(panels or self._panels)
            self._show_title()
            self._button.show("Stop")
        for number, (name, pool) in enumerate(pools.items()):
            observers = [] if self._timeline is None else [self._timeline.observer(number)]
            attach(pool, to_all(self._recorders[name], *observers))

    def _about(self) -> str:
        """If it has repeated itself: the work of that run, which was longer, and why."""
        about = super()._about() if self.running or not self._why_again else f"{self._ran.what} · {self._ran.nature}"
        return f"{about} · {self._why_again}" if self._why_again else about

    def _close(self) -> None:
        if self._timeline is not None:
            self._timeline.end()
            error = self._error
            self._say(self.summary() if error is None else f"The race could not run. {type(error).__name__}: {error}")
            self._button.show("Start again" if self._recorders else "Start")
            self._show_title()
            self._result.show(self.result)

    def _say(self, sentence: str) -> None:
        if self._timeline is not None:
            self._timeline.caption = sentence

    # The view

    def start(self) -> None:
        """Start a run. Returns at once. Raises `RuntimeError` if it is running already."""
        super().start()
        if self._timeline is not None:
            self._button.show(self._button.description, enabled=False)
            self._result.stale = True

    def _make_view(self, most_workers: int) -> None:
        self._timeline = Timeline(caption=INVITATION)
        self._timeline.prepare(self._panels)
        self._result = ResultView()
        self._note = Note("Race", self._about())
        self._button = StartStop(self.start, self.stop)
        sliders = [worker_slider(self._workers, most_workers, self.resize), *self._parameter_sliders()]
        self.view = experiment_view(self._note, self._button, sliders, self._timeline, self._result)
        if self._cover is not None:
            self._timeline.keep_covered(self._cover, self._button)
