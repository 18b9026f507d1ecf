from concurrent.futures import FIRST_COMPLETED, FIRST_EXCEPTION
from typing import Any

import pytest

import pool_lab
from pool_lab.lab.model import DeadlockError, SimulatedPool, Work, as_completed, wait
from tests.contract.calls import fail


@pytest.fixture
def pool() -> SimulatedPool:
    return SimulatedPool(10)


def lasting(pool: SimulatedPool, *lengths: float) -> list[Any]:
    return [pool.submit(Work(wait=length)) for length in lengths]


def test_as_completed_gives_futures_in_the_order_in_which_they_end(pool: SimulatedPool) -> None:
    futures = lasting(pool, 3, 1, 2)
    seen = [(futures.index(future), pool.now) for future in as_completed(futures)]
    assert seen == [(1, 1), (2, 2), (0, 3)]


def test_as_completed_gives_what_is_done_first_and_each_future_once(pool: SimulatedPool) -> None:
    slow, quick = lasting(pool, 2, 1)
    quick.result()
    assert list(as_completed([slow, quick, slow, quick])) == [quick, slow]


def test_as_completed_raises_at_its_virtual_deadline_and_leaves_nothing_on_the_futures(pool: SimulatedPool) -> None:
    futures = lasting(pool, 1, 3)
    completed = as_completed(futures, timeout=2)
    assert next(completed) is futures[0]
    with pytest.raises(TimeoutError, match=r"1 \(of 2\) futures unfinished"):
        next(completed)
    assert pool.now == 2
    assert [future._ensure_listeners().waiters for future in futures] == [[], []]


def test_time_stands_still_between_two_futures(pool: SimulatedPool) -> None:
    completed = as_completed(lasting(pool, 1, 2))
    next(completed)
    late = pool.submit(Work(wait=0.5))
    assert late.result() is None
    assert pool.now == 1.5


def test_wait_waits_for_all_for_the_first_or_for_an_exception(pool: SimulatedPool) -> None:
    short, middle, long = lasting(pool, 1, 2, 3)
    assert wait([short, middle, long], return_when=FIRST_COMPLETED) == ({short}, {middle, long})
    failing = pool.submit(Work(wait=0.5, function=fail), KeyError("gone"))
    assert wait([long, failing], return_when=FIRST_EXCEPTION) == ({failing}, {long})
    assert pool.now == 1.5
    assert wait([short, middle, long], timeout=1) == ({short, middle}, {long})
    assert pool.now == 2.5
    assert wait([short, middle, long]) == ({short, middle, long}, set())
    assert wait([]) == (set(), set())
    with pytest.raises(ValueError, match="SOMEDAY"):
        wait([short], return_when="SOMEDAY")


def test_waiting_for_what_never_ends_is_an_error_at_once() -> None:
    pool = SimulatedPool(1)
    inner: list[Any] = []

    def outer() -> None:
        inner.append(pool.submit(abs, 1))
        wait(inner)

    with pytest.raises(DeadlockError, match="never be done"):
        pool.submit(outer).result()


def test_the_librarys_own_wait_says_what_to_use_instead_of_hanging(pool: SimulatedPool) -> None:
    for waiting in (pool_lab.wait, lambda futures: list(pool_lab.as_completed(futures))):
        with pytest.raises(RuntimeError, match=r"pool_lab\.lab\.model"):
            waiting(lasting(pool, 1))
    done = lasting(pool, 1)
    pool.run()
    assert pool_lab.wait(done).done == set(done)
