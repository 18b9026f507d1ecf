"""A `map` is one job: workers take its inputs, several at a time while calls are short. One fault costs one call."""

import gc
import os
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from operator import itemgetter
from typing import Any

import pytest

from pool_lab import BrokenProcessPool, CallPicklingError, CallUnpicklingError, ThreadPoolExecutor, WorkerDiedError
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, stand_at
from tests.contract.kinds import frees_at_once
from tests.library.bursts import Marks, count_messages, mark
from tests.library.watching import Log, MakeGate, MakePool, on_processes, on_threads, until

MANY = 2000
PLACE = 1500
"""Of the input that is special."""


@pytest.fixture
def pool(make_pool: MakePool) -> Any:
    pool = make_pool(2)
    assert list(pool.map(same, range(MANY))) == list(range(MANY))
    return pool


def same(value: object) -> object:
    return value


def with_one(special: object) -> list[object]:
    return [special if number == PLACE else number for number in range(MANY)]


def until_it_fails(pool: Any, function: Callable[..., Any], inputs: Any) -> tuple[list[Any], BaseException]:
    """The results before the error, and the error."""
    results: list[Any] = []
    with pytest.raises(BaseException) as failure:  # noqa: PT011  # which one, the test asks
        results.extend(pool.map(function, inputs, timeout=PATIENCE_S))
    return results, failure.value


# Errors


def raise_if_error(value: Any) -> Any:
    if isinstance(value, BaseException):
        raise value
    return value


@pytest.mark.parametrize("place", [0, 1, PLACE, MANY - 1])
@pytest.mark.parametrize("error", [LookupError("no"), IndexError("pop"), SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_results_up_to_an_error_come_and_then_the_error(pool: Any, place: int, error: BaseException) -> None:
    inputs: list[Any] = [*range(MANY)]
    inputs[place] = error
    results, found = until_it_fails(pool, raise_if_error, inputs)
    assert results == list(range(place))
    assert (type(found), found.args) == (type(error), error.args)
    assert pool.submit(same, 1).result(PATIENCE_S) == 1


@on_threads
def test_an_error_of_a_thread_is_the_very_object(pool: Any) -> None:
    error = LookupError("no")
    assert until_it_fails(pool, raise_if_error, [1, error])[1] is error


def test_a_call_that_raises_stop_iteration_does_not_end_the_map(pool: Any) -> None:
    results, error = until_it_fails(pool, raise_if_error, with_one(StopIteration()))
    assert results == list(range(PLACE))
    assert type(error) is RuntimeError  # as from every generator
    assert type(error.__cause__) is StopIteration


@pytest.mark.parametrize("function", [itemgetter(2), len], ids=repr)
def test_functions_in_c_are_called_like_others(pool: Any, function: Callable[..., Any]) -> None:
    inputs = [[1, 2, 3]] * MANY
    assert list(pool.map(function, inputs)) == [3] * MANY


def result_of(number: int) -> object:
    return calls.lock() if number == PLACE else number


def bad_result_of(number: int) -> object:
    return calls.bad_on_arrival() if number == PLACE else number


@on_processes
@pytest.mark.parametrize(
    ("function", "inputs", "expected"),
    [
        (same, with_one(calls.lock()), CallPicklingError),
        (same, with_one(calls.BadOnArrival()), CallUnpicklingError),
        (result_of, range(MANY), CallPicklingError),
        (bad_result_of, range(MANY), CallUnpicklingError),
    ],
    ids=["argument leaves", "argument arrives", "result leaves", "result arrives"],
)
def test_what_cannot_travel_costs_its_own_call(
    pool: Any, function: Callable[..., Any], inputs: Any, expected: type[Exception]
) -> None:
    results, error = until_it_fails(pool, function, inputs)
    assert results == list(range(PLACE))
    assert type(error) is expected
    assert list(pool.map(same, range(MANY))) == list(range(MANY))


def die_at_place(number: int) -> int:
    return os._exit(3) if number == PLACE else number


@on_processes
def test_a_death_breaks_the_pool_for_the_rest_of_a_map(pool: Any) -> None:
    results, error = until_it_fails(pool, die_at_place, range(MANY))
    assert results == list(range(len(results)))
    assert len(results) <= PLACE
    assert type(error) is BrokenProcessPool
    assert "exited with code 3" in str(error)


@on_processes
def test_a_death_costs_one_call_of_a_map_where_workers_are_replaced(make_pool: MakePool, marks: Marks) -> None:
    results: list[int] = []
    pool = make_pool(2, replace_workers=True)
    with pytest.raises(WorkerDiedError, match="exited with code 3 while it ran"):
        results.extend(pool.map(mark_or_die, [marks.path] * 100, range(100), timeout=PATIENCE_S))
    assert results == [*range(50)]
    assert list(pool.map(same, range(3))) == [0, 1, 2]


def mark_or_die(path: str, number: int) -> int:
    return os._exit(3) if number == 50 else mark(path, number)


# Batches


@on_processes
def test_inputs_and_results_travel_together(pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = count_messages(monkeypatch)
    assert list(pool.map(same, range(MANY))) == list(range(MANY))
    assert len(messages) < MANY / 2


def add_to(numbers: list[int], number: int) -> list[int]:
    numbers.append(number)
    return numbers


kept: list[int] = []


def keep(number: int) -> list[int]:
    kept.append(number)
    return kept


@on_processes
def test_calls_share_no_argument_and_no_result(make_pool: MakePool) -> None:
    pool, shared = make_pool(1), [0]
    assert list(pool.map(add_to, [shared] * MANY, range(MANY))) == [[0, number] for number in range(MANY)]
    assert [len(found) for found in pool.map(keep, range(MANY))] == list(range(1, MANY + 1))


def stand_at_place(number: int, gate: Address, path: str) -> int:
    if number == PLACE:
        stand_at(gate)
    return mark(path, number)


def test_a_long_call_delays_neither_the_results_before_it_nor_other_calls(
    pool: Any, make_gate: MakeGate, marks: Marks
) -> None:
    gate, numbers = make_gate(), range(MANY)
    results = pool.map(stand_at_place, numbers, [gate.address] * MANY, [marks.path] * MANY, timeout=PATIENCE_S)
    assert [next(results) for _ in range(PLACE)] == list(range(PLACE))
    gate.wait_for(1)
    until(lambda: len(marks.in_order) == MANY - 1)  # all the others have run meanwhile
    gate.open()
    assert list(results) == list(range(PLACE, MANY))
    assert list(marks) == list(numbers)


# Inputs that are still being made


def test_calls_begin_while_inputs_are_still_being_made(make_pool: MakePool, make_gate: MakeGate) -> None:
    """The generator waits until every worker has begun a call, and again when all of them are idle."""
    pool = make_pool(3)

    def inputs() -> Iterator[Address]:
        for _ in range(3):
            meeting = make_gate(opens_at=3)
            for _ in range(3):
                yield meeting.address
            meeting.wait_for(3)
            until(lambda: pool.statistics().idle == 3)

    assert list(pool.map(stand_at, inputs())) == [None] * 9


def test_inputs_are_taken_in_the_thread_that_called_map(make_pool: MakePool) -> None:
    found = list(make_pool().map(same, (threading.get_ident() for _ in range(MANY))))
    assert {*found} == {threading.get_ident()}


def test_if_inputs_cannot_be_made_the_calls_that_have_not_begun_are_not_made(
    make_pool: MakePool, make_gate: MakeGate, marks: Marks
) -> None:
    gate, pool = make_gate(), make_pool(1)

    def inputs() -> Iterator[int]:
        yield 0
        gate.wait_for(1)
        yield from range(1, 10)
        raise LookupError("no more inputs")

    with pytest.raises(LookupError, match="no more inputs"):
        pool.map(stand_and_mark, inputs(), [gate.address] * MANY, [marks.path] * MANY)
    gate.open()
    pool.shutdown()
    assert marks.in_order == [0]


def stand_and_mark(number: int, gate: Address, path: str) -> int:
    stand_at(gate)
    return mark(path, number)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 999, 1000, 1001, 5000])
def test_any_number_of_inputs_from_a_list_or_a_generator(make_pool: MakePool, count: int) -> None:
    pool, numbers = make_pool(), list(range(count))
    expected = list(map(max, numbers, [7] * count))
    assert list(pool.map(max, numbers, [7] * count)) == expected
    assert list(pool.map(max, iter(numbers), (7 for _ in range(count + 1)))) == expected


# Ends


def stand_unless_first(number: int, gate: Address, path: str) -> int:
    if number:
        stand_at(gate)
    return mark(path, number)


@pytest.mark.parametrize("end", ["close", "drop", "error"])
def test_a_map_that_ends_early_makes_no_more_calls(pool: Any, make_gate: MakeGate, marks: Marks, end: str) -> None:
    gate = make_gate()
    results = pool.map(stand_unless_first, range(MANY), [gate.address] * MANY, [marks.path] * MANY, timeout=0.5)
    assert next(results) == 0
    gate.wait_for(2)
    until(lambda: pool.statistics().queued == MANY - 3)  # what travelled with the two has come back
    if end == "close":
        results.close()
    elif end == "error":
        with pytest.raises(TimeoutError):
            next(results)
    del results
    gate.open()
    pool.shutdown()
    assert len({*marks}) == len(marks.in_order) == 3


def test_a_map_whose_results_are_not_taken_still_runs(pool: Any, marks: Marks) -> None:
    pool.map(mark, [marks.path] * MANY, range(MANY))
    pool.shutdown()
    assert list(marks) == list(range(MANY))


@pytest.mark.parametrize("made", [list, iter])
def test_a_shutdown_that_cancels_ends_a_map_where_it_is(
    make_pool: MakePool, make_gate: MakeGate, marks: Marks, made: Callable[..., Any]
) -> None:
    gate, pool = make_gate(), make_pool(2)
    results = pool.map(stand_and_mark, made(range(MANY)), [gate.address] * MANY, [marks.path] * MANY)
    gate.wait_for(2)
    pool.shutdown(wait=False, cancel_futures=True)
    gate.open()
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(CancelledError):
        next(results)
    pool.shutdown()
    assert list(marks) == [0, 1]


@on_processes
@pytest.mark.parametrize("way", ["terminate_workers", "kill_workers"])
def test_a_map_ends_when_the_workers_are_ended(pool: Any, make_gate: MakeGate, way: str) -> None:
    gate = make_gate()
    results = pool.map(stand_at, [gate.address] * 10)
    gate.wait_for(2)
    getattr(pool, way)()
    with pytest.raises(BrokenProcessPool):
        next(results)


def test_a_map_is_refused_after_shutdown(make_pool: MakePool) -> None:
    pool = make_pool()
    pool.shutdown()
    for inputs in ([1], iter([1])):
        with pytest.raises(RuntimeError, match="cannot schedule new futures after shutdown"):
            pool.map(same, inputs)


def worker_at(number: int, gate: Address) -> tuple[int, int]:
    if number >= 1000:
        stand_at(gate)
    return calls.worker()


def test_a_pool_that_shrinks_makes_the_rest_with_fewer_workers(pool: Any, make_gate: MakeGate) -> None:
    """One worker makes the call that it has begun, and no other."""
    gate = make_gate()
    results = pool.map(worker_at, range(1100), [gate.address] * 1100, timeout=PATIENCE_S)
    gate.wait_for(2)
    until(lambda: pool.statistics().queued == 98)  # all others are in the queue, or have come back to it
    pool.resize(1)
    gate.open()
    assert sorted(Counter([*results][1000:]).values()) == [1, 99]


def test_a_pool_that_grows_makes_the_rest_with_more_workers(make_pool: MakePool, make_gate: MakeGate) -> None:
    meeting, pool = make_gate(opens_at=3), make_pool(1)
    results = pool.map(stand_at, [meeting.address] * 10, timeout=PATIENCE_S)
    meeting.wait_for(1)
    pool.resize(3)
    assert list(results) == [None] * 10


# What is kept


class Sample:
    """An input or an error that may be large."""


class SampleError(Exception):
    pass


def stand_after_first(gate: Address, sample: Sample | None) -> Sample | None:
    if sample is not None:
        stand_at(gate)
    return sample


@pytest.mark.usefixtures("without_collector")
def test_closing_a_map_frees_the_inputs_that_no_worker_has(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    samples = [None, *(Sample() for _ in range(20))]
    seen = [weakref.ref(sample) for sample in samples[2:] if sample is not None]
    results = pool.map(stand_after_first, [gate.address] * 21, samples, timeout=PATIENCE_S)
    del samples
    assert next(results) is None
    gate.wait_for(1)
    results.close()
    until(lambda: all(ref() is None for ref in seen))
    gate.open()


@on_threads
@frees_at_once
@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("taken", [0, 1, 2])
def test_results_and_errors_go_with_the_map(make_pool: MakePool, taken: int) -> None:
    """Also the errors of which the program does not hear."""
    pool, seen = make_pool(1), list[weakref.ref[Any]]()

    def watched(sample: Any) -> Any:
        seen.append(weakref.ref(sample))
        return sample

    def sample_or_error(number: int) -> Any:
        if number % 2:
            raise watched(SampleError())
        return watched(Sample())

    results = pool.map(sample_or_error, range(10), timeout=PATIENCE_S)
    until(lambda: len(seen) == 10)
    for _ in range(taken):
        with suppress(SampleError):
            next(results)
    assert taken == 0 or seen[0]() is None  # the iterator keeps nothing that it has given away
    del results
    until(lambda: all(ref() is None for ref in seen))


@frees_at_once
@pytest.mark.usefixtures("without_collector")
def test_an_error_that_is_kept_keeps_no_result(make_pool: MakePool) -> None:
    pool = make_pool(1)
    results = pool.map(raise_or_sample, [True, False, False])
    until(lambda: pool.statistics().idle == 1)
    kept_error = None
    try:
        next(results)
    except SampleError as error:
        kept_error = error
    del results
    pool.shutdown()
    assert kept_error is not None
    assert not any(isinstance(each, Sample) for each in gc.get_objects())


def raise_or_sample(fails: bool) -> Sample:
    if fails:
        raise SampleError
    return Sample()


# Others who take part


def test_observers_are_told_of_each_call(make_pool: MakePool, log: Log) -> None:
    pool = make_pool(2, observer=log)
    assert list(pool.map(same, range(5))) == list(range(5))
    assert sorted({event.call for event in log.events if event.call is not None}) == list(range(5))


def test_what_a_subclass_does_in_submit_is_done_for_a_map_too() -> None:
    seen = []

    class Counting(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            seen.append(args)
            return super().submit(fn, *args, **kwargs)

    with Counting(1) as pool:
        assert list(pool.map(same, range(3))) == [0, 1, 2]
    assert seen == [(0,), (1,), (2,)]


def test_many_maps_at_once_have_their_own_results(make_pool: MakePool) -> None:
    pool = make_pool(2)
    maps = [pool.map(calls.add, range(500), [1000 * number] * 500) for number in range(5)]
    submitted = [pool.submit(calls.add, number) for number in range(500)]
    for number, results in reversed([*enumerate(maps)]):
        assert list(results) == [1000 * number + each for each in range(500)]
    assert [future.result(PATIENCE_S) for future in submitted] == list(range(500))
