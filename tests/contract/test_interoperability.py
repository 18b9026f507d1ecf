"""Ours and theirs together: standard futures and ours mixed, standard functions on ours, asyncio, error classes."""

import asyncio
import concurrent.futures
import importlib
import threading
from concurrent.futures import Executor, Future
from types import ModuleType
from typing import Any

import pytest

from tests.contract.calls import add, fail, thread_name
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import STANDARD, MakeGate, MakePool, beyond_standard, on_threads

NAMES = [
    "ALL_COMPLETED",
    "FIRST_COMPLETED",
    "FIRST_EXCEPTION",
    "BrokenExecutor",
    "CancelledError",
    "Executor",
    "Future",
    "InvalidStateError",
    "ProcessPoolExecutor",
    "ThreadPoolExecutor",
    "TimeoutError",
    "as_completed",
    "wait",
]
ERRORS = ["BrokenExecutor", "CancelledError", "InvalidStateError", "TimeoutError"]


@pytest.fixture
def mixed() -> list[Future[int]]:
    """A standard future and one of ours, twice."""
    pool_lab = importlib.import_module("pool_lab")
    return [Future(), pool_lab.Future(), Future(), pool_lab.Future()]


@pytest.mark.parametrize("name", NAMES)
def test_the_names_are_the_same(library: ModuleType, name: str) -> None:
    assert hasattr(library, name)


@pytest.mark.parametrize("name", ["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"])
def test_the_conditions_are_the_same(library: ModuleType, name: str) -> None:
    assert getattr(library, name) == getattr(concurrent.futures, name)


def test_futures_and_executors_are_standard_ones_by_type(library: ModuleType) -> None:
    assert issubclass(library.Future, Future)
    assert issubclass(library.Executor, Executor)
    for name in ("ThreadPoolExecutor", "ProcessPoolExecutor"):
        assert issubclass(getattr(library, name), library.Executor)
        assert issubclass(getattr(library, name), getattr(concurrent.futures, name))


@pytest.mark.parametrize("name", ERRORS)
def test_a_handler_for_a_standard_error_catches_it(library: ModuleType, name: str) -> None:
    assert issubclass(getattr(library, name), getattr(concurrent.futures, name))


def test_the_timeout_error_is_the_built_in_one(library: ModuleType) -> None:
    assert library.TimeoutError is TimeoutError


def test_a_handler_for_a_standard_broken_pool_catches_it(
    broken_pool: type[concurrent.futures.BrokenExecutor], kind: str
) -> None:
    module, name = ("thread", "BrokenThreadPool") if kind == "threads" else ("process", "BrokenProcessPool")
    standard = getattr(importlib.import_module(f"{STANDARD}.{module}"), name)
    assert issubclass(broken_pool, standard)
    assert issubclass(broken_pool, RuntimeError)


def test_mixed_futures_can_be_waited_for(library: ModuleType, mixed: list[Future[int]]) -> None:
    mixed[0].set_result(0)
    mixed[1].set_result(1)
    assert library.wait(mixed, timeout=0) == (set(mixed[:2]), set(mixed[2:]))


@pytest.mark.parametrize("number", range(4))
def test_the_first_of_mixed_futures_wakes_the_one_who_waits(
    library: ModuleType, mixed: list[Future[int]], number: int
) -> None:
    finisher = threading.Thread(target=mixed[number].set_result, args=(42,), daemon=True)
    finisher.start()
    assert library.wait(mixed, PATIENCE_S, library.FIRST_COMPLETED).done == {mixed[number]}
    finisher.join(PATIENCE_S)


@pytest.mark.parametrize("number", range(4))
def test_the_first_error_of_mixed_futures_wakes_the_one_who_waits(
    library: ModuleType, mixed: list[Future[int]], number: int
) -> None:
    def finish() -> None:
        mixed[number - 1].set_result(42)
        mixed[number].set_exception(KeyError())

    finisher = threading.Thread(target=finish, daemon=True)
    finisher.start()
    assert library.wait(mixed, PATIENCE_S, library.FIRST_EXCEPTION).done == {mixed[number], mixed[number - 1]}
    finisher.join(PATIENCE_S)


def test_a_finished_error_among_mixed_futures_ends_the_wait_at_once(
    library: ModuleType, mixed: list[Future[int]]
) -> None:
    mixed[0].cancel()
    mixed[0].set_running_or_notify_cancel()
    mixed[1].cancel()
    mixed[1].set_running_or_notify_cancel()
    mixed[3].set_exception(KeyError())
    outcome = library.wait(mixed, PATIENCE_S, library.FIRST_EXCEPTION)
    assert outcome == ({mixed[0], mixed[1], mixed[3]}, {mixed[2]})


def test_mixed_futures_complete_in_their_order(library: ModuleType, mixed: list[Future[int]]) -> None:
    completed = library.as_completed(mixed, PATIENCE_S)
    mixed[3].cancel()
    mixed[3].set_running_or_notify_cancel()
    assert next(completed) is mixed[3]
    for number in (2, 1, 0):
        mixed[number].set_result(number)
        assert next(completed) is mixed[number]
    assert list(completed) == []


def test_futures_of_all_kinds_of_pools_can_be_waited_for_together(make_pool: MakePool, library: ModuleType) -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as standard_pool:
        futures = [pool.submit(add, number) for number, pool in enumerate([make_pool(1), standard_pool] * 3)]
        assert library.wait(futures, PATIENCE_S) == (set(futures), set())
        assert sorted(future.result() for future in library.as_completed(futures, PATIENCE_S)) == [0, 1, 2, 3, 4, 5]


def test_a_call_can_be_awaited(make_pool: MakePool) -> None:
    pool = make_pool(1)

    async def ask() -> int:
        return await asyncio.wait_for(asyncio.wrap_future(pool.submit(add, 1, 2)), PATIENCE_S)

    assert asyncio.run(ask()) == 3


def test_an_event_loop_can_run_calls_in_the_pool(make_pool: MakePool) -> None:
    pool = make_pool(2)

    async def ask() -> list[int]:
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(pool, add, number, 1) for number in range(5)))

    assert asyncio.run(ask()) == [1, 2, 3, 4, 5]


@on_threads
def test_a_pool_of_threads_can_be_the_default_of_an_event_loop(make_pool: MakePool) -> None:
    pool = make_pool(1, thread_name_prefix="default")

    async def ask() -> list[str]:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(pool)
        return [await loop.run_in_executor(None, thread_name), await asyncio.to_thread(thread_name)]

    assert asyncio.run(ask()) == ["default_0", "default_0"]
    with pytest.raises(RuntimeError, match="after shutdown"):  # the loop has done that at its end
        pool.submit(add, 1)


def test_an_error_reaches_the_one_who_awaits(make_pool: MakePool) -> None:
    pool = make_pool(1)

    async def ask() -> None:
        await asyncio.get_running_loop().run_in_executor(pool, fail, KeyError("gone"))

    with pytest.raises(KeyError, match="gone"):
        asyncio.run(ask())


def test_giving_up_awaiting_cancels_a_call_that_waits(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    running = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    waiting = [pool.submit(add, number) for number in range(8)]

    async def give_up() -> None:
        awaited = asyncio.wrap_future(waiting[-1])
        awaited.cancel()
        with pytest.raises(asyncio.CancelledError):
            await awaited

    asyncio.run(give_up())
    assert waiting[-1].cancelled()
    gate.open()
    running.result(PATIENCE_S)


def test_cancelling_a_call_cancels_what_is_awaited(library: ModuleType) -> None:
    future: Future[int] = library.Future()

    async def ask() -> None:
        awaited = asyncio.wrap_future(future)
        future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await awaited

    asyncio.run(ask())


@beyond_standard("its futures cannot be awaited as they are")
def test_a_future_itself_can_be_awaited(make_pool: MakePool) -> None:
    future: Any = make_pool(1).submit(add, 1, 2)

    async def ask() -> Any:
        return await future

    assert asyncio.run(ask()) == 3


@beyond_standard("asyncio reads futures this way from 3.15 on", until=(3, 15))
def test_a_future_tells_asyncio_its_state_in_one_go(library: ModuleType) -> None:
    finished, failed, cancelled, pending = (library.Future() for _ in range(4))
    finished.set_result(42)
    failed.set_exception(error := KeyError())
    cancelled.cancel()
    snapshots = [future._get_snapshot() for future in (finished, failed, cancelled, pending)]
    assert snapshots == [
        (True, False, 42, None),
        (True, False, None, error),
        (True, True, None, None),
        (False, False, None, None),
    ]
