"""A race runs the same calls on every executor, and is steered while it does."""

import concurrent.futures
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from pool_lab import Event, EventKind, ThreadPoolExecutor
from pool_lab.lab import workloads
from pool_lab.lab.experiments import race as racing
from pool_lab.lab.experiments.race import Race, race
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.work import run_calls as heat
from pool_lab.lab.work.executors import Executors, default_workers
from pool_lab.lab.work.workload import Workload
from tests.lab.covers import Question
from tests.scripts import run_file

THREADS = {"ours": ThreadPoolExecutor, "standard": concurrent.futures.ThreadPoolExecutor}


WAIT_AGAIN = """
import os
import signal
import threading
from tests.lab.experiments.test_race import Calls, new_race

calls = Calls()
contest = new_race(calls, 3)
contest.start()
calls.wait_until_inside(4)
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGINT]).start()
try:
    contest.wait()
except KeyboardInterrupt:
    print("interrupted")
threading.Timer(0.1, calls.release, [4]).start()
print(contest.wait())
"""


class Calls:
    """Calls that end when the test says so, and counts of those that are inside."""

    def __init__(self) -> None:
        self._room = threading.Condition()
        self._inside = 0
        self._released = 0

    def __call__(self, number: int) -> int:
        with self._room:
            self._inside += 1
            self._room.notify_all()
            self._room.wait_for(lambda: self._released > 0, timeout=30)
            self._released -= 1
            self._inside -= 1
            self._room.notify_all()
        return number

    def wait_until_inside(self, count: int) -> None:
        with self._room:
            assert self._room.wait_for(lambda: self._inside == count, timeout=30), f"{self._inside} inside"

    def release(self, count: int) -> None:
        with self._room:
            self._released += count
            self._room.notify_all()


def new_race(function: Callable[[int], object], calls: int, workers: int = 2, executors: Executors = THREADS) -> Race:
    return Race(workloads.of(function, range(calls)), workers, 8, executors, together=True, cover=None)


def telling(shut_down: threading.Event) -> Executors:
    """A pool that sets the event when it is shut down."""

    def notice(event: Event) -> None:
        if event.kind is EventKind.SHUT_DOWN:
            shut_down.set()

    return {"ours": partial(ThreadPoolExecutor, observer=notice)}


def test_before_it_starts_the_view_has_a_panel_for_each_executor_whether_its_class_is_known_or_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(racing, "someone_is_there", lambda: True)
    executors = {"threads": "threads", "made": partial(ThreadPoolExecutor, thread_name_prefix="mine")}
    contest: Any = race(workloads.of(abs, range(4)), workers=3, executors=executors)
    panels = contest._timeline.log["panels"]
    assert [(panel["title"], panel["workers"]) for panel in panels] == [("ThreadPoolExecutor", 3), ("made", 3)]


def test_without_a_front_end_a_race_is_over_when_race_returns() -> None:
    contest = race(workloads.of(abs, range(6)), executors=THREADS)
    assert {name: trace.counts for name, trace in contest.trace.items()} == {
        "ours": {CallState.FINISHED: 6},
        "standard": {CallState.FINISHED: 6},
    }
    assert contest.claim() == "Ours: 6 of 6 calls done. Standard: 6 of 6 calls done."


def test_threads_and_processes_race_over_a_function_of_ones_own() -> None:
    contest = race(workloads.of(lambda number: number + 1, range(4)), workers=2)
    assert contest.claim() == "Threads: 4 of 4 calls done. Processes: 4 of 4 calls done."


def test_processes_have_their_calls_before_a_thread_takes_the_gil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heat, "HEAD_START_S", 60)
    contest = race(workloads.of(abs, range(20)), workers=2, executors=["threads", "processes"])
    threads, processes = contest.trace.values()
    assert max(span.submitted or 0 for span in processes.spans) <= min(span.submitted or 0 for span in threads.spans)


def test_one_after_the_other_means_that_no_calls_of_two_pools_overlap() -> None:
    contest = race(workloads.of(workloads.nap, [0.01] * 4), executors=THREADS, together=False)
    first, second = contest.trace.values()
    assert max(event.time for event in first.events) <= min(event.time for event in second.events)


def test_the_time_of_each_pool_counts_from_its_own_start_if_they_run_one_after_the_other() -> None:
    contest = race(workloads.of(workloads.nap, [0.01] * 4), executors=THREADS, together=False)
    first, second = contest.trace.values()
    assert second.origin > first.origin + first.lasted_s
    together = race(workloads.of(workloads.nap, [0.01] * 4), executors=THREADS)
    assert len({trace.origin for trace in together.trace.values()}) == 1


def test_resizing_while_calls_run_changes_how_many_run() -> None:
    calls, shrunk = Calls(), threading.Event()

    def notice(event: Event) -> None:
        if event.kind is EventKind.RESIZED and event.workers == 1:
            shrunk.set()

    contest = new_race(calls, 12, executors={"ours": partial(ThreadPoolExecutor, observer=notice)})
    contest.start()
    calls.wait_until_inside(2)
    contest.resize(5)
    calls.wait_until_inside(5)
    contest.resize(1)
    assert shrunk.wait(30)
    calls.release(4)
    calls.wait_until_inside(1)
    calls.release(8)
    assert contest.wait(30)
    trace = contest.trace["ours"]
    assert trace.most_at_once == 5
    assert [(resize.before, resize.after) for resize in trace.resizes] == [(2, 5), (5, 1)]


def test_stopping_finishes_running_calls_and_drops_the_waiting() -> None:
    calls, shut_down = Calls(), threading.Event()
    contest = new_race(calls, 9, executors=telling(shut_down))
    contest.start()
    calls.wait_until_inside(2)
    contest.stop()
    assert shut_down.wait(30)
    calls.release(2)
    assert contest.wait(30)
    assert contest.trace["ours"].counts == {CallState.FINISHED: 2, CallState.CANCELLED: 7}


@pytest.mark.skipif(sys.platform == "win32", reason="there a process cannot press its own Ctrl-C")
def test_after_an_interrupt_it_can_be_waited_for_again(tmp_path: Path) -> None:
    assert run_file(WAIT_AGAIN, tmp_path / "script.py") == ["interrupted", "True"]


def test_a_race_can_be_run_again_and_shows_the_latest_run() -> None:
    contest = new_race(abs, 5)
    contest.start()
    contest.wait()
    first = contest.trace["ours"]
    contest.resize(3)
    contest.start()
    contest.wait()
    assert contest.trace["ours"].events != first.events
    assert contest.trace["ours"].size == 3


def test_a_running_race_cannot_be_started() -> None:
    calls = Calls()
    contest = new_race(calls, 1, executors={"ours": ThreadPoolExecutor})
    contest.start()
    calls.wait_until_inside(1)
    with pytest.raises(RuntimeError, match="is running"):
        contest.start()
    calls.release(1)
    contest.wait()


def test_what_keeps_a_race_from_being_run_is_raised_by_wait() -> None:
    def refuse(workers: int) -> concurrent.futures.Executor:
        raise OSError(f"no {workers} workers to be had")

    contest = new_race(abs, 1, executors={"broken": refuse})
    contest.start()
    with pytest.raises(OSError, match="no 2 workers"):
        contest.wait()


def test_calls_that_raise_are_part_of_the_race() -> None:
    contest = race(workloads.of(int, ["1", "two", "3"]), executors=THREADS)
    assert contest.trace["ours"].counts == {CallState.FINISHED: 2, CallState.FAILED: 1}
    assert "ValueError" in contest.summary()


def test_a_race_that_was_not_run_says_so() -> None:
    contest = new_race(abs, 1)
    assert contest.summary() == contest.claim() == "Not run yet: press Start."
    assert contest.trace["ours"].most_at_once == 0
    assert contest.figure().axes


def test_the_result_compares_with_the_calls_one_after_the_other() -> None:
    calls: list[int] = []
    contest = race(workloads.of(calls.append, range(3)), workers=2, executors=["threads"], serial_s=60)
    assert sorted(calls) == [0, 0, 0, 1, 1, 1, 2, 2, 2], "once in the pool, and in a loop before and after it"
    serial, (threads,) = contest.result.serial, contest.result.rows
    assert serial is not None
    assert (serial.tried, len(serial.loops)) == (3, 2)
    assert threads.speed_ups == (serial.least_s / threads.makespan_s, serial.most_s / threads.makespan_s)
    assert "One call after the other" in contest.summary()


def test_the_loop_runs_before_between_and_after_pools_that_run_one_after_the_other() -> None:
    order: list[str] = []

    def note(_: int) -> None:
        alone = threading.current_thread().name == "pool-lab-serial"
        order.append("loop" if alone else "pool")

    contest = race(workloads.of(note, [1]), executors=THREADS, together=False)
    assert order == ["loop", "pool", "loop", "pool", "loop"]
    serial = contest.result.serial
    assert serial is not None
    assert len(serial.loops) == 3


def test_without_time_for_it_no_call_is_run_besides() -> None:
    calls: list[int] = []
    contest = race(workloads.of(calls.append, range(3)), executors=["threads"], serial_s=0)
    assert sorted(calls) == [0, 1, 2]
    assert contest.result.serial is None
    assert "One call after the other" not in contest.summary()


def test_what_calls_take_one_after_the_other_is_measured_anew_in_each_run() -> None:
    calls: list[int] = []
    contest = race(workloads.of(calls.append, range(4)), executors=["threads"], serial_s=60)
    contest.vary(calls=2)
    contest.start()
    contest.wait()
    assert len(calls) == 3 * 4 + 3 * 2
    assert contest.result.serial is not None
    assert contest.result.serial.calls == 2
    assert len(contest.result.serial.loops) == 2


@pytest.mark.parametrize(("undecided", "calls"), [(0, 3), (1, 6), (2, 12), (9, 12)])
def test_a_run_that_cannot_tell_is_repeated_with_more_calls_twice_at_most(undecided: int, calls: int) -> None:
    """The number of calls of your own function is that of its inputs, so here it can only grow to that."""
    inputs = workloads.of(abs, range(50)).varied(calls=3)
    contest = race(inputs, executors=["threads"], after=Question(is_open=True, undecided=undecided))
    assert len(contest.trace["threads"].spans) == calls
    assert contest._about().startswith(f"call abs {calls} times"), "it is said of the run that is shown"
    contest.start()
    contest.wait()
    assert len(contest.trace["threads"].spans) in (3, 12), "Start begins with the calls that you have chosen"


def test_a_race_that_is_stopped_is_not_repeated() -> None:
    calls, shut_down = Calls(), threading.Event()
    cover = Question(is_open=True, undecided=9)
    contest = Race(workloads.of(calls, range(9)), 2, 8, telling(shut_down), together=True, cover=cover)
    contest.start()
    calls.wait_until_inside(2)
    contest.stop()
    assert shut_down.wait(30)
    calls.release(2)
    assert contest.wait(30)
    assert (len(contest.trace["ours"].spans), cover.undecided) == (9, 9), "it was not even asked"


def test_without_a_number_there_is_a_worker_for_each_core_but_2_to_8() -> None:
    sizes = []
    for cores in (1, 2, 6, 64):
        with mock.patch("pool_lab.lab.work.executors.usable_cpus", return_value=cores):
            sizes.append(race(workloads.of(abs, [1]), executors=["threads"]).trace["threads"].size)
    assert sizes == [2, 2, 6, 8]


def test_a_race_with_very_many_workers_runs_and_can_be_drawn() -> None:
    together = threading.Barrier(100)
    calls = workloads.of(lambda _: together.wait(30), range(100))
    contest = race(calls, workers=100, executors=["threads"], serial_s=0)
    assert contest.trace["threads"].most_workers == 100
    assert contest.figure().axes


def test_calls_that_need_each_other_end_a_race_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(racing, "PATIENCE_S", 0.1)
    together, over = threading.Barrier(2), threading.Event()

    def meet(_: int) -> None:
        if threading.current_thread().name == "pool-lab-serial":
            over.wait(30)
        else:
            together.wait(30)

    contest = race(workloads.of(meet, range(2)), executors=["threads"], serial_s=0.01)
    assert contest.trace["threads"].counts == {CallState.FINISHED: 2}
    assert contest.result.serial is None
    over.set()


def test_stop_is_heard_while_calls_run_one_after_the_other() -> None:
    alone, over = threading.Event(), threading.Event()

    def block_alone(_: int) -> None:
        if threading.current_thread().name == "pool-lab-serial":
            alone.set()
            over.wait(30)

    contest = Race(workloads.of(block_alone, range(2)), 2, 8, ["threads"], together=True, cover=None, serial_s=60)
    contest.start()
    assert alone.wait(30)
    contest.stop()
    assert contest.wait(30)
    assert contest.result.serial is None
    over.set()


def test_a_workload_is_varied_for_the_next_run() -> None:
    contest = race(workloads.of(abs, range(10)), executors=["threads"])
    contest.vary(calls=4)
    assert len(contest.trace["threads"].spans) == 10
    assert contest.figure().title == "timeline: call abs 10 times"  # type: ignore[attr-defined]
    contest.start()
    contest.wait()
    assert len(contest.trace["threads"].spans) == 4
    assert contest.figure().title == "timeline: call abs 4 times"  # type: ignore[attr-defined]


def test_the_second_run_stands_before_the_ghost_of_the_first() -> None:
    contest = race(workloads.of(abs, range(4)), executors=["threads"])
    assert not previous_runs(contest)
    contest.start()
    contest.wait()
    assert len(previous_runs(contest)) == 1


def previous_runs(contest: Race) -> list[Artist]:
    return contest.figure().findobj(lambda artist: artist.get_gid() == "previous run")


def test_a_pool_that_breaks_loses_the_race_and_does_not_end_it() -> None:
    executors = {"lost": "standard processes", "threads": "threads"}
    contest = race(workloads.of(end_a_worker, [0] * 5), workers=1, executors=executors, serial_s=0)
    lost, threads = contest.trace.values()
    assert lost.counts[CallState.FAILED] == len(lost.spans) > 0
    assert threads.counts == {CallState.FINISHED: 5}


def end_a_worker(code: int) -> None:
    if multiprocessing.parent_process() is not None:
        os._exit(code)


def test_timeline_and_result_can_be_drawn_on_given_axes() -> None:
    contest = race(workloads.of(abs, range(4)), executors=["threads", "processes"])
    figure = Figure((9, 9))
    above, below = figure.subplots(2)
    assert contest.figure(above) is figure
    assert contest.makespans(below) is figure
    assert len(above.child_axes) == 2
    many = default_workers()
    labels = [label.get_text() for label in below.get_yticklabels()]
    assert labels == ["serial", f"threads, {many}", f"processes, {many}"]


@pytest.mark.parametrize("workers", [0, -1])
def test_a_race_needs_workers(workers: int) -> None:
    with pytest.raises(ValueError, match=f"max_workers must be greater than 0, got {workers}"):
        race(workloads.of(abs, [1]), workers=workers)


@pytest.mark.parametrize("workers", [2.5, "four"])
def test_a_number_of_workers_is_a_whole_number(workers: object) -> None:
    with pytest.raises(TypeError, match="max_workers must be a whole number"):
        race(workloads.of(abs, [1]), workers=workers)  # type: ignore[arg-type]


def test_a_race_needs_a_workload() -> None:
    with pytest.raises(TypeError, match="a race needs a workload"):
        race(abs)  # type: ignore[arg-type]


def test_a_race_needs_an_executor() -> None:
    with pytest.raises(ValueError, match="at least one executor"):
        race(workloads.of(abs, [1]), executors={})


@pytest.mark.parametrize("workload", [workloads.fetch(6, 0.01), workloads.parse(3), workloads.compress(3)], ids=str)
def test_the_workloads_run_in_threads_and_in_processes(workload: Workload) -> None:
    contest = race(workload, workers=2)
    assert all(set(trace.counts) == {CallState.FINISHED} for trace in contest.trace.values())
