"""`sweep`: how much faster the same calls get with more workers, measured while one looks.

The sweep's owner goes through all numbers of workers several times, there and back, so that what slows the machine down
for a while does not hit one number alone. For each it makes a pool, runs all calls and ends the pool.
"""

from collections.abc import Iterable
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.experiments.experiment import NOT_RUN, Experiment
from pool_lab.lab.notebook import Curtain, someone_is_there
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.stills.still import Still, on_axes
from pool_lab.lab.stills.sweep import sweep as draw_sweep
from pool_lab.lab.stills.sweep import sweep_axes
from pool_lab.lab.trace import sweep_words
from pool_lab.lab.trace.executor_kind import kind_of, this_machine
from pool_lab.lab.trace.speed_up import Curve, curve
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.views.controls import Note, StartStop, experiment_view, keep_covered
from pool_lab.lab.views.sweep.view import SweepView
from pool_lab.lab.work.executors import OURS, Entrants, entrants
from pool_lab.lab.work.run_calls import STOP, drop_what_waits, run_heat
from pool_lab.lab.work.workloads import Inputs, Workload
from pool_lab.pool import usable_cpus, worker_count

__all__ = ["Sweep", "sweep"]

WORKERS = (1, 2, 4, 8)
INVITATION = "Press Start: the calls run with {workers} workers, {rounds} times. To start a pool counts."


def sweep(
    workload: Workload,
    *,
    workers: Iterable[int] = WORKERS,
    executors: Entrants = OURS,
    rounds: int = 3,
    serial_s: float = 0.5,
    after: Curtain | None = None,
) -> "Sweep":
    """Measure the speed-up of executors over numbers of workers.

    As the last line of a cell the sweep shows itself, with Start, Stop, and a slider for everything that the workload
    can vary. Where no one is there to press Start it is run at once, and this call blocks until it is over.

    executors: as for `race`.
    rounds: how often each number of workers is tried; starting the pool is part of the time.
    serial_s: seconds in each round for running calls one after the other, which the speed-up is counted from; at least
        one call is run.
    after: keeps the sweep covered until it opens.
    """
    measured = Sweep(workload, workers, executors, rounds, serial_s, after)
    if measured.view is None:
        measured.start()
        measured.wait()
    return measured


class Sweep(Experiment):
    """A sweep that can be run, stopped, and run again. What has been measured when it is stopped stays."""

    name = "sweep"

    def __init__(
        self,
        workload: Workload,
        workers: Iterable[int],
        executors: Entrants,
        rounds: int,
        serial_s: float,
        curtain: Curtain | None,
    ) -> None:
        super().__init__(workload)
        self.workers = sorted({worker_count(number) for number in workers})
        self.rounds = worker_count(rounds)
        if not self.workers:
            raise ValueError("a sweep needs at least one number of workers")
        self._entrants = entrants(executors)
        if fixed := [name for name, entrant in self._entrants.items() if entrant.fixed]:
            raise ValueError(f"{', '.join(fixed)} cannot be swept: its cluster has the workers it has; sweep 'cluster'")
        self._serial_s = serial_s
        self._reset()
        self._picture: SweepView | None = None
        if someone_is_there():
            self._make_view(curtain)

    def __repr__(self) -> str:
        return f"Sweep({self.workload.what}: {', '.join(self._entrants)})"

    # For its user

    @property
    def trace(self) -> dict[str, dict[int, Trace]]:
        """The latest trace by executor and number of workers."""
        return {name: dict(traces) for name, traces in self._traces.items()}

    @property
    def makespans(self) -> dict[str, dict[int, list[float]]]:
        """All that was measured, in seconds, by executor and number of workers."""
        return {name: {many: list(times) for many, times in by.items()} for name, by in self._makespans.items()}

    @property
    def serial_s(self) -> float:
        """What the calls take one after the other: the median of all rounds; 0 before the first."""
        return median(self._serials) if self._serials else 0.0

    @property
    def curves(self) -> list[Curve]:
        """Speed-up over the number of workers, for each executor."""
        kinds, serial_s = self._kinds, self.serial_s
        return [curve(name, kinds.get(name, "other"), by, serial_s) for name, by in self.makespans.items()]

    def summary(self) -> str:
        """What the latest run showed, in words."""
        if not self._serials:
            return NOT_RUN
        return sweep_words.summary(self.curves, self.serial_s)

    def claim(self) -> str:
        """The part of the summary that does not depend on the machine."""
        return sweep_words.claim(list(self._entrants), self.workers, self.rounds) if self._serials else NOT_RUN

    def figure(self, ax: Axes | None = None) -> Figure:
        """Speed-up over the number of workers, in the latest run."""
        if ax is not None:
            return on_axes(ax, lambda: sweep_axes(ax, self.curves, self.workers, usable_cpus()))
        still = Still(f"sweep: {self._ran.what}", self.summary())
        draw_sweep(still, self.curves, self.workers, usable_cpus(), f"{still.alt} ({this_machine()})")
        return still

    # The owner's work

    def _run(self) -> None:
        self._ran = self.workload
        self._reset()
        self._show_running(True)
        with self._ran.open() as inputs:
            if not inputs:
                raise ValueError("a sweep needs at least one call; this workload has none")
            for number in range(self.rounds):
                self._go_round(number, inputs)

    def _go_round(self, number: int, inputs: Inputs) -> None:
        if self._is_stopped():
            return
        self._tell(None, f"Round {number + 1} of {self.rounds}: one call after the other.")
        serial = self._one_after_the_other(self._ran.function, inputs, self._serial_s)
        if serial is not None:
            self._serials.append(serial.seconds)
        for workers in self.workers if number % 2 == 0 else reversed(self.workers):
            for name in self._entrants:
                if not self._is_stopped():
                    self._tell((name, workers), f"Round {number + 1} of {self.rounds}: {name}, {workers} at once.")
                    self._measure(name, workers, inputs)

    def _measure(self, name: str, workers: int, inputs: Inputs) -> None:
        with self._entrants[name].make(workers) as pool:
            recorder = Recorder(workers)
            attach(pool, recorder)

            def steer(message: object) -> None:
                if message is STOP:
                    self._stopped = True
                    drop_what_waits([pool])

            run_heat([pool], self._ran.function, inputs, self._inbox, steer)
            self._kinds[name] = kind_of(type(pool)).name
        trace = recorder.trace
        if not self._stopped and len(trace.spans) == len(inputs):
            self._traces[name][workers] = trace
            self._makespans[name][workers].append(trace.makespan_s)

    def _reset(self) -> None:
        self._serials: list[float] = []
        self._traces: dict[str, dict[int, Trace]] = {name: {} for name in self._entrants}
        self._makespans: dict[str, dict[int, list[float]]] = {
            name: {workers: [] for workers in self.workers} for name in self._entrants
        }
        known = {name: entrant.executor for name, entrant in self._entrants.items()}
        self._kinds = {name: kind_of(executor).name for name, executor in known.items() if executor is not None}

    def _close(self) -> None:
        error = self._error
        self._tell(
            None, f"{self.summary()} ({this_machine()})" if error is None else f"The sweep could not be run: {error!r}"
        )
        self._show_running(False)

    # The view

    def _make_view(self, curtain: Curtain | None) -> None:
        many = sweep_words.enumerate_words(list(map(str, self.workers)))
        self._picture = SweepView(caption=INVITATION.format(workers=many, rounds=self.rounds))
        self._picture.show(self.curves, self.workers, usable_cpus())
        self._note = Note("Sweep", self._about())
        self._button = StartStop(self.start, self.stop)
        self.view = experiment_view(self._note, self._button, self._knob_sliders(), self._picture)
        if curtain is not None:
            keep_covered(self._picture, self._button, curtain)

    def _tell(self, under_way: tuple[str, int] | None, sentence: str) -> None:
        if self._picture is not None:
            with self._picture.hold_sync():
                self._picture.show(self.curves, self.workers, usable_cpus(), under_way)
                self._picture.caption = sentence

    def _show_running(self, running: bool) -> None:
        if self._picture is not None:
            self._say_what_it_is_about()
            self._button.show("Stop" if running else "Start again", icon="stop" if running else "play")
