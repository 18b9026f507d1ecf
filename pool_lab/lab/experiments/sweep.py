"""`sweep`: how much faster the same calls are with more workers.

The owner goes through all numbers of workers several times, up and down, so that a slow moment of the machine does not
affect one number alone. For each number it makes a pool, runs all calls, and shuts the pool down. Beside each number it
runs some calls one after the other: a measurement is compared with the loops just before and after it.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.experiments.experiment import NOT_RUN, Experiment
from pool_lab.lab.notebook import Cover, someone_is_there
from pool_lab.lab.programs.kept_run import keep
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.stills.still import draw
from pool_lab.lab.stills.sweep import draw_sweep, sweep_axes
from pool_lab.lab.trace import sweep_words
from pool_lab.lab.trace.executor_kind import executor_kind, this_machine
from pool_lab.lab.trace.race_result import CANNOT_BE, speed_up_limit, waiting_share
from pool_lab.lab.trace.serial_time import SerialTime, average
from pool_lab.lab.trace.sweep_result import Curve, curve
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import number_of
from pool_lab.lab.views.controls import Note, StartStop, experiment_view
from pool_lab.lab.views.sweep.view import SweepView
from pool_lab.lab.work.executors import OURS, Executors, executor_factories
from pool_lab.lab.work.run_calls import STOP, cancel_queued, run_calls
from pool_lab.lab.work.workload import Inputs, Workload
from pool_lab.pool import usable_cpus, worker_count

__all__ = ["Sweep", "sweep"]

WORKERS = (1, 2, 4, 8)
MOST_RUNS = 3
"""If what was measured cannot tell, all rounds run again, until they have run so often."""
INVITATION = "Press Start: the calls run with {workers} workers, {rounds} times. Starting a pool counts."


def sweep(
    workload: Workload,
    *,
    workers: Iterable[int] = WORKERS,
    executors: Executors = OURS,
    rounds: int = 3,
    serial_s: float = 0.5,
    after: Cover | None = None,
) -> "Sweep":
    """Measure how much faster executors are with more workers.

        sweep(workloads.parse(calls=48), workers=[1, 2, 4, 8])

    As the last line of a cell it shows a chart, a Start button, and a slider for each parameter of the workload. If
    nobody uses the notebook (nbval, a script), the sweep starts at once and this call blocks until it is over.

    workload, executors: as for `race`, but no Dask client.
    workers: the numbers of workers to try.
    rounds: how often to try each number. Starting the pool is part of the time.
    serial_s: how many seconds of each round to run calls one after the other, to compare with. This is done before
        each number of workers, with at least one call.
    after: a prediction; the sweep is covered until it has an answer. If the rounds cannot tell whether the answer is
        right, there are as many again, up to twice.

    Returns a `Sweep`: its `curves`, `makespans`, `summary()` and `figure()` have what was measured. Raises `TypeError`
    if the workload is none, and `ValueError` for an unknown executor, a Dask client, or less than one worker or round.
    """
    measured = Sweep(workload, workers, executors, rounds, serial_s, after)
    if measured.view is None:
        measured.start()
        measured.wait()
    return measured


class Measurement(NamedTuple):
    """One run of all calls."""

    name: str
    workers: int
    makespan_s: float
    loops: int
    """How many loops there were before it."""


class Sweep(Experiment):
    """What `sweep` returns. Start it, stop it, and start it again. If you stop it, it keeps what was measured."""

    name = "sweep"

    def __init__(
        self,
        workload: Workload,
        workers: Iterable[int],
        executors: Executors,
        rounds: int,
        serial_s: float,
        cover: Cover | None,
    ) -> None:
        super().__init__(workload)
        self.workers = sorted({worker_count(number) for number in workers})
        self.rounds = worker_count(rounds)
        if not self.workers:
            raise ValueError("a sweep needs at least one number of workers")
        self._factories = executor_factories(executors)
        if fixed := [name for name, factory in self._factories.items() if factory.fixed]:
            raise ValueError(f"{', '.join(fixed)} cannot be swept: its number of workers is fixed")
        self._serial_s, self._cover = serial_s, cover
        self._reset()
        self._picture: SweepView | None = None
        if someone_is_there():
            self._make_view(cover)

    def __repr__(self) -> str:
        return f"Sweep({self.workload.what}: {', '.join(self._factories)})"

    # For you

    @property
    def traces(self) -> dict[str, dict[int, Trace]]:
        """The trace of the latest round, by executor and number of workers."""
        return {name: dict(traces) for name, traces in self._traces.items()}

    @property
    def makespans(self) -> dict[str, dict[int, list[float]]]:
        """All measured makespans in seconds, by executor and number of workers."""
        makespans: dict[str, dict[int, list[float]]] = {
            name: {workers: [] for workers in self.workers} for name in self._factories
        }
        for one in list(self._measured):
            makespans[one.name][one.workers].append(one.makespan_s)
        return makespans

    @property
    def serial(self) -> SerialTime | None:
        """How long the calls take one after the other, on average; None before the first loop."""
        return average(list(self._loops))

    @property
    def curves(self) -> list[Curve]:
        """The speed-ups by number of workers, for each executor, without those that cannot be."""
        return self._judged[0]

    @property
    def _judged(self) -> tuple[list[Curve], int]:
        """The curves, and how many measurements are not in them because they cannot be."""
        loops, left_out = list(self._loops), 0
        known: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        for one in list(self._measured):
            beside = average(loops[max(0, one.loops - 1) : one.loops + 1])
            speed_up = beside.seconds / one.makespan_s if beside is not None else 0.0
            cannot_be = speed_up > CANNOT_BE * speed_up_limit(one.workers, usable_cpus(), self._waiting)
            left_out += cannot_be
            if speed_up and not cannot_be:
                known[one.name][one.workers].append(speed_up)
        return [curve(name, self._kinds.get(name, "other"), known[name]) for name in self._factories], left_out

    @property
    def _waiting(self) -> float:
        if self._ran.waiting is not None:
            return self._ran.waiting
        return waiting_share([trace for traces in self.traces.values() for trace in traces.values()], self._loops)

    def summary(self) -> str:
        """The latest run in words."""
        if self.serial is None:
            return NOT_RUN
        curves, left_out = self._judged
        return sweep_words.summary(curves, self.serial, self._waiting, left_out)

    def claim(self) -> str:
        """The part of the summary that is the same on every machine."""
        return sweep_words.claim(list(self._factories), self.workers, self.rounds) if self._loops else NOT_RUN

    def figure(self, ax: Axes | None = None) -> Figure:
        """Draw the speed-up over the number of workers.

        ax: None: return a new figure, which a notebook shows. Axes: draw on them, and return the figure they belong to.
        """
        facts, title = (self.curves, self.workers, usable_cpus()), f"sweep: {self._ran.what}"
        return draw(ax, (draw_sweep, sweep_axes), *facts, title=title, words=self.summary(), keeps=self._keeps)

    def _keeps(self) -> dict[str, Any]:
        panels = [
            (f"{name}, {number_of(workers, 'worker')}", "", self._kinds.get(name, "other"), traces[workers])
            for name, traces in self.traces.items()
            for workers in sorted(traces)
        ]
        return keep(panels, is_pictured=False)

    # What the owner does

    def _run(self) -> None:
        self._ran = self.workload
        self._reset()
        self._show_running(True)
        with self._ran.open() as inputs:
            if not inputs:
                raise ValueError("a sweep needs at least one call; this workload has none")
            for run in range(MOST_RUNS):
                for number in range(self.rounds):
                    self._go_round(run * self.rounds + number, inputs)
                if self._stopped or self._cover is None or not self._cover.doubt(self):
                    return

    def _go_round(self, number: int, inputs: Inputs) -> None:
        for workers in self.workers if number % 2 == 0 else reversed(self.workers):
            self._run_loop(number, inputs)
            for name in self._factories:
                if not self._is_stopped():
                    self._tell((name, workers), self._sentence(number, f"{name}, {number_of(workers, 'worker')}"))
                    self._measure(name, workers, inputs)

    def _run_loop(self, number: int, inputs: Inputs) -> None:
        if not self._is_stopped():
            self._tell(None, self._sentence(number, "one call after the other"))
            loop = self._one_after_the_other(self._ran.function, inputs, self._serial_s / len(self.workers))
            self._loops += [] if loop is None else [loop]

    def _sentence(self, number: int, now: str) -> str:
        run, round_ = divmod(number, self.rounds)
        again = "Once more, since the rounds before cannot tell. " if run else ""
        return f"{again}Round {round_ + 1} of {self.rounds}: {now}."

    def _measure(self, name: str, workers: int, inputs: Inputs) -> None:
        with self._factories[name].make(workers) as pool:
            recorder = Recorder(workers)
            attach(pool, recorder)

            def handle(message: object) -> None:
                if message is STOP:
                    self._stopped = True
                    cancel_queued([pool])

            run_calls([pool], self._ran.function, inputs, self._inbox, handle)
            self._kinds[name] = executor_kind(type(pool)).name
        trace = recorder.trace
        if not self._stopped and len(trace.spans) == len(inputs):
            self._traces[name][workers] = trace
            self._measured.append(Measurement(name, workers, trace.makespan_s, len(self._loops)))

    def _reset(self) -> None:
        self._loops: list[SerialTime] = []
        self._measured: list[Measurement] = []
        self._traces: dict[str, dict[int, Trace]] = {name: {} for name in self._factories}
        known = {name: factory.executor for name, factory in self._factories.items()}
        self._kinds = {name: executor_kind(executor).name for name, executor in known.items() if executor is not None}

    def _close(self) -> None:
        error = self._error
        self._tell(
            None,
            f"{self.summary()} ({this_machine()})"
            if error is None
            else f"The sweep could not run. {type(error).__name__}: {error}",
        )
        self._show_running(False)

    # The view

    def _make_view(self, cover: Cover | None) -> None:
        many = sweep_words.enumerate_words(list(map(str, self.workers)))
        self._picture = SweepView(caption=INVITATION.format(workers=many, rounds=self.rounds))
        self._picture.show(self.curves, self.workers, usable_cpus())
        self._note = Note("Sweep", self._about())
        self._button = StartStop(self.start, self.stop)
        self.view = experiment_view(self._note, self._button, self._parameter_sliders(), self._picture)
        if cover is not None:
            self._picture.keep_covered(cover, self._button)

    def _tell(self, measuring: tuple[str, int] | None, sentence: str) -> None:
        if self._picture is not None:
            with self._picture.hold_sync():
                self._picture.show(self.curves, self.workers, usable_cpus(), measuring)
                self._picture.caption = sentence

    def _show_running(self, running: bool) -> None:
        if self._picture is not None:
            self._show_title()
            self._button.show("Stop" if running else "Start again")
