"""A call never waits while a worker is idle: whatever calls came before it, and whichever worker it was meant for."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from pool_lab import Future
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, Gate, stand_at
from tests.library.bursts import Marks, mark, queue_up, stand_or_mark, warm_up
from tests.library.watching import MakeGate, MakePool, on_processes, on_threads, resizing, until

SIZE = 3


@pytest.fixture
def pool(make_pool: MakePool) -> Any:
    """It has three workers and has seen many short calls."""
    made = make_pool(SIZE)
    warm_up(made)
    return made


def results(futures: list[Future[Any]]) -> list[Any]:
    return [future.result(PATIENCE_S) for future in futures]


def tiny(count: int) -> list[tuple[Any, ...]]:
    return [(calls.add, number) for number in range(count)]


def test_as_many_calls_as_workers_meet_right_after_a_burst(pool: Any, make_gate: MakeGate) -> None:
    for count in (1, 2, 10, 10_000):
        meeting = make_gate(opens_at=SIZE)
        before = [pool.submit(calls.add, number) for number in range(count)]
        results([pool.submit(stand_at, meeting.address) for _ in range(SIZE)])
        assert results(before) == list(range(count))


@pytest.mark.parametrize("between", [0, 1, 2, 7, 40])
def test_as_many_calls_as_workers_meet_with_a_burst_between_them(pool: Any, make_gate: MakeGate, between: int) -> None:
    meeting = make_gate(opens_at=SIZE)
    stand = [(stand_at, meeting.address, "met")]
    plan = [*tiny(between), *stand, *tiny(between), *stand, *tiny(between), *stand, *tiny(between)]
    futures = queue_up(pool, make_gate(), SIZE, plan)
    assert results(futures).count("met") == SIZE


@pytest.mark.parametrize("between", [0, 1, 5])
def test_meetings_that_were_all_queued_at_once_take_place_one_after_the_other(
    pool: Any, make_gate: MakeGate, between: int
) -> None:
    """Calls begin in about the order in which they were submitted. A pool that let a worker begin the second meeting
    while the first lacks a call would hang.
    """
    plan = []
    for _ in range(10):
        meeting = make_gate(opens_at=SIZE)
        for _ in range(SIZE):
            plan += [(stand_at, meeting.address, "met"), *tiny(between)]
    assert results(queue_up(pool, make_gate(), SIZE, plan)).count("met") == 10 * SIZE


def test_a_function_that_was_always_quick_may_take_long_next(pool: Any, make_gate: MakeGate, marks: Marks) -> None:
    gate, path = make_gate(), marks.path
    results([pool.submit(stand_or_mark, None, path, number) for number in range(500)])
    plan: list[tuple[Any, ...]] = [(stand_or_mark, None, path, number) for number in range(500, 560)]
    plan[7:9] = [(stand_or_mark, gate.address, path, number) for number in (507, 508)]
    futures = queue_up(pool, make_gate(), SIZE, plan)
    late = [futures.pop(7), futures.pop(7)]
    assert results(futures) == [number for number in range(500, 560) if number not in (507, 508)]
    assert not any(future.done() for future in late)
    gate.open()
    assert results(late) == [507, 508]
    assert list(marks) == list(range(560))


@pytest.mark.parametrize("place", [0, 1, 5, 49])
@pytest.mark.parametrize("standing", [1, 2])
def test_what_waits_behind_a_long_call_runs_elsewhere(
    pool: Any, make_gate: MakeGate, place: int, standing: int
) -> None:
    """While one worker is free, all that is queued gets through."""
    gate, plan = make_gate(), tiny(50)
    plan[place:place] = [(stand_at, gate.address, "stood")] * standing
    futures = queue_up(pool, make_gate(), SIZE, plan)
    late = futures[place : place + standing]
    assert results(futures[:place] + futures[place + standing :]) == list(range(50))
    gate.wait_for(standing)
    assert not any(future.done() for future in late)
    gate.open()
    assert results(late) == ["stood"] * standing


@pytest.mark.parametrize("first", range(SIZE))
def test_what_waits_behind_long_calls_runs_where_a_worker_is_free_first(
    pool: Any, make_gate: MakeGate, first: int
) -> None:
    gates = [make_gate() for _ in range(SIZE)]
    plan = [*((stand_at, gate.address) for gate in gates), *tiny(40)]
    futures = queue_up(pool, make_gate(), SIZE, plan)
    for gate in gates:
        gate.wait_for(1)
    gates[first].open()
    assert results(futures[SIZE:]) == list(range(40))
    assert [future.done() for future in futures[:SIZE]] == [number == first for number in range(SIZE)]


@pytest.mark.parametrize("size", [2, 4])
def test_what_waits_behind_long_calls_runs_on_new_workers(make_pool: MakePool, make_gate: MakeGate, size: int) -> None:
    """They start for it, also when it was meant for the one that there was."""
    gate, meeting, pool = make_gate(), make_gate(opens_at=size - 1), make_pool(1)
    warm_up(pool)
    plan = [(stand_at, gate.address), *[(stand_at, meeting.address)] * (size - 1), *tiny(30)]
    late, *futures = queue_up(pool, make_gate(), 1, plan)
    gate.wait_for(1)
    pool.resize(size)
    assert results(futures)[size - 1 :] == list(range(30))
    assert not late.done()


@pytest.mark.parametrize("last", range(SIZE))
def test_shrinking_delays_no_call(pool: Any, make_gate: MakeGate, last: int) -> None:
    """Three calls stand and the pool shrinks to two. When two are done and one stands for long, whichever it is, one
    worker is free for the calls that wait.
    """
    gates = [make_gate() for _ in range(SIZE)]
    plan = [*((stand_at, gate.address) for gate in gates), *tiny(40)]
    futures = queue_up(pool, make_gate(), SIZE, plan)
    for gate in gates:
        gate.wait_for(1)
    pool.resize(SIZE - 1)
    for number, gate in enumerate(gates):
        if number != last:
            gate.open()
    assert results(futures[SIZE:]) == list(range(40))
    assert not futures[last].done()


def test_shrinking_and_growing_during_a_burst_loses_and_doubles_nothing(pool: Any, marks: Marks) -> None:
    with resizing(pool, 1, 4, 2, 3):
        futures = [pool.submit(mark, marks.path, number) for number in range(2000)]
        assert results(futures) == list(range(2000))
    assert list(marks) == list(range(2000))


def test_as_many_calls_as_workers_meet_in_a_burst_during_resizes(pool: Any, make_gate: MakeGate) -> None:
    """There are never fewer than three workers."""
    with resizing(pool, 4, 3, 5, 3):
        for _ in range(10):
            meeting, futures = make_gate(opens_at=SIZE), []
            for _ in range(SIZE):
                futures += [pool.submit(*submission) for submission in tiny(20)]
                futures.append(pool.submit(stand_at, meeting.address, "met"))
            assert results(futures).count("met") == SIZE


def inputs(meeting: Gate, apart: int) -> Iterator[Address | None]:
    """The calls that meet, each first in a row of `apart` inputs, after many that do not."""
    for place in range(100 * apart):
        yield meeting.address if place % apart == 0 and place >= (100 - SIZE) * apart else None


@pytest.mark.parametrize("options", [{}, {"chunksize": 1}, {"chunksize": 4}, {"buffersize": 50}])
def test_as_many_calls_as_workers_meet_in_a_map(
    pool: Any, make_gate: MakeGate, marks: Marks, options: dict[str, int]
) -> None:
    """A chunk is one call: the inputs that meet must be in chunks of their own."""
    meeting, apart = make_gate(opens_at=SIZE), options.get("chunksize", 1)
    given = list(inputs(meeting, apart))
    found = pool.map(stand_or_mark, given, itertools.repeat(marks.path), range(len(given)), **options)
    assert list(found) == list(range(len(given)))
    assert list(marks) == list(range(len(given)))


def test_as_many_calls_as_workers_meet_in_a_map_that_finds_all_workers_busy(
    pool: Any, make_gate: MakeGate, marks: Marks
) -> None:
    """All is queued when the first worker is free: whatever it is given must leave the others their share."""
    gate, meeting = make_gate(), make_gate(opens_at=SIZE)
    held = [pool.submit(stand_at, gate.address) for _ in range(SIZE)]
    gate.wait_for(SIZE)
    given = [None] * 300 + [meeting.address] * SIZE + [None] * 300
    found = pool.map(stand_or_mark, given, itertools.repeat(marks.path), range(len(given)))
    gate.open()
    assert list(found) == list(range(len(given)))
    results(held)


def test_a_map_whose_first_call_takes_long_goes_on(pool: Any, make_gate: MakeGate, marks: Marks) -> None:
    """The results come in order, the calls do not wait for one another."""
    gate = make_gate()
    given = [gate.address] + [None] * 200
    found = pool.map(stand_or_mark, given, itertools.repeat(marks.path), range(len(given)))
    others = pool.submit(calls.add, 1)
    assert others.result(PATIENCE_S) == 1  # queued after all of the map
    gate.open()
    assert list(found) == list(range(201))


@on_threads
@pytest.mark.parametrize("ready", [1, 2])
def test_no_call_waits_for_a_worker_that_is_in_its_initializer(
    make_pool: MakePool, make_gate: MakeGate, ready: int
) -> None:
    """Two others take the inputs of a map: they are idle, or one of them is yet to start."""
    held, gate, numbers = make_gate(), make_gate(), itertools.count()
    pool = make_pool(3, initializer=lambda: stand_at(held.address) if next(numbers) == 1 else None)
    futures = [pool.submit(stand_at, gate.address)]
    gate.wait_for(1)
    futures.append(pool.submit(calls.add, 1))
    held.wait_for(1)
    if ready == 2:
        pool.submit(calls.add, 1)
    gate.open()
    results(futures)
    until(lambda: pool.statistics().idle == ready)
    assert pool.statistics().workers == ready + 1
    meeting = make_gate(opens_at=2)
    assert list(pool.map(stand_at, [meeting.address] * 2, "ab", timeout=PATIENCE_S)) == ["a", "b"]
    assert results([pool.submit(calls.add, number) for number in range(3)]) == [0, 1, 2]
    held.open()


@on_processes
def test_a_worker_that_was_replaced_takes_its_part(make_pool: MakePool, make_gate: MakeGate) -> None:
    pool, meeting = make_pool(SIZE, replace_workers=True), make_gate(opens_at=SIZE)
    warm_up(pool)
    plan = [(calls.die,), *tiny(10), (calls.die,), *tiny(10), *[(stand_at, meeting.address, "met")] * SIZE]
    futures = queue_up(pool, make_gate(), SIZE, plan)
    assert [future.result(PATIENCE_S) for future in futures[-SIZE:]] == ["met"] * SIZE
    assert [future.exception(PATIENCE_S) is None for future in futures] == [
        submission[0] is not calls.die for submission in plan
    ]
