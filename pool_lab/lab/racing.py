"""`race`: the same calls on several executors, one above the other on one time axis.

One thread, the race's owner, does everything: it opens the workload, makes the pools, submits the calls, resizes the
pools, waits, and ends. All others, the button and the slider among them, only leave word in its inbox. The calls
themselves report there as well, so the owner sleeps until there is something to do.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from queue import SimpleQueue
from typing import Any

from pool_lab.lab import words
from pool_lab.lab.controls import Gate, StartStop, experiment_view, keep_covered, worker_slider
from pool_lab.lab.exhibit import Exhibit, Still, someone_is_there
from pool_lab.lab.kinds import kind_of, this_machine
from pool_lab.lab.plots import makespans as draw_makespans
from pool_lab.lab.plots import timeline as draw_timeline
from pool_lab.lab.recording import Recorder, attach, to_all
from pool_lab.lab.timeline import Panel, Timeline
from pool_lab.lab.trace import Trace
from pool_lab.lab.workloads import Inputs, Workload
from pool_lab.pool import worker_count
from pool_lab.processes import ProcessPoolExecutor
from pool_lab.threads import ThreadPoolExecutor

__all__ = ["Race", "race"]

Entrants = Mapping[str, Callable[[int], Executor]]
OURS: Entrants = {"threads": ThreadPoolExecutor, "processes": ProcessPoolExecutor}

INVITATION = "Press Start. Then move the slider while the calls run."
STOP = object()


def race(
    workload: Workload,
    *,
    workers: int = 4,
    most_workers: int = 8,
    executors: Entrants = OURS,
    together: bool = True,
    after: Gate | None = None,
) -> "Race":
    """Race executors over a workload.

    As the last line of a cell the race shows itself, with Start, Stop, and a slider from 1 to `most_workers` that
    resizes the pools while they work. Where no one is there to press Start it is run at once, and this call blocks
    until it is over.

    executors: by name, what makes each for a number of workers.
    together: all at the same time, sharing the machine; else one after the other, each with the machine to itself.
    after: keeps the race covered until it opens.
    """
    contest = Race(workload, workers, most_workers, executors, together, after)
    if contest.view is None:
        contest.start()
        contest.wait()
    return contest


class Race(Exhibit):
    """A race that can be run, steered, stopped, and run again. `trace` is that of the latest run, by executor."""

    def __init__(
        self,
        workload: Workload,
        workers: int,
        most_workers: int,
        executors: Entrants,
        together: bool,
        gate: Gate | None,
    ) -> None:
        super().__init__()
        if not isinstance(workload, Workload):
            raise TypeError(
                f"a race needs a workload: workloads.parse(), say, or workloads.of(function, inputs); got {workload!r}"
            )
        if not executors:
            raise ValueError("a race needs at least one executor")
        self.workload = workload
        self._workers = worker_count(workers)
        self._executors = dict(executors)
        self._together = together
        self._gate = gate
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._owner: threading.Thread | None = None
        self._running = False
        self._error: BaseException | None = None
        self._recorders: dict[str, Recorder] = {}
        # Classes say what they will make, so their empty lanes can be shown; of other makers we know when they have.
        classes = [make for make in executors.values() if isinstance(make, type)]
        self._panels = [_panel(make, self._workers) for make in classes] if len(classes) == len(executors) else []
        self._stopped = False
        self._timeline: Timeline | None = None
        if someone_is_there():
            self._make_view(max(most_workers, workers))

    def __repr__(self) -> str:
        return f"Race({self.workload.what}: {', '.join(self._executors)})"

    # For its user

    @property
    def trace(self) -> dict[str, Trace]:
        """The latest run, by executor: what is known by now. Traces without a call before the first."""
        recorders = self._recorders
        return {name: recorders[name].trace if recorders else Trace(()) for name in self._executors}

    @property
    def running(self) -> bool:
        return self._running

    def start(self) -> None:
        """Run it, in a thread of its own. `RuntimeError` if it is running."""
        if self.running:
            raise RuntimeError("this race is running: stop() it, or wait() for its end, and start it again")
        self._running, self._error, self._inbox = True, None, SimpleQueue()
        self._owner = threading.Thread(target=self._run, args=(self._owner,), name="pool-lab-race", daemon=True)
        self._owner.start()

    def stop(self) -> None:
        """Let running calls finish and drop the waiting ones. Returns at once."""
        self._inbox.put(STOP)

    def resize(self, workers: int) -> None:
        """Give each pool so many workers: now if the race is running, else in the next run. Returns at once."""
        self._workers = worker_count(workers)
        self._inbox.put(self._workers)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the race is over, at most `timeout` seconds; whether it is. An interrupt stops the race.

        Raises what kept the race from being run.
        """
        if self._owner is not None:
            try:
                self._owner.join(timeout)
            except BaseException:
                self.stop()
                raise
        if self._error is not None:
            raise self._error
        return not self.running

    def summary(self) -> str:
        """What the latest run showed, in words."""
        return words.summary(list(self.trace.items())) if self._recorders else "Not run yet: press Start."

    def claim(self) -> str:
        """The part of the summary that does not depend on the machine."""
        return words.claim(list(self.trace.items())) if self._recorders else "Not run yet: press Start."

    def figure(self) -> Still:
        """The timeline of the latest run."""
        still = Still()
        still.title, still.alt = f"timeline: {self.workload.what}", self.summary()
        drawn = zip(self._panels, self.trace.values(), strict=bool(self._recorders))
        rows = [(panel.title, panel.note, panel.kind, trace) for panel, trace in drawn]
        draw_timeline(still, rows, f"{still.alt} ({this_machine()})")
        return still

    def makespans(self) -> Still:
        """How long each executor took in the latest run, and how many cores its calls kept busy."""
        still = Still()
        still.title, still.alt = f"makespans: {self.workload.what}", self.summary()
        drawn = zip(self._panels, self.trace.items(), strict=bool(self._recorders))
        rows = [(name, panel.kind, trace) for panel, (name, trace) in drawn]
        draw_makespans(still, rows, caption=f"{still.alt} ({this_machine()})")
        return still

    # The owner's work

    def _run(self, previous: threading.Thread | None) -> None:
        if previous is not None:
            previous.join()  # it may still be drawing the still of its run
        self._stopped, self._at_rest = False, False
        try:
            with self.workload.open() as inputs, contextlib.ExitStack() as stack:
                pools = {name: stack.enter_context(make(self._workers)) for name, make in self._executors.items()}
                self._open_picture(pools)
                heats = [list(pools.values())] if self._together else [[pool] for pool in pools.values()]
                for heat in heats:
                    self._compete(heat, list(pools.values()), inputs)
        except BaseException as error:
            self._error = error
        finally:
            self._running = False
            self._close_picture()

    def _compete(self, heat: list[Executor], pools: list[Executor], inputs: Inputs) -> None:
        """Run all calls on the executors of this heat, at the same time."""
        if self._stopped:
            return

        def submit_all(pool: Executor) -> None:
            for args in inputs:
                pool.submit(self.workload.function, *args).add_done_callback(self._inbox.put)

        # In a thread for each pool: one that takes its time to start its workers must not hold up the others.
        with ThreadPoolExecutor(len(heat), "pool-lab-submitter") as submitters:
            list(submitters.map(submit_all, heat))
        waiting = len(heat) * len(inputs)
        while waiting:
            message = self._inbox.get()
            if isinstance(message, int):
                self._resize(pools)
            elif message is STOP:
                self._stopped = True
                for pool in pools:
                    pool.shutdown(wait=False, cancel_futures=True)
            else:
                waiting -= 1

    def _resize(self, pools: list[Executor]) -> None:
        """Do the latest wish. Dragging makes many; those that are outdated by now change nothing."""
        for pool in pools:
            if hasattr(pool, "resize") and getattr(pool, "_max_workers", None) != self._workers:
                with contextlib.suppress(RuntimeError):  # stopped or broken in the meantime: the picture shows it
                    pool.resize(self._workers)

    def _open_picture(self, pools: dict[str, Executor]) -> None:
        origin = time.perf_counter()
        self._panels = [_panel(type(pool), self._workers) for pool in pools.values()]
        self._recorders = {name: Recorder(self._workers, origin) for name in pools}
        if self._timeline is not None:
            self._timeline.begin(self._panels, self._describe)
            self._button.show("Stop", icon="stop")
        for number, (name, pool) in enumerate(pools.items()):
            drawn = [] if self._timeline is None else [self._timeline.observer(number)]
            attach(pool, to_all(self._recorders[name], *drawn))

    def _describe(self) -> str:
        assert self._timeline is not None
        standings = zip(self._executors, self._timeline.standings, strict=True)
        return words.progress(list(standings), self._timeline.elapsed_s)

    def _close_picture(self) -> None:
        if self._timeline is not None:
            self._timeline.end()
            error = self._error
            self._timeline.caption = self.summary() if error is None else f"The race could not be run: {error!r}"
            self._button.show("Start again")
        self._come_to_rest()

    # The view

    def _make_view(self, most_workers: int) -> None:
        self._timeline = Timeline(caption=INVITATION)
        if self._panels:
            self._timeline.prepare(self._panels)
        self._button = StartStop(self.start, self.stop)
        slider = worker_slider(self._workers, most_workers, self.resize)
        note = f"{self.workload.what} · {self.workload.nature}"
        self.view = experiment_view("Race", note, self._button, [slider], self._timeline)
        if self._gate is not None:
            keep_covered(self._timeline, self._button, self._gate)


def _panel(executor: type[Executor], workers: int) -> Panel:
    kind = kind_of(executor)
    return Panel(executor.__name__, kind.note, kind.name, workers)
