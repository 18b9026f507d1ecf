"""Short calls travel to a process in batches, of any functions. Each call is as if it had travelled alone."""

import _thread
import concurrent.futures
import functools
import itertools
import multiprocessing
import os
import sys
import threading
import time
import types
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import pool_lab
from pool_lab import (
    BrokenProcessPool,
    CallPicklingError,
    CallUnpicklingError,
    EventKind,
    Future,
    ProcessPoolExecutor,
    WorkerDiedError,
)
from pool_lab.processes import batch
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, Gate, knock, stand_at
from tests.contract.kinds import START_METHODS, frees_at_once
from tests.library.bursts import (
    Marks,
    allow_long_batches,
    count_messages,
    mark,
    mark_and_die,
    queue_up,
    stand_or_mark,
    warm_up,
)
from tests.library.watching import Log, MakeGate, MakePool, until

COUNT = 60
LIBRARY = str(Path(pool_lab.__file__).parent)


@pytest.fixture
def kind() -> str:
    return "forkserver" if "forkserver" in START_METHODS else "spawn"


@pytest.fixture(autouse=True)
def _long_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    allow_long_batches(monkeypatch)


@pytest.fixture
def pool(make_pool: MakePool) -> Any:
    """One process, so that nothing but batches can bring calls out of order."""
    pool = make_pool(1)
    warm_up(pool)
    return pool


def results(futures: list[Future[Any]]) -> list[Any]:
    return [future.result(PATIENCE_S) for future in futures]


# What travels together


def add_to(numbers: list[int], number: int) -> list[int]:
    numbers.append(number)
    return numbers


def length(text: str, *, plus: int = 0) -> int:
    return len(text) + plus


kept: list[int] = []


def keep(number: int) -> list[int]:
    kept.append(number)
    return kept


def mixed(submit: Callable[..., Any]) -> Iterator[Any]:
    """The futures of calls of many functions, in turn."""
    shared = [0]
    for number in range(COUNT):
        yield submit(calls.add, number)
        yield submit(calls.add, number, **({"second": 1000} if number % 3 else {}))
        yield submit(abs, -number)
        yield submit(str.upper, "a" * number)
        yield submit(add_to, shared, number)
        yield submit(length, "x" * 100 * number, plus=number)
        yield submit(max, [number, 3], key=abs)
        yield submit(keep, number)
        yield submit(complex, number, 1)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("method", START_METHODS)
def test_batches_give_the_results_that_calls_have_one_by_one(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments that are one object here are not one there, and what is returned does not change any more."""
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(1, context) as standard:
        expected = [future.result(PATIENCE_S) for future in mixed(standard.submit)]
    with ProcessPoolExecutor(1, context) as pool:
        warm_up(pool)
        messages = count_messages(monkeypatch)
        assert results([*mixed(pool.submit)]) == expected
    assert len(messages) < len(expected) / 2


def test_a_batch_mixes_functions(pool: Any, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up(pool, abs)
    warm_up(pool, bool)
    messages = count_messages(monkeypatch)
    plan = [(function, number) for number in range(1, COUNT) for function in (calls.add, abs, bool)]
    assert results(queue_up(pool, make_gate(), 1, plan)) == [function(number) for function, number in plan]
    assert len(messages) < 30


def test_a_function_by_value_travels_once_with_its_batch(
    pool: Any, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballast = os.urandom(10_000)

    def digest(number: int) -> int:
        return number + len(ballast)

    warm_up(pool, digest)
    messages = count_messages(monkeypatch)
    plan = [((digest, calls.add)[number % 2], number) for number in range(COUNT)]
    assert results(queue_up(pool, make_gate(), 1, plan)) == [function(number) for function, number in plan]
    assert sum(messages) < COUNT / 2 * 10_000


def test_two_calls_of_a_batch_share_no_argument(pool: Any, make_gate: MakeGate) -> None:
    warm_up(pool, add_to, [], 1)
    shared: list[int] = []
    plan = [(add_to, shared, number) for number in range(COUNT)]
    assert results(queue_up(pool, make_gate(), 1, plan)) == [[number] for number in range(COUNT)]
    assert shared == []


def test_a_result_is_what_it_was_when_the_call_returned(pool: Any, make_gate: MakeGate) -> None:
    """The calls return the same list, and each changes it."""
    first = warm(pool, keep)
    found = results(queue_up(pool, make_gate(), 1, [(keep, number) for number in range(COUNT)]))
    assert found == [[*first, *range(number + 1)] for number in range(COUNT)]


def warm(pool: Any, function: Callable[[int], Any]) -> Any:
    """The result of a first call, after which the pool knows how long the function takes."""
    return pool.submit(function, -1).result(PATIENCE_S)


def test_large_calls_and_results_among_small_ones_get_through(pool: Any, make_gate: MakeGate) -> None:
    """What a pipe holds is no limit, in either direction."""
    warm_up(pool, bytes.swapcase, b"x")
    sizes = [3_000_000 if number % 5 == 4 else 300_000 if number % 5 == 2 else 1 for number in range(COUNT)]
    futures = queue_up(pool, make_gate(), 1, [(bytes.swapcase, b"x" * size) for size in sizes])
    assert all(found == b"X" * size for found, size in zip(results(futures), sizes, strict=True))


# What goes wrong with one of them


class Unpicklable:
    """Cannot be pickled, or cannot be unpickled."""

    def __init__(self, *, leaves: bool) -> None:
        self.leaves = leaves

    def __reduce__(self) -> tuple[Any, ...]:
        if self.leaves:
            return calls.BadOnArrival().__reduce__()
        raise TypeError("does not leave")


def test_each_call_of_a_batch_has_its_own_fault(pool: Any, make_gate: MakeGate, marks: Marks) -> None:
    faults: dict[int, tuple[tuple[Any, ...], type[BaseException]]] = {
        3: ((calls.add, Unpicklable(leaves=False)), CallPicklingError),
        7: ((calls.add, Unpicklable(leaves=True)), CallUnpicklingError),
        8: ((calls.fail, LookupError("no")), LookupError),
        11: ((calls.lock,), CallPicklingError),
        15: ((calls.bad_on_arrival,), CallUnpicklingError),
        20: ((calls.raise_two_argument_error,), CallUnpicklingError),
        21: ((calls.raise_cannot_leave,), CallPicklingError),
        24: ((calls.fail, SystemExit(1)), SystemExit),
        25: ((calls.fail, KeyboardInterrupt()), KeyboardInterrupt),
        28: ((Unpicklable(leaves=False),), CallPicklingError),
    }
    warm_up(pool, mark, marks.path, 0)
    for submission, expected in faults.values():  # so that the pool knows how long these take
        assert type(pool.submit(*submission).exception(PATIENCE_S)) is expected
    marks.clear()
    plan = [faults[number][0] if number in faults else (mark, marks.path, number) for number in range(COUNT)]
    futures = queue_up(pool, make_gate(), 1, plan)
    found = {number: error for number, future in enumerate(futures) if (error := future.exception(PATIENCE_S))}
    assert {number: type(error) for number, error in found.items()} == {
        number: error for number, (_, error) in faults.items()
    }
    assert marks.in_order == [number for number in range(COUNT) if number not in faults]


class WithoutHash(type):
    """Its classes cannot be hashed, as it compares them."""

    def __eq__(cls, other: object) -> bool:
        return cls is other

    __hash__ = None  # type: ignore[assignment]


class Odd(metaclass=WithoutHash):
    """A value or a function."""

    def __call__(self, _: object = None) -> None: ...


def odd(_: object = None) -> Odd:
    return Odd()


@pytest.mark.parametrize("options", [{}, {"replace_workers": True}])
@pytest.mark.parametrize(
    "submission",
    [(calls.add, Odd()), (calls.add, 1, Odd()), (Odd(),), (functools.partial(Odd(), 1),), (odd,)],
    ids=["argument", "beside another", "function", "in a partial", "result"],
)
def test_a_type_without_hash_costs_its_own_call(
    make_pool: MakePool, make_gate: MakeGate, submission: tuple[Any, ...], options: dict[str, Any]
) -> None:
    pool = make_pool(1, **options)
    warm_up(pool)
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    assert isinstance(pool.submit(*submission).exception(PATIENCE_S), (TypeError, CallPicklingError))
    plan = [submission if number == 7 else (calls.add, number) for number in range(COUNT)]
    futures = queue_up(pool, make_gate(), 1, plan)
    assert isinstance(futures.pop(7).exception(PATIENCE_S), (TypeError, CallPicklingError))
    assert results(futures) == [number for number in range(COUNT) if number != 7]
    assert pool.submit(calls.worker).result(PATIENCE_S)[0] == process


@pytest.mark.parametrize(("function", "inputs"), [(str, [1, Odd(), 3]), (Odd(), [1, 2]), (odd, [1, 2])])
def test_a_type_without_hash_costs_a_map_its_own_call(pool: Any, function: Callable[..., Any], inputs: Any) -> None:
    with pytest.raises((TypeError, CallPicklingError)):
        list(pool.map(function, inputs, timeout=PATIENCE_S))
    assert list(pool.map(calls.add, range(COUNT), timeout=PATIENCE_S)) == [*range(COUNT)]


def interrupt_between_calls() -> None:
    """In this process, from now on: wherever Python looks for signals in the library, it interrupts itself."""

    def interrupt(frame: types.FrameType, event: str, _: object) -> None:
        if event in ("call", "c_return") and frame.f_code.co_filename.startswith(LIBRARY):
            _thread.interrupt_main()

    sys.setprofile(interrupt)


def test_an_interrupt_that_comes_between_two_calls_costs_none(pool: Any, make_gate: MakeGate) -> None:
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    plan = [(interrupt_between_calls,), *((calls.add, number) for number in range(COUNT))]
    assert results(queue_up(pool, make_gate(), 1, plan)) == [None, *range(COUNT)]
    assert list(pool.map(calls.add, range(COUNT), timeout=PATIENCE_S)) == [*range(COUNT)]
    assert pool.submit(calls.worker).result(PATIENCE_S)[0] == process


def interrupt_soon(number: int) -> int:
    """When another thread's turn comes: in this call, in a later one, or between two. With 0: never."""
    if number:
        _thread.start_new_thread(_thread.interrupt_main, ())
    return number


def test_interrupts_that_come_at_any_moment_cost_a_call_each_at_most(make_pool: MakePool, make_gate: MakeGate) -> None:
    pool = make_pool(1, initializer=sys.setswitchinterval, initargs=(1e-6,))
    warm_up(pool, interrupt_soon, 0)
    process, _ = pool.submit(calls.worker).result(PATIENCE_S)
    futures = queue_up(pool, make_gate(), 1, [(interrupt_soon, number) for number in range(1, 20 * COUNT)])
    assert {type(future.exception(PATIENCE_S)) for future in futures} <= {KeyboardInterrupt, type(None)}
    assert all(future.exception() or future.result() == number for number, future in enumerate(futures, 1))
    until(lambda: (last := pool.submit(calls.worker)).exception(PATIENCE_S) is None and last.result()[0] == process)


def test_a_function_that_the_process_does_not_have_costs_its_own_calls(
    pool: Any, make_gate: MakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole request is unreadable then. The pool takes it for a short function: its code is one that it knows."""
    here = types.FunctionType(calls.add.__code__, vars(calls), "only_here", calls.add.__defaults__)
    here.__qualname__ = "only_here"
    monkeypatch.setattr(calls, "only_here", here, raising=False)
    plan = [(here if number % 7 == 3 else calls.add, number) for number in range(COUNT)]
    futures = queue_up(pool, make_gate(), 1, plan)
    errors = [future.exception(PATIENCE_S) for future in futures]
    assert [type(error) for error in errors if error is not None] == [CallUnpicklingError] * 9
    assert errors[3] is not None
    assert "only_here" in f"{errors[3]} {errors[3].__cause__}"
    assert [future.result() for future in futures if future.exception() is None] == [
        number for number in range(COUNT) if number % 7 != 3
    ]


@pytest.mark.parametrize("place", [0, 1, 20, 40])
def test_a_death_breaks_the_pool_for_all_that_have_no_outcome_yet(
    pool: Any, make_gate: MakeGate, marks: Marks, place: int
) -> None:
    warm_up(pool, stand_or_mark, None, marks.path, 0)
    marks.clear()
    plan: list[tuple[Any, ...]] = [(stand_or_mark, None, marks.path, number) for number in range(COUNT)]
    plan[place] = (mark_and_die, marks.path, place)
    futures = queue_up(pool, make_gate(), 1, plan)
    errors = [future.exception(PATIENCE_S) for future in futures]
    assert {type(error) for error in errors[place:]} == {BrokenProcessPool}
    assert {type(error) for error in errors[:place]} <= {BrokenProcessPool, type(None)}
    assert "exited with code 3" in str(errors[place])
    assert len({id(error) for error in errors if error is not None}) == sum(error is not None for error in errors)
    assert marks.in_order == [*range(place + 1)]


@pytest.mark.parametrize("place", [0, 1, 5, COUNT - 1])
def test_a_death_costs_one_call_where_workers_are_replaced(
    make_pool: MakePool, make_gate: MakeGate, marks: Marks, place: int
) -> None:
    pool = make_pool(2, replace_workers=True)
    warm_up(pool)
    plan: list[tuple[Any, ...]] = [(mark, marks.path, number) for number in range(COUNT)]
    plan[place] = (mark_and_die, marks.path, place)
    futures = queue_up(pool, make_gate(), 2, plan)
    errors = [future.exception(PATIENCE_S) for future in futures]
    assert [type(error) for error in errors if error is not None] == [WorkerDiedError]
    assert "exited with code 3 while it ran call" in str(errors[place])
    assert "mark_and_die" in str(errors[place])
    assert list(marks) == list(range(COUNT))


# A call takes long after all


def stop_in_batch(pool: Any, gate: Gate, door: Gate, marks: Marks, *, place: int = 10) -> list[Future[Any]]:
    """The futures of calls of one batch: the one at this place stands at the gate, those before it are done."""
    warm_up(pool, stand_or_mark, None, marks.path, 0)
    marks.clear()
    plan: list[tuple[Any, ...]] = [(stand_or_mark, None, marks.path, number) for number in range(COUNT)]
    plan[place] = (stand_or_mark, gate.address, marks.path, place)
    futures = queue_up(pool, door, 1, plan)
    gate.wait_for(1)
    return futures


@pytest.mark.parametrize("place", [1, 10, COUNT // 2 - 1, COUNT // 2])
def test_results_do_not_wait_for_a_long_call_behind_them(
    pool: Any, make_gate: MakeGate, marks: Marks, place: int
) -> None:
    """Half of the queue is a batch: the long call is somewhere in it, or its last, or the first of the next."""
    gate = make_gate()
    futures = stop_in_batch(pool, gate, make_gate(), marks, place=place)
    assert results(futures[:place]) == [*range(place)]
    assert futures[place].running()
    assert not futures[place].cancel()
    gate.open()
    assert results(futures) == [*range(COUNT)]


def test_calls_behind_a_long_one_are_given_back_and_can_be_cancelled(
    pool: Any, make_gate: MakeGate, marks: Marks
) -> None:
    gate = make_gate()
    futures = stop_in_batch(pool, gate, make_gate(), marks)
    until(lambda: pool.statistics().queued == COUNT - 11)
    assert not any(future.running() or future.done() for future in futures[11:])
    assert [future.cancel() for future in futures[11::2]] == [True] * 25
    gate.open()
    assert results(futures[12::2]) == [*range(12, COUNT, 2)]
    pool.shutdown()
    assert marks.in_order == [*range(11), *range(12, COUNT, 2)]


def test_calls_behind_a_long_one_stay_while_replies_wait_for_a_busy_main_thread(
    pool: Any, make_gate: MakeGate, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process would be idle if they came back. Results do not wait, all the same."""
    for _ in range(5):
        pool._settings.paces.note_delay(PATIENCE_S)
    monkeypatch.setattr(batch, "LONGEST_S", 1000.0)
    monkeypatch.setattr(pool._settings.paces, "note_delay", lambda seconds: None)
    warm_up(pool, stand_or_mark, None, marks.path, 0)
    gate = make_gate()
    plan = [(calls.add, 1), (stand_or_mark, gate.address, marks.path, 1), *[(calls.add, 2)] * 9]
    short, long, *behind = queue_up(pool, make_gate(), 1, plan)
    assert short.result(PATIENCE_S) == 1
    gate.wait_for(1)
    assert behind[0].running()
    assert not behind[0].cancel()
    gate.open()
    assert long.result(PATIENCE_S) == 1
    assert [call.result(PATIENCE_S) for call in behind] == [2] * 9


def test_calls_that_are_given_back_keep_their_places(pool: Any, make_gate: MakeGate, marks: Marks) -> None:
    gate = make_gate()
    futures = stop_in_batch(pool, gate, make_gate(), marks)
    until(lambda: pool.statistics().queued == COUNT - 11)
    gate.open()
    assert results(futures) == [*range(COUNT)]
    assert marks.in_order == [*range(COUNT)]


def test_calls_that_are_given_back_run_in_other_workers(pool: Any, make_gate: MakeGate, marks: Marks) -> None:
    gate = make_gate()
    futures = stop_in_batch(pool, gate, make_gate(), marks)
    pool.resize(2)
    late = futures.pop(10)
    assert results(futures) == [number for number in range(COUNT) if number != 10]
    assert not late.done()
    gate.open()
    assert late.result(PATIENCE_S) == 10
    assert list(marks) == [*range(COUNT)]


def test_as_many_calls_as_workers_meet_in_what_was_one_batch(make_pool: MakePool, make_gate: MakeGate) -> None:
    """Right after thousands of short calls of the very same function."""
    pool, gate, gone = make_pool(3), make_gate(opens_at=3), make_gate()
    gone.open()
    warm_up(pool, calls.stand_or_fail, gone.address, None)
    futures = queue_up(pool, make_gate(), 3, [(calls.stand_or_fail, gate.address, None)] * 3)
    assert results(futures) == [None] * 3
    gate.wait_for(3)


def test_a_burst_costs_no_call_that_meets_others(make_pool: MakePool, make_gate: MakeGate) -> None:
    pool, gate = make_pool(2), make_gate(opens_at=2)
    warm_up(pool)
    short = [pool.submit(calls.add, number) for number in range(5000)]
    assert results([pool.submit(stand_at, gate.address, "met") for _ in range(2)]) == ["met"] * 2
    assert results(short) == [*range(5000)]


@pytest.mark.parametrize("cancel", [False, True])
def test_a_shutdown_reaches_calls_that_were_given_back(
    pool: Any, make_gate: MakeGate, marks: Marks, *, cancel: bool
) -> None:
    gate = make_gate()
    futures = stop_in_batch(pool, gate, make_gate(), marks)
    pool.shutdown(wait=False, cancel_futures=cancel)
    gate.open()
    pool.shutdown()
    if cancel:
        assert all(future.cancelled() for future in futures[11 + 20 :])  # these were in no batch
        assert all(future.cancelled() or future.done() for future in futures)
        assert marks.in_order == [number for number, future in enumerate(futures) if not future.cancelled()]
    else:
        assert results(futures) == [*range(COUNT)]


@pytest.mark.parametrize("way", ["terminate_workers", "kill_workers"])
def test_calls_that_were_given_back_are_cancelled_when_the_workers_are_ended(
    pool: Any, make_gate: MakeGate, marks: Marks, way: str
) -> None:
    futures = stop_in_batch(pool, make_gate(), make_gate(), marks)
    until(lambda: pool.statistics().queued == COUNT - 11)
    getattr(pool, way)()
    assert type(futures[10].exception(PATIENCE_S)) is BrokenProcessPool
    assert all(future.cancelled() for future in futures[11:])
    pool.shutdown()
    assert marks.in_order == [*range(10)]


# Observers


def now() -> float:
    return time.perf_counter()


def test_observers_get_the_times_of_each_call(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    """Each call looks at the clock itself."""
    pool = make_pool(1, observer=log)
    for function in (time.perf_counter, now):
        warm_up_alone(pool, function)
    plan: list[tuple[Any, ...]] = [(time.perf_counter,), (now,)] * COUNT
    moments = results(queue_up(pool, make_gate(), 1, plan))
    ends = sorted(log.only(EventKind.FINISHED), key=lambda event: event.call or 0)[-2 * COUNT :]
    for moment, event in zip(moments, ends, strict=True):
        assert event.began is not None
        assert event.ended is not None
        assert event.cpu_s is not None
        assert event.began <= moment <= event.ended <= event.time
        assert event.cpu_s >= 0
    for earlier, later in itertools.pairwise(ends):
        assert earlier.ended <= later.began  # type: ignore[operator]  # not None, as was seen above


def warm_up_alone(pool: Any, function: Callable[[], object]) -> None:
    for _ in range(10):
        pool.submit(function).result(PATIENCE_S)


def spin(cpu_s: float) -> None:
    until_s = time.thread_time() + cpu_s
    while time.thread_time() < until_s:
        pass


def test_observers_get_the_work_of_each_call(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    pool = make_pool(1, observer=log)
    pool.submit(spin, 0.0).result(PATIENCE_S)
    plan = [(spin, 0.0005 * (number % 2)) for number in range(20)]
    results(queue_up(pool, make_gate(), 1, plan))
    ends = sorted(log.only(EventKind.FINISHED), key=lambda event: event.call or 0)[-20:]
    assert all(event.cpu_s is not None and event.cpu_s >= 0.0005 for event in ends[1::2])


def test_a_call_that_was_given_back_starts_again(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    """Its story has another start, and one end."""
    pool, gate, marks = make_pool(1, observer=log), make_gate(), make_gate()
    marks.open()
    warm_up_alone(pool, lambda: None)
    pool.submit(stand_at, marks.address).result(PATIENCE_S)
    addresses = [marks.address] * 40
    addresses[3] = gate.address
    futures = queue_up(pool, make_gate(), 1, [(stand_at, address) for address in addresses])
    gate.wait_for(1)
    until(lambda: pool.statistics().queued == 36)
    gate.open()
    results(futures)
    pool.shutdown()
    numbers = [event.call for event in log.only(EventKind.SUBMITTED) if event.call is not None][-40:]
    starts = [log.of(number).count(EventKind.STARTED) for number in numbers]
    assert min(starts) == 1
    assert max(starts[4:]) > 1
    for number, count in zip(numbers, starts, strict=True):
        assert log.of(number) == [EventKind.SUBMITTED, *[EventKind.STARTED] * count, EventKind.FINISHED]


def test_an_observer_added_in_the_middle_of_a_batch_is_told_of_every_end(
    pool: Any, make_gate: MakeGate, marks: Marks, log: Log
) -> None:
    gate = make_gate()
    futures = stop_in_batch(pool, gate, make_gate(), marks)
    results(futures[:10])
    pool.add_observer(log)
    gate.open()
    results(futures)
    pool.shutdown()
    finished = [event.call for event in log.only(EventKind.FINISHED)]
    assert len(finished) == len(set(finished)) == COUNT - 10


# What is kept


class Sample:
    """An argument or a function that may be large."""

    def __call__(self, address: Address) -> None:
        knock_when_gone(self, address)


def knock_when_gone(sample: Sample, address: Address) -> None:
    """From another thread, while the process waits for its next request."""
    seen = weakref.ref(sample)

    def look() -> None:
        until(lambda: seen() is None)
        knock(address)

    threading.Thread(target=look).start()


@pytest.mark.parametrize("is_observed", [False, True])
def test_a_process_keeps_nothing_of_a_call_while_it_waits(
    make_pool: MakePool, make_gate: MakeGate, *, is_observed: bool
) -> None:
    pool, gone = make_pool(1, observer=Log() if is_observed else None), make_gate()
    warm_up(pool)
    plan: list[tuple[Any, ...]] = [*[(calls.add, 1)] * 40, (knock_when_gone, Sample(), gone.address)]
    results(queue_up(pool, make_gate(), 1, plan))
    gone.wait_for(1)
    results(queue_up(pool, make_gate(), 1, plan))  # in a batch now
    gone.wait_for(2)
    pool.submit(Sample(), gone.address).result(PATIENCE_S)
    gone.wait_for(3)


@frees_at_once
def test_a_process_keeps_no_message_while_it_waits(pool: Any) -> None:
    large = 60_000_000
    process = psutil.Process(pool.submit(os.getpid).result(PATIENCE_S))
    before = process.memory_info().rss
    assert pool.submit(len, b"x" * large).result(PATIENCE_S) == large
    until(lambda: process.memory_info().rss < before + large / 2)


class Argument:
    """Can be sent, and watched here."""


@frees_at_once
@pytest.mark.usefixtures("without_collector")
def test_a_pool_keeps_neither_arguments_nor_results_of_a_batch(pool: Any, make_gate: MakeGate) -> None:
    warm_up(pool, same, None)
    arguments = [Argument() for _ in range(COUNT)]
    seen = [weakref.ref(argument) for argument in arguments]
    futures = queue_up(pool, make_gate(), 1, [(same, argument) for argument in arguments])
    del arguments
    seen += [weakref.ref(result) for result in results(futures)]
    until(lambda: all(ref() is None for ref in seen[:COUNT]))  # the futures are still here
    del futures
    until(lambda: all(ref() is None for ref in seen))


def same(value: object) -> object:
    return value
