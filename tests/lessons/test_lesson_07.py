"""The questions of lesson 07 are judged with a margin: on a busy machine a run may not tell, but it tells no lie."""

from types import SimpleNamespace
from typing import Any

import pytest

from pool_lab.lab.trace.sweep_result import Curve, Point
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.lesson_07 import questions
from pool_lab.lessons.predictions.predict import QUESTIONS
from pool_lab.lessons.predictions.questions import Undecided
from tests.lab.script import Script


@pytest.fixture(autouse=True)
def _two_cores_and_a_gil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "usable_cpus", lambda: 2)
    monkeypatch.setattr(questions, "has_gil", lambda: True)


def pool(cores: float, workers: int = 2, began: float = 0.0) -> Trace:
    """A call of four seconds on each worker; together they keep so many cores busy."""
    script = Script()
    for worker in range(workers):
        script.ran(worker, worker, began, began + 4.0, 4.0 * cores / workers)
    return script.trace(size=workers)


def judged(name: str, threads: float, processes: float, workers: int = 2) -> Any:
    traces = {"threads": pool(threads, workers), "processes": pool(processes, workers)}
    found = QUESTIONS[f"07 {name}"].happened(traces)
    return "cannot tell" if isinstance(found, Undecided) else found


def overlapping(calls: int) -> Trace:
    script = Script()
    for call in range(calls):
        script.ran(call, call, 0.0, 2.0, 0.5)
    return script.trace(size=calls)


@pytest.mark.parametrize(
    ("threads", "processes", "happened"),
    [(4, 4, "same"), (7, 6, "same"), (1, 4, "threads one"), (4, 1, None)],
)
def test_fetching_is_judged_by_how_many_pages_were_on_their_way(
    threads: int, processes: int, happened: str | None
) -> None:
    traces = {"threads": overlapping(threads), "processes": overlapping(processes)}
    assert QUESTIONS["07 fetch"].happened(traces) == happened


# (cores that threads kept busy, the same of processes): with nothing else on two cores; with two programs that burn
# them, so that each runnable thread gets its share; with one; and with so many that hardly anything is left.
QUIET, TWO_BURN, ONE_BURNS, MANY_BURN = (0.98, 1.9), (0.67, 1.0), (1.0, 1.33), (0.2, 0.36)


@pytest.mark.parametrize("machine", [QUIET, TWO_BURN, ONE_BURNS, MANY_BURN])
def test_parsing_keeps_more_cores_busy_in_processes_however_busy_the_machine_is(machine: tuple[float, float]) -> None:
    assert judged("parse", *machine) == "processes only"


@pytest.mark.parametrize("machine", [(0.6, 0.62), (0.9, 0.7), (0.2, 0.1), (0.5, 0.5)])
def test_pools_that_got_about_the_same_cannot_tell_and_say_why(
    machine: tuple[float, float],
) -> None:
    assert judged("parse", *machine) == "cannot tell", "these were the runs that said: Python runs one thing at a time"
    found = QUESTIONS["07 parse"].happened({"threads": pool(machine[0]), "processes": pool(machine[1])})
    assert isinstance(found, Undecided)
    assert f"for only {machine[1] / 2:.0%} of its time: other programs kept the cores busy" in found.reason


def test_starting_the_processes_is_not_held_against_them() -> None:
    traces = {"threads": pool(0.95), "processes": pool(1.9, began=6.0)}
    assert QUESTIONS["07 parse"].happened(traces) == "processes only"


def test_one_core_is_for_one_call_at_a_time_and_no_run_can_show_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "usable_cpus", lambda: 1)
    assert judged("parse", 0.95, 0.97) == judged("parse", 0.4, 0.7) == "neither"
    assert judged("compress", 0.95, 0.97) == judged("compress", 0.4, 0.7) == "both", "as many as the processes"


def test_without_a_gil_threads_keep_all_cores_busy_and_a_busy_machine_cannot_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(questions, "has_gil", lambda: False)
    assert judged("parse", 1.9, 1.9) == judged("parse", 1.3, 1.9) == "both"
    assert judged("parse", 1.0, 1.9) == judged("parse", 0.6, 0.6) == "cannot tell"


@pytest.mark.parametrize(
    ("threads", "processes", "happened"),
    [(1.9, 1.8, "both"), (1.0, 1.0, "both"), (1.2, 1.9, "both"), (0.3, 0.1, "both"), (0.7, 1.9, "cannot tell")],
)
def test_compressing_proves_that_threads_compute_together_or_it_proves_nothing(
    threads: float, processes: float, happened: str
) -> None:
    assert judged("compress", threads, processes) == happened


@pytest.mark.parametrize("name", ["parse", "compress", "tiny"])
def test_a_race_that_was_stopped_shows_none_of_the_answers(name: str) -> None:
    stopped = Script().ran(0, 0, 0.0, 1.0, 1.0).cancelled(1, 0.5).trace(size=1)
    empty = {"threads": Trace(()), "processes": Trace(())}
    assert QUESTIONS[f"07 {name}"].happened(empty) is None
    if name != "tiny":
        assert QUESTIONS[f"07 {name}"].happened({"threads": stopped, "processes": pool(1.0)}) is None


def tiny(calls: int, makespan_s: float, inside_s: float) -> Trace:
    script = Script()
    for call in range(calls):
        at = call * makespan_s / calls
        script.ran(call, 0, at, at + inside_s, inside_s)
    return script.trace(size=1)


def test_tiny_calls_are_quickest_in_a_loop_by_far() -> None:
    judge = QUESTIONS["07 tiny"].happened
    assert judge({"threads": tiny(100, 1.0, 1e-6), "processes": tiny(100, 1.5, 1e-6)}) == "loop"
    assert judge({"threads": tiny(100, 1.0, 0.01), "processes": tiny(100, 2.0, 0.01)}) == "threads"
    assert isinstance(judge({"threads": tiny(100, 1.0, 0.01), "processes": tiny(100, 1.2, 0.01)}), Undecided)


def swept(threads: list[float], processes: list[float], share: float = 1.0, threads_cores: float = 0.95,
          stopped: bool = False) -> Any:  # fmt: skip
    """A sweep with 1, 2, 4 and 8 workers."""
    workers = (1, 2, 4, 8)

    def curve(name: str, speed_ups: list[float]) -> Curve:
        points = zip(workers, speed_ups, strict=False)
        return Curve(name, name, tuple(Point(many, (speed_up,)) for many, speed_up in points))

    traces = {
        "threads": {many: pool(threads_cores) for many in workers if not stopped or many < 8},
        "processes": {many: pool(share * many, workers=many) for many in workers},
    }
    curves = [curve("threads", threads), curve("processes", processes)]
    evidence: Any = SimpleNamespace(curves=curves, workers=workers, traces=traces)
    found = QUESTIONS["07 workers"].happened(evidence)
    return "cannot tell" if isinstance(found, Undecided) else found


def test_more_workers_help_processes_until_the_cores_are_busy() -> None:
    flat, rising = [1.0, 1.0, 0.9, 0.8], [1.0, 1.9, 1.9, 1.8]
    assert swept(flat, rising) == "processes until cores"
    assert swept([1.0, 1.4, 1.4, 1.5], rising) == "processes until cores", "threads that kept one core busy"
    assert swept(rising, rising, threads_cores=1.9) == "both until cores"
    assert swept(flat, flat) == "cannot tell"
    assert swept(flat, [1.0, 1.5, 2.2, 2.2]) == "cannot tell", "more than the cores gave before"
    assert swept(flat, rising, share=0.6) == "cannot tell", "other programs were running"
    assert swept(flat[:2], rising) == "cannot tell", "measurements that cannot be are left out of a curve"
    assert swept(flat, rising, stopped=True) is None


def test_with_as_many_cores_as_workers_processes_gain_from_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "usable_cpus", lambda: 16)
    assert swept([1.0, 1.0, 0.9, 0.8], [1.0, 1.9, 3.7, 7.0]) == "processes until cores"
    monkeypatch.setattr(questions, "usable_cpus", lambda: 1)
    assert swept([1.0, 1.0, 0.9, 0.8], [1.0, 1.0, 0.9, 0.9]) == "neither"
