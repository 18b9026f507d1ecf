"""Statistics: a frozen picture of a pool at one moment."""

import pytest

from pool_lab.scheduler import Statistics
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.library.watching import MakeGate, MakePool, on_processes, until


def test_a_new_pool_has_no_workers_yet(make_pool: MakePool) -> None:
    assert make_pool(3).statistics() == Statistics(size=3, workers=0, idle=0, queued=0)


def test_statistics_follow_the_pool(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(2)
    running = [pool.submit(stand_at, gate.address) for _ in range(2)]
    gate.wait_for(2)
    waiting = [pool.submit(calls.add, number) for number in range(3)]
    assert pool.statistics() == Statistics(size=2, workers=2, idle=0, queued=3)
    gate.open()
    for future in (*running, *waiting):
        future.result(PATIENCE_S)
    until(lambda: pool.statistics().idle == 2)
    assert pool.statistics() == Statistics(size=2, workers=2, idle=2, queued=0)
    pool.shutdown()
    assert pool.statistics() == Statistics(size=2, workers=0, idle=0, queued=0)


def test_a_cancelled_call_counts_as_queued_until_a_worker_meets_it(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    assert pool.submit(calls.add, 1).cancel()
    assert pool.statistics().queued == 1
    gate.open()
    until(lambda: pool.statistics().queued == 0)


def test_an_idle_worker_is_used_before_another_is_started(make_pool: MakePool) -> None:
    pool = make_pool(4)
    for number in range(5):
        pool.submit(calls.add, number).result(PATIENCE_S)
        until(lambda: pool.statistics().idle == 1)
    assert pool.statistics().workers == 1


@on_processes
def test_a_broken_pool_has_no_workers_and_nothing_queued(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    futures = [pool.submit(calls.die_at, gate.address), pool.submit(calls.add, 1)]
    gate.open()
    for future in futures:
        future.exception(PATIENCE_S)
    assert pool.statistics().queued == 0
    until(lambda: pool.statistics() == Statistics(size=1, workers=0, idle=0, queued=0))


def test_statistics_describe_one_moment(make_pool: MakePool) -> None:
    statistics = make_pool(2).statistics()
    with pytest.raises(AttributeError):
        statistics.size = 3
