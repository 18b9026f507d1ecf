"""`wait` and `as_completed`: which futures they give back, when, and what they do when time is up."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from types import ModuleType
from typing import Any

import pytest

from tests.contract.gates import PATIENCE_S


@pytest.fixture
def futures(library: ModuleType) -> list[Future[int]]:
    return [library.Future() for _ in range(4)]


def meanwhile(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def finish(futures: list[Future[int]]) -> None:
    for future in futures:
        future.set_result(42)


def test_wait_gives_a_named_tuple_of_two_sets(library: ModuleType, futures: list[Future[int]]) -> None:
    futures[0].set_result(42)
    outcome: Any = library.wait(futures, timeout=0)
    assert issubclass(type(outcome), tuple)
    done, not_done = outcome
    assert (outcome.done, outcome.not_done) == (done, not_done) == ({futures[0]}, set(futures[1:]))


def test_wait_neither_raises_when_time_is_up_nor_touches_the_futures(
    library: ModuleType, futures: list[Future[int]]
) -> None:
    for timeout in (0.01, 0, -1):
        assert library.wait(futures, timeout) == (set(), set(futures))
    assert not any(future.done() for future in futures)


def test_wait_does_not_raise_what_a_call_raised(library: ModuleType, futures: list[Future[int]]) -> None:
    futures[0].set_exception(KeyError())
    assert library.wait(futures[:1], timeout=PATIENCE_S).done == {futures[0]}


def test_wait_counts_a_future_once_however_often_it_was_passed(library: ModuleType, futures: list[Future[int]]) -> None:
    finished, pending = futures[:2]
    finished.set_result(42)
    assert library.wait([finished, pending, finished, pending], timeout=0) == ({finished}, {pending})
    pending.set_result(43)
    assert library.wait([pending, pending], timeout=PATIENCE_S) == ({pending}, set())


def test_wait_takes_any_iterable(library: ModuleType, futures: list[Future[int]]) -> None:
    assert library.wait((future for future in futures), timeout=0).not_done == set(futures)
    assert library.wait(set(futures), timeout=0).not_done == set(futures)


@pytest.mark.parametrize("return_when", ["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"])
def test_waiting_for_nothing_ends_at_once(library: ModuleType, return_when: str) -> None:
    assert library.wait([], return_when=getattr(library, return_when)) == (set(), set())


def test_wait_waits_for_all_by_default(library: ModuleType, futures: list[Future[int]]) -> None:
    def finish_all() -> None:
        futures[2].set_exception(KeyError())
        for future in (futures[3], futures[1], futures[0]):
            future.set_result(42)

    thread = meanwhile(finish_all)
    assert library.wait(futures, timeout=PATIENCE_S) == (set(futures), set())
    thread.join(PATIENCE_S)


def test_wait_for_the_first_gives_it_back_and_leaves_the_rest(library: ModuleType, futures: list[Future[int]]) -> None:
    thread = meanwhile(lambda: futures[2].set_result(42))
    outcome = library.wait(futures, PATIENCE_S, library.FIRST_COMPLETED)
    assert outcome == ({futures[2]}, {futures[0], futures[1], futures[3]})
    thread.join(PATIENCE_S)


def test_wait_for_the_first_gives_all_that_are_done_already(library: ModuleType, futures: list[Future[int]]) -> None:
    futures[0].set_result(42)
    futures[1].set_exception(KeyError())
    assert library.wait(futures, return_when=library.FIRST_COMPLETED).done == set(futures[:2])


def test_wait_for_an_exception_goes_on_past_results(library: ModuleType, futures: list[Future[int]]) -> None:
    def finish_some() -> None:
        futures[0].set_result(42)
        futures[1].cancel()
        futures[1].set_running_or_notify_cancel()
        futures[2].set_exception(KeyError())

    thread = meanwhile(finish_some)
    outcome = library.wait(futures, PATIENCE_S, library.FIRST_EXCEPTION)
    assert outcome == (set(futures[:3]), {futures[3]})
    thread.join(PATIENCE_S)


def test_wait_for_an_exception_ends_at_once_if_one_is_there(library: ModuleType, futures: list[Future[int]]) -> None:
    futures[3].set_exception(KeyError())
    assert library.wait(futures, return_when=library.FIRST_EXCEPTION).done == {futures[3]}


def test_wait_for_an_exception_that_never_comes_waits_for_all(library: ModuleType, futures: list[Future[int]]) -> None:
    thread = meanwhile(lambda: finish(futures))
    assert library.wait(futures, PATIENCE_S, library.FIRST_EXCEPTION) == (set(futures), set())
    thread.join(PATIENCE_S)


def test_wait_refuses_an_unknown_condition(library: ModuleType, futures: list[Future[int]]) -> None:
    with pytest.raises(ValueError, match="SOMEDAY"):
        library.wait(futures, timeout=0, return_when="SOMEDAY")


def test_a_cancelled_future_counts_as_done_once_its_worker_has_met_it(
    library: ModuleType, futures: list[Future[int]]
) -> None:
    futures[0].cancel()
    assert library.wait(futures[:1], timeout=0).not_done == {futures[0]}
    futures[0].set_running_or_notify_cancel()
    assert library.wait(futures[:1], timeout=0).done == {futures[0]}


def test_many_may_wait_for_the_same_futures(library: ModuleType, futures: list[Future[int]]) -> None:
    outcomes: list[Any] = []
    threads = [meanwhile(lambda: outcomes.append(library.wait(futures, PATIENCE_S))) for _ in range(3)]
    for future in futures:
        future.set_result(42)
    for thread in threads:
        thread.join(PATIENCE_S)
    assert outcomes == [(set(futures), set())] * 3


def test_as_completed_gives_futures_in_the_order_they_finish(library: ModuleType, futures: list[Future[int]]) -> None:
    completed: Iterator[Future[int]] = library.as_completed(futures, PATIENCE_S)
    for future in reversed(futures):
        future.set_result(42)
        assert next(completed) is future
    with pytest.raises(StopIteration):
        next(completed)


def test_as_completed_gives_the_finished_ones_first(library: ModuleType, futures: list[Future[int]]) -> None:
    futures[3].set_exception(KeyError())
    completed: Iterator[Future[int]] = library.as_completed(futures, PATIENCE_S)
    assert next(completed) is futures[3]
    futures[1].set_result(42)
    assert next(completed) is futures[1]


def test_as_completed_waits_for_one_that_finishes_later(library: ModuleType, futures: list[Future[int]]) -> None:
    thread = meanwhile(lambda: futures[2].set_result(42))
    assert next(iter(library.as_completed(futures, PATIENCE_S))) is futures[2]
    thread.join(PATIENCE_S)


def test_as_completed_gives_a_future_once_however_often_it_was_passed(
    library: ModuleType, futures: list[Future[int]]
) -> None:
    finished, pending = futures[:2]
    finished.set_result(42)
    completed: Iterator[Future[int]] = library.as_completed([pending, finished, pending, finished], PATIENCE_S)
    assert next(completed) is finished
    pending.set_result(43)
    assert list(completed) == [pending]


def test_as_completed_takes_any_iterable(library: ModuleType, futures: list[Future[int]]) -> None:
    for future in futures:
        future.set_result(42)
    assert set(library.as_completed((future for future in futures), PATIENCE_S)) == set(futures)
    assert set(library.as_completed(dict.fromkeys(futures), PATIENCE_S)) == set(futures)


@pytest.mark.parametrize("timeout", [0.01, 0, -1])
def test_as_completed_raises_when_time_is_up_after_what_is_done(
    library: ModuleType, futures: list[Future[int]], timeout: float
) -> None:
    futures[1].set_result(42)
    completed: Iterator[Future[int]] = library.as_completed(futures, timeout)
    assert next(completed) is futures[1]
    with pytest.raises(TimeoutError):
        next(completed)


def test_as_completed_with_no_time_left_gives_what_is_done_and_does_not_wait(
    library: ModuleType, futures: list[Future[int]]
) -> None:
    """The time counts once for all futures, from the first `next`."""
    completed: Iterator[Future[int]] = library.as_completed(futures[:2], timeout=0)
    with pytest.raises(TimeoutError):
        next(completed)
    for future in futures[:2]:
        future.set_result(42)
    assert len(list(library.as_completed(futures[:2], timeout=0))) == 2


def test_as_completed_gives_a_cancelled_future_its_worker_has_met(
    library: ModuleType, futures: list[Future[int]]
) -> None:
    futures[0].cancel()
    futures[0].set_running_or_notify_cancel()
    assert list(library.as_completed(futures[:1], timeout=PATIENCE_S)) == futures[:1]


def test_as_completed_that_is_under_way_learns_of_a_cancelling(library: ModuleType, futures: list[Future[int]]) -> None:
    completed: Iterator[Future[int]] = library.as_completed(futures[:2], PATIENCE_S)
    futures[0].set_result(42)
    assert next(completed) is futures[0]
    futures[1].cancel()
    futures[1].set_running_or_notify_cancel()
    assert next(completed) is futures[1]


def test_as_completed_of_nothing_is_empty(library: ModuleType) -> None:
    assert list(library.as_completed([])) == []


def test_an_abandoned_as_completed_leaves_nothing_on_the_futures(
    library: ModuleType, futures: list[Future[int]]
) -> None:
    completed = library.as_completed(futures, timeout=0)
    with pytest.raises(TimeoutError):
        next(completed)
    completed.close()
    assert [future._waiters for future in futures] == [[], [], [], []]
