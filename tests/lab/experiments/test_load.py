"""A load asks a server for pages, and says how long each request waited."""

import math
import subprocess
import sys
import threading
from itertools import islice
from unittest.mock import Mock

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from pool_lab import ThreadPoolExecutor, as_completed, wait
from pool_lab.events import EventKind
from pool_lab.lab.experiments.latencies import latencies
from pool_lab.lab.experiments.load import Load, load, percentile
from pool_lab.lab.work.gate import Gate
from pool_lab.lab.work.servers import Gate as GatedPage
from pool_lab.lab.work.servers import Server, after, at_most, broken
from pool_lab.lab.work.thread_per_call import ThreadPerCall
from tests.lab.covers import Question


def words_in(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_every_request_of_a_load_is_answered_and_its_wait_is_known() -> None:
    with ThreadPoolExecutor(2) as pool, Server(after(0), pool) as server:
        rush = load(server, 10).wait()
    assert (len(rush.latencies_s), rush.errors) == (10, [])
    assert rush.latencies_s == sorted(rush.latencies_s)
    assert len(rush.trace.finish_order) == 10
    assert rush.claim() == "10 requests, all got a page."
    assert repr(rush) == "Load(10 requests at once: ThreadPoolExecutor)"


def test_requests_come_whether_or_not_earlier_ones_are_answered() -> None:
    gate = GatedPage()
    with Server(gate) as server:
        rush = load(server, 12)
        gate.wait_for(12)
        gate.open()
        rush.wait()
    assert rush.trace.most_at_once == 12


def test_a_load_has_the_pace_that_was_asked_for() -> None:
    with Server(after(0)) as server:
        slow = load(server, 3, per_second=1000).wait()
    assert [request.due for request in slow._answered] == [0, 0.001, 0.002]
    assert repr(slow) == "Load(3 requests at 1000 per second: ThreadPerCall)"


def test_what_the_server_refuses_is_an_error_and_a_failed_call() -> None:
    gate, refused = GatedPage(), threading.Semaphore(0)
    executor = ThreadPerCall()
    executor.add_observer(lambda happened: refused.release() if happened.kind is EventKind.FAILED else None)
    with executor, Server(at_most(2, gate), executor) as server:
        rush = load(server, 5)
        assert all(refused.acquire(timeout=30) for _ in range(3))
        gate.open()
        assert len(rush.errors) == 3
    assert rush.errors == ["ConnectionError: too many connections: 2 are in use"] * 3
    assert rush.claim() == "5 requests, some got an error."


def test_a_rush_is_one_on_a_slow_machine_too() -> None:
    """No request is answered, however quickly, before all that can be answered have arrived."""
    with ThreadPerCall() as executor, Server(at_most(2, after(0)), executor) as server:
        rush = load(server, 20)
        assert (len(rush.errors), rush.trace.most_at_once) == (18, 20)
        assert len(load(server, 20).errors) == 18


def test_a_pool_never_asks_for_more_than_it_has_workers() -> None:
    with ThreadPoolExecutor(3) as pool, Server(at_most(3, after(0)), pool) as server:
        assert load(server, 30).errors == []


def test_a_server_without_pages_is_told_in_words() -> None:
    with Server(broken) as server:
        rush = load(server, 2)
        assert rush.summary() == "None of 2 requests got a page."
    assert "–" in words_in(latencies({"no luck": rush}).figure())


@pytest.mark.parametrize("requests", [0, -1, 501])
def test_a_load_is_bounded(requests: int) -> None:
    with Server(after(0)) as server, pytest.raises(ValueError, match="must be from 1 to 500"):
        load(server, requests)


@pytest.mark.parametrize("pace", [0, -1, math.nan])
def test_a_pace_is_a_number_of_requests_per_second(pace: float) -> None:
    with Server(after(0)) as server, pytest.raises(ValueError, match="greater than 0"):
        load(server, 1, pace)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(1, 21)]
    assert [percentile(values, percent) for percent in (0, 50, 95, 100)] == [1, 10, 19, 20]
    assert percentile([7.0], 50) == 7


def two_loads() -> dict[str, Load]:
    loads = {}
    for name, executor in {"a thread each": ThreadPerCall(), "a pool": ThreadPoolExecutor(2)}.items():
        with executor, Server(after(0), executor) as server:
            loads[name] = load(server, 6).wait()
    return loads


def test_latencies_of_several_loads_are_drawn_side_by_side_and_told() -> None:
    both = latencies(two_loads())
    assert set(both.trace) == {"a thread each", "a pool"}
    assert both.claim() == "A thread each: 6 requests, all got a page. A pool: 6 requests, all got a page."
    words = words_in(both.figure())
    assert all(text in words for text in ("a thread each", "a pool", "half within", "A pool: ", "at most"))


def test_latencies_and_timeline_can_be_drawn_on_axes_of_ones_own() -> None:
    loads = two_loads()
    figure = Figure()
    above, below = figure.subplots(2)
    assert latencies(loads).figure(above) is figure
    assert loads["a pool"].figure(below) is figure
    assert [label.get_text() for label in above.get_yticklabels()] == list(loads)


def test_a_load_is_drawn_as_the_timeline_of_its_server() -> None:
    rush = two_loads()["a pool"]
    words = words_in(rush.figure())
    assert "ThreadPoolExecutor" in words
    assert "6 requests at once" in words


def test_the_cell_that_shows_covered_latencies_need_not_be_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cover = Question()
    shown = [Mock(), Mock()]
    monkeypatch.setattr("IPython.display.display", Mock(side_effect=shown))
    covered = latencies(two_loads(), after=cover)
    covered._ipython_display_()
    picture, words = shown
    picture.update.assert_not_called()
    cover.skip()
    assert "image/png" in picture.update.call_args.args[0]
    assert words.update.call_args.args[0] == {"text/plain": covered.summary()}


def test_a_program_that_ends_leaves_nobody_at_a_gate() -> None:
    script = "from pool_lab import ThreadPoolExecutor as Pool; from pool_lab.lab import Gate; Pool(1).submit(Gate(), 0)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=True).returncode == 0


def test_a_gate_with_patience_is_not_waited_for_longer() -> None:
    with ThreadPoolExecutor(1) as pool:
        gate: Gate[str] = Gate(patience_s=0.01)
        assert isinstance(pool.submit(gate, "late").exception(), TimeoutError)


def test_a_gate_lets_through_as_many_as_it_is_told() -> None:
    gate: Gate[str] = Gate()
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(gate, name) for name in "abc"]
        gate.wait_for(3)
        assert not any(future.done() for future in futures)
        gate.let_through(2)
        wait(islice(as_completed(futures), 2))
        assert sum(future.done() for future in futures) == 2
        gate.open()
        assert [future.result() for future in futures] == ["a", "b", "c"]
        assert pool.submit(gate, "d").result() == "d"
