"""What the inspector promises: it shows states, ends calls on request, blocks no thread, and leaves nothing behind.

Most claims are made on four executors: threads and processes, ours and the standard library's.
"""

import concurrent.futures
import gc
import itertools
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from typing import Any

import pytest

import pool_lab
from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor
from pool_lab.lab import inspect_futures, notebook
from pool_lab.lab.experiments.inspect import FutureInspector
from pool_lab.lab.experiments.logged_callbacks import broken
from pool_lab.lab.stills.still import Still
from pool_lab.lab.trace.span import CallState
from tests.kernels import Kernel

PATIENCE_S = 20
THREADS = [ThreadPoolExecutor, concurrent.futures.ThreadPoolExecutor]
PROCESSES = [ProcessPoolExecutor, concurrent.futures.ProcessPoolExecutor]


def name_of(make: Any) -> str:
    return f"{make.__module__.partition('.')[0]}.{make.__name__}"


@pytest.fixture(params=THREADS + PROCESSES, ids=name_of)
def pool(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """One worker: the second call waits for the first."""
    with request.param(1) as pool:
        yield pool


@pytest.fixture(params=THREADS, ids=name_of)
def threads(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with request.param(1, "kitchen") as pool:
        yield pool


@pytest.fixture
def any_lab(pool: Executor) -> Iterator[FutureInspector]:
    lab = inspect_futures(pool)
    yield lab
    lab.close()


@pytest.fixture
def lab(threads: Executor) -> Iterator[FutureInspector]:
    lab = inspect_futures(threads)
    yield lab
    lab.close()


def path(lab: FutureInspector, name: str) -> tuple[str, ...]:
    return lab.trace.paths[name]


def test_a_call_runs_until_it_is_told_what_to_return(any_lab: FutureInspector) -> None:
    future = any_lab.submit("soup")
    any_lab.wait_for("soup", "RUNNING")
    assert future.running()
    any_lab.finish("soup", {"salt": 1})
    assert future.result(0) == {"salt": 1}
    assert path(any_lab, "soup") == ("PENDING", "RUNNING", "FINISHED")


def test_a_call_raises_what_it_is_told_to(any_lab: FutureInspector) -> None:
    future = any_lab.submit()
    any_lab.wait_for(future, "RUNNING")
    any_lab.fail(future, ZeroDivisionError("by hand"))
    with pytest.raises(ZeroDivisionError, match="by hand"):
        future.result(0)


def test_calls_end_in_whatever_order_they_are_told_to() -> None:
    with ThreadPoolExecutor(3) as pool:
        lab = inspect_futures(pool)
        futures = [lab.submit() for _ in range(3)]
        for name in "ABC":
            lab.wait_for(name, "RUNNING")
        for name in "CAB":
            lab.finish(name)
        lab.close()
        assert lab.trace.finish_order == (2, 0, 1)
        assert all(future.done() for future in futures)


def test_a_call_that_is_told_before_it_starts_ends_when_it_does(lab: FutureInspector) -> None:
    lab.submit("first")
    later = lab.submit("later")
    lab.wait_for("first", "RUNNING")
    assert repr(lab.finish("later", 2)) == "later: return 2 → PENDING"
    lab.finish("first", 1)
    assert later.result(PATIENCE_S) == 2


def test_the_first_word_counts(lab: FutureInspector) -> None:
    future = lab.submit("soup")
    lab.wait_for("soup", "RUNNING")
    lab.finish("soup", 1)
    assert repr(lab.fail("soup", ValueError("no"))) == "soup: raise ValueError('no') → too late, it is FINISHED"
    assert future.result(0) == 1


def test_a_cancelled_call_is_seen_to_be_met_by_a_worker(lab: FutureInspector) -> None:
    lab.submit("first")
    lab.wait_for("first", "RUNNING")
    lab.submit("never")
    assert repr(lab.cancel("never")) == "never.cancel() → True"
    assert path(lab, "never") == ("PENDING", "CANCELLED")
    lab.finish("first")
    lab.wait_for("never", "CANCELLED_AND_NOTIFIED")
    assert path(lab, "never") == ("PENDING", "CANCELLED", "CANCELLED_AND_NOTIFIED")


def test_what_is_asked_is_answered_as_python_prints_it(lab: FutureInspector) -> None:
    lab.submit("soup")
    lab.wait_for("soup", "RUNNING")
    before = [ask("soup") for ask in (lab.cancel, lab.cancelled, lab.running, lab.done)]
    lab.fail("soup", KeyError("salt"))
    after = [ask("soup") for ask in (lab.cancelled, lab.running, lab.done, lab.result, lab.exception)]
    assert [line.answer for line in before] == ["False", "False", "True", "False"]
    assert [line.answer for line in after] == ["False", "False", "True", "KeyError: 'salt'", "KeyError('salt')"]
    assert isinstance(after[3].error, KeyError)


def test_the_result_of_a_cancelled_call_is_an_error(lab: FutureInspector) -> None:
    lab.submit("first")
    lab.wait_for("first", "RUNNING")
    lab.submit("never")
    lab.cancel("never")
    assert isinstance(lab.result("never").error, CancelledError)


def test_who_waits_waits_in_a_thread_of_its_own_and_is_seen_to(lab: FutureInspector) -> None:
    lab.submit("soup")
    asked = lab.result("soup")
    assert repr(asked) == "soup.result() waits"
    assert asked.thread in {thread.name for thread in threading.enumerate()} - {threading.current_thread().name}
    lab.wait_for("soup", "RUNNING")
    lab.finish("soup", 42)
    assert repr(asked.wait(PATIENCE_S)) == "soup.result() → 42"


def test_time_can_be_up_and_the_call_runs_on(lab: FutureInspector) -> None:
    future = lab.submit("soup")
    lab.wait_for("soup", "RUNNING")
    asked = lab.exception("soup", timeout=0.01).wait(PATIENCE_S)
    assert isinstance(asked.error, TimeoutError)
    assert future.running()


def test_callbacks_leave_a_line_with_their_thread_in_the_order_they_were_added(lab: FutureInspector) -> None:
    lab.submit("soup")
    lab.wait_for("soup", "RUNNING")
    for _ in range(3):
        lab.add_done_callback("soup")
    lab.finish("soup")
    assert [repr(line) for line in lab.called_back("soup")] == [
        f"note_{number}(soup) ran in kitchen_0" for number in (1, 2, 3)
    ]


def test_a_callback_of_a_future_that_is_done_runs_at_once_in_this_thread(lab: FutureInspector) -> None:
    lab.submit("soup")
    lab.finish("soup")
    lab.wait_for("soup", "FINISHED")
    lab.add_done_callback("soup", print)
    assert lab.log[-1].code == "print(soup)"
    assert lab.log[-1].thread == threading.current_thread().name


def test_the_error_of_a_broken_callback_is_logged_and_said_in_its_line(
    lab: FutureInspector, caplog: pytest.LogCaptureFixture
) -> None:
    future = lab.submit("soup")
    lab.wait_for("soup", "RUNNING")
    lab.add_done_callback("soup", broken)
    lab.finish("soup", 42)
    lab.submit("last")
    lab.wait_for("last", "RUNNING")
    (line,) = [line for line in lab.log if line.called_back]
    assert repr(line) == "broken(soup) raised ValueError: this callback is broken (logged by concurrent.futures)"
    assert future.result(0) == 42
    assert not caplog.records


def test_the_error_of_a_callback_of_your_own_is_in_the_log(
    lab: FutureInspector, caplog: pytest.LogCaptureFixture
) -> None:
    def burn(_: object) -> None:
        raise OSError("burnt")

    lab.submit("soup")
    lab.finish("soup")
    lab.wait_for("soup", "FINISHED")
    lab.add_done_callback("soup", burn)
    assert lab.log[-1].answer == "OSError: burnt"
    assert [record.name for record in caplog.records] == ["concurrent.futures"]


@pytest.mark.parametrize("make", [Future, pool_lab.Future], ids=name_of)
def test_futures_of_your_own_are_followed_as_well(make: Callable[[], Future[int]]) -> None:
    mine, early = make(), make()
    early.cancel()
    lab = inspect_futures(mine=mine, early=early)
    assert mine.set_running_or_notify_cancel()
    mine.set_result(7)
    assert not early.set_running_or_notify_cancel()
    assert path(lab, "mine") == ("PENDING", "RUNNING", "FINISHED")
    assert path(lab, "early") == ("PENDING", "CANCELLED", "CANCELLED_AND_NOTIFIED")
    assert "set_running_or_notify_cancel" not in vars(mine) | vars(early)


def test_a_function_of_your_own_can_be_submitted(any_lab: FutureInspector) -> None:
    assert any_lab.submit(divmod, 7, 2).result(PATIENCE_S) == (3, 1)
    any_lab.wait_for("divmod", "FINISHED")
    with pytest.raises(RuntimeError, match="cannot make divmod return None: it calls your function"):
        any_lab.finish("divmod")


def test_a_future_finished_without_having_run_is_seen_so() -> None:
    mine: Future[int] = Future()
    lab = inspect_futures(mine=mine)
    mine.set_result(1)
    assert path(lab, "mine") == ("PENDING", "FINISHED")


def test_the_trace_tells_what_happened_by_the_numbers_of_the_futures(lab: FutureInspector) -> None:
    lab.submit("first")
    lab.wait_for("first", "RUNNING")
    lab.submit("never")
    lab.cancel("never")
    lab.fail("first", ValueError("no"))
    first, never = lab.trace.spans
    assert (first.name, first.state, first.error) == ("first", CallState.FAILED, "ValueError: no")
    assert (never.call, never.state, never.began) == (1, CallState.CANCELLED, None)
    assert lab.trace.log[-1].code == "first: raise ValueError('no')"


def test_a_shutdown_that_waits_ends_the_calls_that_wait_for_a_button(any_lab: FutureInspector, pool: Executor) -> None:
    futures = [any_lab.submit() for _ in range(3)]
    any_lab.wait_for(0, "RUNNING")
    pool.shutdown()
    assert [future.result(0) for future in futures] == [None] * 3
    with pytest.raises(RuntimeError, match="after shutdown"):
        any_lab.submit()


def test_a_shutdown_cancels_first_what_it_is_to_cancel(
    lab: FutureInspector, threads: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.submit("first")
    lab.wait_for("first", "RUNNING")
    never = lab.submit("never")
    was_cancelled: list[bool] = []
    end_all = lab._manual_calls.end_all

    def look_and_end_all() -> None:
        was_cancelled.append(never.cancelled())
        end_all()

    monkeypatch.setattr(lab._manual_calls, "end_all", look_and_end_all)
    threads.shutdown(cancel_futures=True)
    assert was_cancelled == [True]
    assert lab.summary().startswith("first is FINISHED (returned None), never is CANCELLED")


def test_a_shutdown_that_does_not_wait_leaves_the_calls_to_the_buttons(lab: FutureInspector, threads: Executor) -> None:
    future = lab.submit("soup")
    lab.wait_for("soup", "RUNNING")
    threads.shutdown(wait=False)
    assert future.running()
    lab.finish("soup", 42)
    assert future.result(PATIENCE_S) == 42


def test_closing_ends_calls_and_waiting_threads_and_gives_the_pool_back(pool: Executor) -> None:
    lab = inspect_futures(pool)
    future = lab.submit()
    lab.wait_for(0, "RUNNING")
    asked = lab.result(0)
    stranger: Future[int] = Future()
    lab.add(stranger, "stranger")
    forever = lab.result("stranger")
    lab.close()
    lab.close()
    assert future.result(PATIENCE_S) is None
    assert asked.wait(PATIENCE_S).answer == "None"
    assert isinstance(forever.wait(PATIENCE_S).error, TimeoutError)
    assert "shutdown" not in vars(pool)
    with pytest.raises(RuntimeError, match="was closed"):
        lab.submit()


def test_an_inspector_that_nobody_holds_any_more_ends_its_calls() -> None:
    pool = ThreadPoolExecutor(1)
    future = inspect_futures(pool).submit()
    del pool
    gc.collect()
    assert future.result(PATIENCE_S) is None


@pytest.mark.parametrize("make", ["ThreadPoolExecutor", "ProcessPoolExecutor"])
@pytest.mark.parametrize("package", ["pool_lab", "concurrent.futures"])
def test_the_interpreter_exits_although_a_call_waits_for_a_button(package: str, make: str) -> None:
    script = f"""
from {package} import {make}
from pool_lab.lab import inspect_futures
if __name__ == "__main__":
    pool = {make}(1)
    lab = inspect_futures(pool)
    future = lab.submit()
    lab.wait_for(0, "RUNNING")
    asked = lab.result(0)
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_a_program_that_ctrl_c_ends_says_nothing_about_the_inspector() -> None:
    script = """
from pool_lab import ThreadPoolExecutor
from pool_lab.lab import inspect_futures
pool = ThreadPoolExecutor(1)
lab = inspect_futures(pool)
lab.submit()
lab.wait_for(0, "RUNNING")
raise KeyboardInterrupt
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert ended.stderr.splitlines()[-1] == "KeyboardInterrupt"
    assert "AttributeError" not in ended.stderr


def test_a_button_does_what_its_method_does_and_says_what_went_wrong(lab: FutureInspector) -> None:
    for button, which, value in (
        ("submit", -1, None),
        ("cancel", 0, None),
        ("note", 0, None),
        ("return", 0, "[1, 'two']"),
        ("raise", 0, "ValueError"),
    ):
        lab._press(button, which, value)
        if button == "submit":
            lab.wait_for(0, "RUNNING")
    lab.wait_for(0, "FINISHED")
    assert lab.futures[0].result(0) == [1, "two"]
    written = [line.code for line in lab.log if not line.called_back]
    ended = ["A: return [1, 'two']", "A: raise ValueError('raised on request')"]
    assert written == ["pool.submit(A)", "A.cancel()", "A.add_done_callback(note_1)", *ended]
    lab._press("raise", 0, "NoError")
    assert isinstance(lab.log[-1].error, KeyError)


def test_what_the_page_is_told_is_plain(lab: FutureInspector) -> None:
    lab.submit("soup")
    lab.wait_for("soup", "RUNNING")
    lab.finish("soup", object())
    shown = lab._picture()
    assert shown["futures"][0]["path"] == ["PENDING", "RUNNING", "FINISHED"]
    assert shown["caption"] == lab.summary()
    assert [line["waits"] for line in shown["lines"]] == [False, False]


def test_the_still_shows_or_counts_every_future_and_says_what_it_shows(lab: FutureInspector) -> None:
    assert lab.summary() == "No future yet."
    for _ in range(40):
        lab.submit()
    lab.wait_for("A", "RUNNING")
    lab.cancel("B")
    still = lab.figure()
    tickets = [text.get_text() for text in still.axes[0].texts if text.get_gid() == "future"]
    (counted,) = [ticket for ticket in tickets if ticket.endswith(" more")]
    assert {"A", "B", lab.tracked[-1].name} <= set(tickets)
    assert int(counted.removesuffix(" more")) + len(tickets) - 1 == 40
    assert isinstance(still, Still)
    assert lab.summary() == still.alt == "40 futures: 38 PENDING, 1 RUNNING, 1 CANCELLED."


@pytest.mark.parametrize("what", [7, Future, "pool"])
def test_only_an_executor_can_be_submitted_to(what: Any) -> None:
    with pytest.raises(TypeError, match="executor"):
        inspect_futures(what)


def test_only_a_future_can_be_inspected_and_only_one_that_is_there(lab: FutureInspector) -> None:
    with pytest.raises(TypeError, match="only a future"):
        lab.add(7)  # type: ignore[arg-type]
    lab.submit("soup")
    with pytest.raises(LookupError, match="'soup'"):
        lab.cancel("soap")
    with pytest.raises(ValueError, match="PENDING, RUNNING"):
        lab.wait_for("soup", "COOKING")
    with pytest.raises(TimeoutError, match="soup was not CANCELLED"):
        lab.wait_for("soup", "CANCELLED", timeout=0)


def test_names_are_not_given_twice(lab: FutureInspector) -> None:
    for name in ("soup", "soup", "", ""):
        lab.submit(name)
    assert [tracked.name for tracked in lab.tracked] == ["soup", "soup_2", "C", "D"]


def test_a_cell_that_is_run_again_closes_what_it_made_before(monkeypatch: pytest.MonkeyPatch) -> None:
    run = itertools.count()
    monkeypatch.setattr(notebook, "_this_cell", lambda: ("this cell", f"run {next(run)}"))
    with ThreadPoolExecutor(2) as pool:
        first = inspect_futures(pool)
        future = first.submit()
        second = inspect_futures(pool)
        assert future.result(PATIENCE_S) is None
        monkeypatch.setattr(notebook, "_this_cell", lambda: ("this cell", "run 1"))
        third = inspect_futures(pool)
        other = second.submit()
        assert not other.done()
        second.close()
        third.close()


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run("from pool_lab import ThreadPoolExecutor\nfrom pool_lab.lab import inspect_futures")
        yield kernel


def test_in_a_kernel_that_is_interrupted_the_call_goes_on_and_can_be_ended(kernel: Kernel) -> None:
    kernel.run("pool = ThreadPoolExecutor(1)\nlab = inspect_futures(pool)\nlab")
    kernel.run("soup = lab.submit('soup')")
    waits = kernel.run("print('waits', flush=True)\nsoup.result()", interrupt_at="waits")
    assert "KeyboardInterrupt" in waits
    ended = kernel.run("soup.running(), lab.finish('soup', 42), soup.result(0)")
    assert ended == "(True, soup: return 42 → FINISHED, 42)\n"


def test_a_gate_keeps_it_covered_until_it_opens(kernel: Kernel) -> None:
    opening = "    def open(self): self.is_open = True; self.callback()"
    waiting = "    is_open = False\n    def when_open(self, callback): self.callback = callback"
    kernel.run(f"class Gate:\n    def __init__(self, asks): self.asks = asks\n{waiting}\n{opening}")
    kernel.run("one, two = Gate('Which?'), Gate('How many?')\ncovered = inspect_futures(after=one)\ncovered.after(two)")
    assert kernel.run("covered.view.cover") == "'Which?'\n"
    kernel.run("one.open()")
    assert kernel.run("covered.view.cover") == "'How many?'\n", "it shows what answers both"
    kernel.run("two.open()")
    assert kernel.run("covered.view.cover") == "''\n"
