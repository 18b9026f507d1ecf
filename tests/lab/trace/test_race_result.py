"""What a race comes to, in numbers and in words."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

import pytest

from pool_lab.events import EventKind
from pool_lab.lab.trace import race_words as result_words
from pool_lab.lab.trace.race_result import RaceResult, race_result
from pool_lab.lab.trace.race_words import chart_rows, explain, ideal_words
from pool_lab.lab.trace.serial_time import SerialTime, average
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.work.serial_loop import SerialLoop
from tests.lab.script import Script


@pytest.fixture(autouse=True)
def _with_gil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_words, "has_gil", lambda: True)


def pool(workers: int, seconds: float, cpu_s: float) -> Trace:
    """A call of so many seconds on each worker, all at once."""
    script = Script()
    for worker in range(workers):
        script.ran(worker, worker, 0.0, seconds, cpu_s)
    return script.trace(size=workers)


def gil() -> RaceResult:
    """Four calls of a second each on a core: threads share one, processes have four."""
    runs = [("threads", "threads", pool(4, 4.0, 1.0)), ("processes", "processes", pool(4, 1.25, 1.0))]
    return race_result(runs, [SerialTime(4.0, 4.0, tried=2, calls=4)], cores=4)


def test_speed_up_is_beside_serial_and_efficiency_is_for_each_worker() -> None:
    threads, processes = gil().rows
    assert (threads.speed_up, threads.efficiency) == (1.0, 0.25)
    assert (processes.speed_up, processes.efficiency) == (3.2, 0.8)


def test_the_ideal_is_bound_by_cores_for_work_that_computes_and_by_workers_for_work_that_waits() -> None:
    computing, waiting = SerialTime(8.0, 8.0, 1, 8), SerialTime(8.0, 0.0, 1, 8)
    runs = [("threads", "threads", pool(4, 2.0, 0.0))]
    assert race_result(runs, [computing], cores=2).ideal_s == 4.0
    assert race_result(runs, [waiting], cores=2).ideal_s == 2.0
    assert ideal_words(race_result(runs, [waiting], cores=2)) == "ideal: 4 workers, 2 cores"


def loops(*seconds: float, cpu_s: float = 4.0) -> list[SerialTime]:
    return [SerialTime(each, cpu_s, tried=4, calls=4) for each in seconds]


def one_after_the_other(*makespans: float, of: list[SerialTime], workers: int = 2, kind: str = "threads") -> RaceResult:
    """Pools one after the other, whose calls compute for 4 seconds in all."""
    runs = [(f"pool {at}", kind, pool(workers, each, 4.0 / workers)) for at, each in enumerate(makespans)]
    return race_result(runs, of, cores=2, waiting=0.0)


def test_a_pool_is_compared_with_the_loops_just_before_and_after_it() -> None:
    first, second = one_after_the_other(4.0, 4.0, of=loops(4.0, 4.0, 6.0)).rows
    assert (first.speed_up, first.speed_ups) == (1.0, (1.0, 1.0))
    assert (second.speed_up, second.speed_ups) == (1.25, (1.0, 1.5))


def test_pools_that_run_together_are_compared_with_all_loops() -> None:
    result = one_after_the_other(4.0, 4.0, of=loops(4.0, 5.0))
    assert {row.speed_ups for row in result.rows} == {(1.0, 1.25)}


def test_loops_that_differ_give_a_range_and_no_efficiency() -> None:
    result = one_after_the_other(4.0, of=loops(4.0, 6.0))
    assert (chart_rows(result)[1].speed_up, chart_rows(result)[1].efficiency) == ("1.00 to 1.50×", "")
    assert "pool 0 1.00 to 1.50 times as fast." in explain(result)
    assert chart_rows(one_after_the_other(4.0, of=loops(4.0, 4.1)))[1].speed_up == "1.01×"


def test_more_than_the_cores_can_give_is_noise_and_no_number() -> None:
    """Threads that seemed 2.9 times as fast on two cores: the loop was measured in a busier moment."""
    result = one_after_the_other(4.0, of=loops(11.6, 11.6), workers=4)
    (row,) = result.rows
    assert (row.is_noise, row.speed_up, row.efficiency) == (True, None, None)
    assert (chart_rows(result)[1].speed_up, chart_rows(result)[1].efficiency) == ("noise", "")
    assert "Pool 0 cannot be compared: 2.9 times as fast is more than 4 workers can be" in explain(result)
    assert "Compared with that" not in explain(result)


def test_calls_that_kept_one_core_busy_are_not_faster_than_a_loop_that_has_one() -> None:
    """Threads that compute in Python, on a computer where other programs want the cores, too."""
    result = one_after_the_other(4.0, of=loops(5.2, 6.4))
    (row,) = result.rows
    assert (row.is_noise, row.speed_up) == (True, None)
    assert "Pool 0 cannot be compared: 1.3 times as fast is more than threads that kept 1.0 cores busy" in explain(
        result
    )
    (row,) = one_after_the_other(4.0, of=loops(4.4, 6.4)).rows
    assert not row.is_noise, "beside the fastest loop it is as fast as that"
    (row,) = one_after_the_other(2.0, of=loops(4.0, 4.0)).rows
    assert not row.is_noise, "two busy cores are twice as fast"
    (row,) = one_after_the_other(4.0, of=loops(5.2, 6.4), kind="processes").rows
    assert not row.is_noise, "calls in another process may need less of a core"


def test_calls_that_wait_may_have_more_speed_up_than_there_are_cores() -> None:
    runs = [("threads", "threads", pool(4, 2.0, 0.0))]
    (row,) = race_result(runs, [SerialTime(8.0, 0.0, 8, 8)] * 2, cores=2).rows
    assert (row.is_noise, row.speed_up) == (False, 4.0)
    (row,) = race_result(runs, [SerialTime(12.0, 0.0, 8, 8)] * 2, cores=2).rows
    assert row.is_noise, "but no more than there are workers"
    (row,) = race_result(runs, [SerialTime(8.0, 0.0, 8, 8)] * 2, cores=2, waiting=0.25).rows
    assert row.is_noise, "and these were said to need a core for three quarters of their time"


def test_a_busy_machine_is_known_by_what_a_loop_gets_of_a_core() -> None:
    busy, quiet = loops(8.0, 8.0), loops(4.0, 4.0)
    words = "Other programs kept the cores busy: the loop had one for only 50% of its time."
    assert words in explain(one_after_the_other(6.0, of=busy))
    assert "Other programs" not in explain(one_after_the_other(4.0, of=quiet))
    waits = race_result([("threads", "threads", pool(2, 4.0, 0.0))], [SerialTime(4.0, 0.0, 4, 4)], cores=2)
    assert "Other programs" not in explain(waits)


def test_several_loops_say_how_far_they_differ() -> None:
    three, one = average(loops(4.0, 5.0, 6.0)), average(loops(4.0))
    assert three is not None
    assert one is not None
    assert (three.seconds, three.source) == (5.0, "measured in a loop 3 times: 4.0 s to 6.0 s")
    assert one.source == "measured in a loop"
    assert average([]) is None


def test_a_race_that_was_stopped_has_no_speed_up() -> None:
    trace = Script().ran(0, 0, 0.0, 1.0).cancelled(1, 0.5).trace(size=1)
    stopped = race_result([("threads", "threads", trace)], [SerialTime(2.0, 2.0, 2, 2)], cores=2)
    assert stopped.rows[0].speed_up is None
    assert explain(stopped) == ""
    assert chart_rows(stopped)[-1].makespan == "1.0 s, not all ran"


def test_calls_that_failed_before_they_ran_were_not_fast() -> None:
    script = Script().ran(0, 0, 0.0, 1.0).queued(1).at(1.0, EventKind.FAILED, call=1, error="BrokenProcessPool: gone")
    (row,) = race_result([("processes", "processes", script.trace(size=1))], [SerialTime(8.0, 8.0, 2, 2)], cores=2).rows
    assert (row.over, row.speed_up) == (False, None)
    raised = Script().ran(0, 0, 0.0, 1.0, error="ValueError: no").trace(size=1)
    assert race_result([("threads", "threads", raised)], [SerialTime(1.0, 1.0, 1, 1)], cores=2).rows[0].speed_up == 1.0


def test_without_a_serial_time_there_is_neither_speed_up_nor_ideal() -> None:
    unknown = race_result([("threads", "threads", pool(2, 1.0, 1.0))], [], cores=2)
    assert (unknown.rows[0].speed_up, unknown.ideal_s, explain(unknown)) == (None, None, "")
    assert [line.label for line in chart_rows(unknown)] == ["threads, 2"]


def test_an_executor_that_ran_nothing_is_left_out() -> None:
    assert race_result([("threads", "threads", Trace(()))], [], cores=2).rows == ()


def test_the_result_says_who_was_faster_how_that_is_known_and_why_threads_were_not() -> None:
    assert explain(gil()) == (
        "One call after the other: 4.0 s (estimated from 2 of 4 calls, run in a loop). Compared with that: "
        "processes 3.2 times as fast (efficiency 80% on 4 workers); threads no faster (efficiency 25% on 4 "
        "workers): only one thread of an interpreter runs Python code at a time."
    )


def test_the_gil_is_blamed_only_where_others_got_more_of_the_cores() -> None:
    runs = [("threads", "threads", pool(4, 4.0, 1.0)), ("processes", "processes", pool(4, 4.0, 1.0))]
    assert "interpreter" not in explain(race_result(runs, [SerialTime(4.0, 4.0, 4, 4)], cores=1))


def test_slower_is_told_as_longer() -> None:
    slow = race_result([("processes", "processes", pool(2, 8.0, 1.0))], [SerialTime(2.0, 2.0, 2, 2)], cores=2)
    assert "processes took 4 times as long" in explain(slow)


def test_a_line_tells_the_life_of_an_average_call() -> None:
    serial, threads, _ = chart_rows(gil())
    assert (serial.label, serial.call, serial.speed_up) == (
        "serial",
        "estimated from 2 of 4 calls, run in a loop",
        "1.0×",
    )
    assert threads.call == "a call: on a core 1.0\N{NO-BREAK SPACE}s, waiting 3.0\N{NO-BREAK SPACE}s"
    assert threads.parts == {"there": 0.0, "core": 1.0, "ready": 3.0, "back": 0.0, "idle": 0.0}


def test_a_resized_pool_says_its_sizes() -> None:
    trace = Script().resized(1.0, 2).ran(0, 0, 0.0, 4.0).ran(1, 1, 1.0, 4.0).trace(size=6)
    assert chart_rows(race_result([("threads", "threads", trace)], [], 2))[0].label == "threads, 2 to 6"


def loop(function: Callable[..., object], inputs: list[tuple[object, ...]], allowed_s: float) -> SerialTime:
    reports: SimpleQueue[SerialTime] = SimpleQueue()
    SerialLoop(function, inputs, allowed_s, reports.put)
    return reports.get(timeout=30)


def test_all_calls_in_a_loop_are_measured_and_the_rest_is_estimated() -> None:
    calls: list[object] = []
    every = loop(calls.append, [(number,) for number in range(9)], allowed_s=60)
    assert sorted(map(str, calls)) == list("012345678")
    assert (every.tried, every.source) == (9, "measured in a loop")
    one = loop(calls.append, [(number,) for number in range(9)], allowed_s=0)
    assert (one.tried, one.calls, one.source) == (1, 9, "estimated from 1 of 9 calls, run in a loop")
    assert len(calls) == 10


def test_a_call_that_raises_counts() -> None:
    assert loop(int, [("one",), ("2",)], allowed_s=60).tried == 2


def test_a_loop_that_is_left_runs_no_call_after_the_one_that_runs() -> None:
    inside, gate, reports = threading.Event(), threading.Event(), SimpleQueue[SerialTime]()

    def block(_: object) -> None:
        inside.set()
        gate.wait(30)

    going = SerialLoop(block, [(0,), (1,)], 60, reports.put)
    assert inside.wait(30)
    going.stop()
    gate.set()
    assert reports.get(timeout=30).tried == 1


def test_without_calls_nothing_can_be_measured() -> None:
    with pytest.raises(ValueError, match="at least one call"):
        loop(int, [], allowed_s=60)
