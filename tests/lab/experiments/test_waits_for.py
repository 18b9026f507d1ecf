"""A deadlock is drawn as a circle, told in words, and gone when there is one more worker."""

import concurrent.futures
import threading
from typing import Any

import pytest
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text

import pool_lab
from pool_lab.lab import waits_for, watch
from pool_lab.lab.experiments.waits_for import WaitsFor
from pool_lab.lab.stills.style import INK, QUIET
from pool_lab.lab.work.gate import Gate


def whole(pool: Any, meeting: threading.Barrier) -> int:
    meeting.wait()
    part: int = pool.submit(abs, -1).result()
    return part


def arrows(figure: Any) -> list[tuple[str, str]]:
    """Which arrows there are, and whether each is drawn as part of a circle."""
    looks = {INK: "circle", QUIET: "quiet"}
    from matplotlib.colors import to_hex

    found = figure.findobj(FancyArrowPatch)
    return sorted((str(arrow.get_gid()), looks[to_hex(arrow.get_edgecolor())]) for arrow in found)


@pytest.mark.parametrize("library", [concurrent.futures, pool_lab], ids=lambda library: library.__name__)
@pytest.mark.parametrize("workers", [1, 2, 12])
def test_every_worker_that_waits_leads_back_to_the_workers(library: Any, workers: int) -> None:
    pool = library.ThreadPoolExecutor(workers)
    calls, meeting = watch(pool), threading.Barrier(workers)
    futures = [pool.submit(whole, pool, meeting) for _ in range(workers)]
    stuck = waits_for(calls, patience_s=60)
    are_stuck = not any(future.done() for future in futures)
    pool.shutdown(cancel_futures=True)
    assert stuck.is_deadlock
    assert are_stuck
    assert stuck.claim().startswith(f"{workers} of {workers} running call")
    assert stuck.claim().endswith("They wait in a circle: a deadlock.")
    assert stuck.summary().endswith(stuck.claim())
    shown = min(workers, 8)
    assert arrows(stuck.figure()) == [("needs", "circle"), *[("waits", "circle")] * shown]
    words = {text.get_text() for text in stuck.figure().findobj(Text)}
    assert {"waits for the result of", "needs a free worker: there is none"} <= words
    assert ("and 4 more" in words) == (workers == 12)


def test_one_more_worker_sets_all_of_them_free() -> None:
    with pool_lab.ThreadPoolExecutor(2) as pool:
        calls, meeting = watch(pool), threading.Barrier(2)
        futures = [pool.submit(whole, pool, meeting) for _ in range(2)]
        assert waits_for(calls, patience_s=60).is_deadlock
        pool.resize(3)
        assert [future.result() for future in futures] == [1, 1]
        free = waits_for(calls)
    assert not free.is_deadlock
    assert free.claim() == "No call waits for another call."
    assert arrows(free.figure()) == []
    assert "3 free workers" in {text.get_text() for text in free.figure().findobj(Text)}


def test_without_a_deadlock_it_says_so_when_its_patience_ends() -> None:
    gate: Gate[int] = Gate()
    with pool_lab.ThreadPoolExecutor(1) as pool:
        calls = watch(pool)
        futures = [pool.submit(gate, number) for number in range(2)]
        gate.wait_for(1)
        running = waits_for(calls, patience_s=0)
        gate.open()
        assert [future.result() for future in futures] == [0, 1]
    assert not running.is_deadlock
    assert arrows(running.figure()) == [("needs", "quiet")]


@pytest.mark.parametrize("library", [concurrent.futures, pool_lab], ids=lambda library: library.__name__)
def test_a_call_that_waits_for_another_pool_is_in_no_circle(library: Any) -> None:
    """Also if the call there has the number of one that is queued here."""
    gate: Gate[int] = Gate()
    with library.ThreadPoolExecutor(1) as pool, library.ThreadPoolExecutor(1) as other:
        calls, others = watch(pool), watch(other)
        there = [other.submit(gate, number) for number in range(2)]
        asked = threading.Event()

        def ask() -> int:
            asked.set()
            number: int = there[1].result()
            return number

        futures = [pool.submit(ask), pool.submit(abs, -1)]
        asked.wait()
        shown = waits_for(calls, patience_s=0.3)
        gate.open()
        assert [future.result() for future in futures] == [1, 1]
        assert (calls.number_of(there[1]), others.number_of(there[1])) == (None, 1)
    assert not shown.is_deadlock


def test_it_draws_on_axes_and_repeats_the_same_words() -> None:
    from matplotlib.figure import Figure

    with pool_lab.ThreadPoolExecutor(1) as pool:
        calls = watch(pool)
        shown = waits_for(calls)
    figure = Figure()
    assert shown.figure(figure.subplots()) is figure
    assert isinstance(shown, WaitsFor)
    assert repr(shown) == "WaitsFor(Watch(ThreadPoolExecutor))"


def test_what_calls_in_processes_wait_for_cannot_be_seen() -> None:
    with (
        pool_lab.ProcessPoolExecutor(1) as pool,
        pytest.raises(ValueError, match="needs the watch of a pool of threads"),
    ):
        waits_for(watch(pool))
