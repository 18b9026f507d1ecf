import pytest

from pool_lab import BrokenProcessPool
from pool_lab.errors import broken
from pool_lab.events import EventKind
from pool_lab.lab.trace.summary import claim, counts_in_words, summary, tally, times
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import seconds
from tests.lab.script import Script


def pool(calls: int, workers: int = 1, took_s: float = 1.0, cpu_s: float | None = 0.25) -> Script:
    """A script of calls that share the workers evenly and end together."""
    script = Script()
    for call in range(calls):
        turn, worker = divmod(call, workers)
        script.ran(call, worker, turn * took_s, (turn + 1) * took_s, cpu_s)
    return script


@pytest.mark.parametrize(
    ("s", "words"),
    [
        (0, "0 s"),
        (0.0000021, "2.1 µs"),
        (0.00013, "130 µs"),
        (0.000999, "1 ms"),
        (0.0034, "3.4 ms"),
        (0.0121, "12 ms"),
        (0.0996, "0.10 s"),
        (0.314, "0.31 s"),
        (0.999, "1.0 s"),
        (1.94, "1.9 s"),
        (9.97, "10 s"),
        (12.4, "12 s"),
        (59.7, "1 min"),
        (75, "1 min 15 s"),
        (3600, "60 min"),
    ],
)
def test_a_time_has_two_digits_and_the_unit_people_would_say(s: float, words: str) -> None:
    assert seconds(s) == words


def test_a_tally_leaves_out_what_did_not_happen() -> None:
    trace = Script().queued(0).queued(1).running(2, 0, 1.0).ran(3, 1, 0.0, 1.0).trace()
    assert tally(trace) == ([("2", "queued"), ("1", "running"), ("1", "done")], [])
    assert counts_in_words(trace) == "2 queued, 1 running, 1 done"
    assert tally(Trace([])) == ([], [])
    assert counts_in_words(Trace([])) == ""


def test_a_call_is_done_when_its_future_is_however_it_ended() -> None:
    script = pool(2).ran(2, 0, 2.0, 3.0, error="ValueError: no").cancelled(3, 1.0).cancelled(4, 1.0)
    assert tally(script.trace()) == ([("5", "done")], [("(1", "failed,"), ("2", "cancelled)")])
    assert counts_in_words(script.trace()) == "5 done (1 failed, 2 cancelled)"
    assert "with 5 of 6 calls done." in summary([("threads", script.queued(5).trace())])


def test_a_summary_of_one_run() -> None:
    assert summary([("ThreadPoolExecutor", pool(8, workers=4, cpu_s=0.5).trace())]) == (
        "ThreadPoolExecutor took 2.0 s for 8 calls on 4 workers, at most 4 at once, and kept 2 cores busy on average."
    )


def test_a_summary_of_a_single_call_is_in_the_singular() -> None:
    assert summary([("threads", pool(1, cpu_s=1.0).trace())]) == (
        "Threads took 1.0 s for 1 call on 1 worker, one at a time, and kept 1 core busy on average."
    )


def test_a_summary_compares_the_slowest_with_the_fastest() -> None:
    runs = [("threads", pool(4, cpu_s=0.0).trace()), ("processes", pool(4, workers=2, cpu_s=0.75).trace())]
    assert summary(runs) == (
        "Threads took 4.0 s for 4 calls on 1 worker, one at a time, and hardly ever used a core. "
        "Processes took 2.0 s for 4 calls on 2 workers, at most 2 at once, and kept 1.5 cores busy on average. "
        "Threads took twice as long as processes."
    )


def test_a_summary_sees_when_there_is_nothing_to_compare() -> None:
    same = pool(2, cpu_s=None).trace()
    assert summary([("threads", same), ("processes", same)]) == (
        "Threads took 2.0 s for 2 calls on 1 worker, one at a time. "
        "Processes took 2.0 s for 2 calls on 1 worker, one at a time. "
        "This run shows no clear difference between them."
    )


@pytest.mark.parametrize(
    ("took_s", "words"),
    [(1.125, "This run shows no clear difference between them."), (1.5, "Yours took 1.5 times as long as right.")],
)
def test_a_difference_that_the_next_run_may_not_show_is_none(took_s: float, words: str) -> None:
    runs = [("yours", pool(2, took_s=took_s).trace()), ("right", pool(2).trace())]
    assert summary(runs).endswith(f". {words}")
    assert summary([*reversed(runs)]).endswith(f". {words}")


def test_runs_of_different_work_are_not_compared() -> None:
    text = summary([("threads", pool(2).trace()), ("processes", pool(6).trace())])
    assert "as long as" not in text
    assert "same time" not in text


def test_a_summary_of_a_resized_pool_tells_the_range_of_its_sizes() -> None:
    trace = pool(2, cpu_s=None).resized(0.5, 6).resized(1.0, 2).trace(size=4)
    assert summary([("threads", trace)]) == "Threads took 2.0 s for 2 calls on 2 to 6 workers, one at a time."


def test_a_summary_of_a_run_that_was_left_to_itself_tells_when() -> None:
    trace = Script().running(0, 0, 0.0).queued(1).trace(watched_until=0.5)
    assert summary([("yours", trace)]) == (
        "Yours was over after 0.50 s with 0 of 2 calls done. 1 still running and 1 still queued."
    )


def test_a_summary_of_a_stopped_run_tells_what_was_left() -> None:
    trace = pool(2).running(2, 0, 2.0).queued(3, 2.0).queued(4, 2.5).trace()
    assert summary([("threads", trace)]) == (
        "Threads stopped after 2.5 s with 2 of 5 calls done. 1 still running and 2 still queued."
    )


def test_a_summary_names_failures_and_cancelled_calls() -> None:
    script = pool(1, cpu_s=None)
    script.ran(1, 0, 1.0, 2.0, None, error="ValueError: no").ran(2, 0, 2.0, 3.0, None, error="OSError: gone")
    trace = script.cancelled(3, 1.0).cancelled(4, 1.0).trace()
    assert summary([("threads", trace)]) == (
        "Threads took 3.0 s for 3 calls on 1 worker, one at a time. "
        "2 calls failed (the first: ValueError: no). 2 calls were cancelled before they ran."
    )


def test_a_long_error_is_cut_and_brought_onto_one_line() -> None:
    trace = pool(1).ran(1, 0, 1.0, 2.0, error="ValueError: first\nsecond " + 100 * "x").trace()
    assert f"1 call failed (ValueError: first second {54 * 'x'}" in summary([("threads", trace)])
    assert summary([("threads", trace)]).endswith("x…).")


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(1.34, "1.3 times"), (2.0, "twice"), (59.6, "60 times"), (6846.2, "6,800 times"), (405061.0, "410,000 times")],
)
def test_a_ratio_has_no_more_digits_than_people_read(ratio: float, words: str) -> None:
    assert times(ratio) == words


def test_a_summary_says_how_the_worker_died_that_broke_the_pool() -> None:
    reason = "worker 0 (process 26946) was killed by SIGTERM while it ran call 0, a_function_with_a_long_name"
    error = broken(BrokenProcessPool, reason, ChildProcessError())
    crashed = Script().ran(0, 0, 0.0, 1.0, None, error=f"pool_lab.errors.BrokenProcessPool: {error}")
    assert f"1 call crashed (BrokenProcessPool: {reason[:60]}" in summary([("processes", crashed.trace())])


def test_a_summary_tells_the_worker_that_died_from_those_that_the_broken_pool_ended() -> None:
    died, ended = (f"worker {n} (process {n}) was killed by SIGTERM while it ran call {n}, parse" for n in range(2))
    error = f"pool_lab.errors.BrokenProcessPool: {broken(BrokenProcessPool, died, ChildProcessError())}"
    script = Script().worker(0, 0.0, 1.0, died).worker(1, 0.0, 1.0, ended)
    for call in range(4):
        script.ran(call, call % 2, 0.0, 1.0, None, error=error)
    assert summary([("processes", script.trace(names="ABCD"))]).endswith(
        "4 calls crashed (BrokenProcessPool: worker 0 (process 0) was killed by SIGTERM while it ran A). "
        "1 worker died, and the pool ended the other."
    )
    words = summary([("processes", script.worker(2, 0.0, 1.0, "it was killed").trace())])
    assert words.endswith("while it ran call 0, parse). 1 worker died, and the pool ended the other 2.")


def test_a_call_that_failed_is_counted_even_if_nobody_knows_when_it_began() -> None:
    lost = pool(2).queued(2, 0.5).at(2.0, EventKind.FAILED, call=2, error="EOFError")
    said = summary([("processes", lost.trace())])
    assert said.startswith("Processes took 2.0 s for 3 calls on 1 worker, ")
    assert said.endswith("1 call failed (EOFError).")


def test_a_summary_names_a_worker_that_crashed() -> None:
    trace = pool(1).worker(0, 0.0, stopped=0.5, error="killed by signal 9").trace()
    assert summary([("threads", trace)]).endswith("1 worker died (killed by signal 9).")


def test_a_summary_of_nothing() -> None:
    assert summary([("threads", Trace([]))]) == "Threads ran no calls."
    assert summary([("threads", Script().cancelled(0, 1.0).trace())]) == (
        "Threads ran no calls. 1 call was cancelled before it ran."
    )
    assert summary([]) == claim([]) == "Nothing has run."


def test_a_claim_is_the_same_on_every_machine() -> None:
    fast, slow = pool(24, workers=4, took_s=0.25), pool(24, workers=2, took_s=0.5, cpu_s=0.5)
    expected = "ThreadPoolExecutor: 24 of 24 calls done. ProcessPoolExecutor: 24 of 24 calls done."
    assert claim([("ThreadPoolExecutor", fast.trace()), ("ProcessPoolExecutor", slow.trace())]) == expected
    assert claim([("ThreadPoolExecutor", slow.trace()), ("ProcessPoolExecutor", fast.trace())]) == expected


def test_a_claim_counts_failures_but_not_what_depends_on_the_moment() -> None:
    failed = pool(1).ran(1, 0, 1.0, 2.0, error="ValueError: no")
    assert claim([("threads", failed.trace())]) == "Threads: 2 of 2 calls done (1 failed)."
    assert claim([("threads", pool(1).queued(1).trace())]) == "Threads: stopped before the end of 2 calls."
    assert claim([("threads", pool(1).cancelled(1, 0.5).trace())]) == "Threads: some of 2 calls cancelled."
    assert claim([("threads", Trace([]))]) == "Threads: no calls."


def test_a_summary_tells_calls_that_ran_out_of_time_and_calls_that_crashed_from_those_that_failed() -> None:
    stopped = "TimeoutError: call 1, parse, ran longer than the task_timeout of 1.0 seconds and was stopped"
    trace = (
        Script()
        .ran(0, 0, 0.0, 1.0, error="ValueError: no")
        .ran(1, 0, 1.0, 2.0, None, error=stopped)
        .ran(2, 0, 2.0, 3.0, None, error="WorkerDiedError: it was killed")
        .trace()
    )
    words = summary([("processes", trace)])
    assert "1 call failed (ValueError: no)." in words
    assert "1 call ran out of time (TimeoutError: call 1," in words
    assert "1 call crashed (WorkerDiedError: it was killed)." in words
    assert tally(trace) == ([("3", "done")], [("(1", "failed,"), ("1", "timed out,"), ("1", "crashed)")])


def test_a_summary_names_an_error_without_its_module_and_tells_a_reason_once() -> None:
    died = "worker 0 (process 7) exited with code 3 while it ran call 0, quit"
    crashed = Script().ran(0, 0, 0.0, 1.0, None, error=f"pool_lab.errors.WorkerDiedError: {died}")
    words = summary([("processes", crashed.worker(0, 0.0, 1.0, died).worker(1, 0.0, 1.0, died).trace())])
    assert f"1 call crashed (WorkerDiedError: {died}). 2 workers died." in words
    words = summary([("processes", Script().ran(0, 1, 0.0, 1.0).worker(0, 0.0, 1.0, died).trace())])
    assert f"1 worker died ({died})." in words
