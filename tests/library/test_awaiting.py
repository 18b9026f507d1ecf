"""Futures in event loops: awaited twice, in several loops at once, and given up."""

import asyncio
import threading
from typing import Any

import pytest

from pool_lab import Future
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.library.watching import MakeGate, MakePool


async def outcome_of(future: Future[Any]) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        return await future


def test_a_future_may_be_awaited_again_and_by_many(make_pool: MakePool) -> None:
    future = make_pool(1).submit(calls.add, 1, 2)

    async def ask() -> list[int]:
        return [await future, await future, *await asyncio.gather(*(outcome_of(future) for _ in range(3)))]

    assert asyncio.run(ask()) == [3] * 5


def test_a_future_may_be_awaited_in_several_loops_at_once(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool, got = make_gate(), make_pool(1), list[object]()
    future = pool.submit(stand_at, gate.address, "through")
    waiting = threading.Barrier(4)

    async def ask() -> None:
        awaiting = asyncio.ensure_future(outcome_of(future))
        await asyncio.sleep(0)
        waiting.wait(PATIENCE_S)
        got.append(await awaiting)

    loops = [threading.Thread(target=lambda: asyncio.run(ask())) for _ in range(3)]
    for loop in loops:
        loop.start()
    waiting.wait(PATIENCE_S)
    gate.open()
    for loop in loops:
        loop.join(PATIENCE_S)
    assert got == ["through"] * 3


def test_an_await_that_is_given_up_cancels_a_call_that_waits_and_no_other(
    make_pool: MakePool, make_gate: MakeGate
) -> None:
    gate, pool = make_gate(), make_pool(1)
    running, waiting = pool.submit(stand_at, gate.address, "done"), pool.submit(calls.add, 1)
    gate.wait_for(1)

    async def give_up(future: Future[Any]) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await future

    asyncio.run(give_up(waiting))
    asyncio.run(give_up(running))
    assert waiting.cancelled()
    assert not running.cancelled()
    gate.open()
    assert running.result(PATIENCE_S) == "done"
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


def test_an_awaited_error_is_the_one_that_was_raised(make_pool: MakePool) -> None:
    future = make_pool(1).submit(calls.fail, LookupError("gone"))
    with pytest.raises(LookupError, match="gone") as raised:
        asyncio.run(outcome_of(future))
    assert raised.value is future.exception()


def test_a_loop_that_ends_early_harms_no_worker(make_pool: MakePool, make_gate: MakeGate) -> None:
    gate, pool = make_gate(), make_pool(1)
    running = pool.submit(stand_at, gate.address, "done")

    async def look_and_leave() -> None:
        asyncio.ensure_future(outcome_of(running))  # noqa: RUF006  # the loop cancels it when it ends
        await asyncio.sleep(0)

    asyncio.run(look_and_leave())
    gate.open()
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1
