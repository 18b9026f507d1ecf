"""Other packages that take executors and futures work with ours as they do with the standard ones."""

import asyncio
import concurrent.futures
import io
from concurrent.futures import Future
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.contract.calls import add, fail, fail_once, thread_name
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import MakeGate, MakePool, on_threads

GRAPH = {"one": 1, "three": (add, "one", 2), "four": (add, "three", "one")}


def program(name: str) -> Any:
    """The module, with all it needs; the test is skipped where the program is not installed."""
    pytest.importorskip(name.partition(".")[0])
    return import_module(name)


# Tornado


def test_tornado_runs_calls_in_a_pool(make_pool: MakePool) -> None:
    ioloop, pool = program("tornado.ioloop"), make_pool(2)

    async def ask() -> Any:
        loop = ioloop.IOLoop.current()
        return await asyncio.gather(*(loop.run_in_executor(pool, add, number, 1) for number in range(5)))

    assert asyncio.run(ask()) == [1, 2, 3, 4, 5]


def test_tornado_hands_an_error_of_a_call_on(make_pool: MakePool) -> None:
    ioloop, pool = program("tornado.ioloop"), make_pool(1)

    async def ask() -> None:
        await ioloop.IOLoop.current().run_in_executor(pool, fail, KeyError("gone"))

    with pytest.raises(KeyError, match="gone"):
        asyncio.run(ask())


@on_threads
def test_tornado_makes_methods_run_in_a_pool(make_pool: MakePool) -> None:
    run_on_executor = program("tornado.concurrent").run_on_executor

    class Handler:
        executor = make_pool(1, thread_name_prefix="handler")

        @run_on_executor  # type: ignore[untyped-decorator]
        def get(self) -> str:
            return thread_name()

    async def ask() -> Any:
        return await Handler().get()

    assert asyncio.run(ask()) == "handler_0"


def test_a_coroutine_of_tornado_yields_futures_of_a_pool(make_pool: MakePool) -> None:
    gen, pool = program("tornado.gen"), make_pool(2)

    @gen.coroutine  # type: ignore[untyped-decorator]
    def ask() -> Any:
        two = yield pool.submit(add, 1, 1)
        return (yield pool.submit(add, two, 1))

    async def main() -> Any:
        return await ask()

    assert asyncio.run(main()) == 3


# AnyIO


def test_a_scope_of_anyio_that_ends_cancels_a_call_that_waits(make_pool: MakePool, make_gate: MakeGate) -> None:
    anyio, gate, pool = program("anyio"), make_gate(), make_pool(1)
    running = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    waiting = [pool.submit(add, number) for number in range(8)]

    async def give_up() -> None:
        with anyio.move_on_after(0):
            await asyncio.wrap_future(waiting[-1])

    anyio.run(give_up)
    assert waiting[-1].cancelled()
    gate.open()
    running.result(PATIENCE_S)


@on_threads
def test_calls_in_threads_reach_an_event_loop_through_a_portal_of_anyio(
    make_pool: MakePool, library: ModuleType
) -> None:
    from_thread, pool = program("anyio.from_thread"), make_pool(2)

    async def double(number: int) -> int:
        return 2 * number

    with from_thread.start_blocking_portal() as portal:
        futures: list[Future[int]] = [pool.submit(portal.call, double, number) for number in range(3)]
        futures += [portal.start_task_soon(double, number) for number in range(3, 6)]
        assert library.wait(futures, PATIENCE_S).done == set(futures)
        assert sorted(future.result() for future in library.as_completed(futures)) == [0, 2, 4, 6, 8, 10]


# tqdm


@pytest.fixture
def tqdm(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Without the thread that looks whether a bar stands still."""
    module = program("tqdm")
    monkeypatch.setattr(module.tqdm, "monitor_interval", 0)
    return module


def test_tqdm_counts_calls_as_they_complete(make_pool: MakePool, library: ModuleType, tqdm: Any) -> None:
    pool, shown = make_pool(2), io.StringIO()
    futures = [pool.submit(add, number) for number in range(5)]
    bar = tqdm.tqdm(library.as_completed(futures, PATIENCE_S), total=5, file=shown, mininterval=0)
    assert sorted(future.result() for future in bar) == [0, 1, 2, 3, 4]
    assert "5/5" in shown.getvalue()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(
    ("maps", "name"), [("thread_map", "ThreadPoolExecutor"), ("process_map", "ProcessPoolExecutor")]
)
def test_tqdm_maps_with_the_pools_it_finds_in_the_standard_library(
    library: ModuleType, tqdm: Any, monkeypatch: pytest.MonkeyPatch, maps: str, name: str
) -> None:
    """It gives its lock to each worker, by an initializer."""
    monkeypatch.setattr(concurrent.futures, name, getattr(library, name))
    tqdm_map = getattr(program("tqdm.contrib.concurrent"), maps)
    results = tqdm_map(add, range(5), range(5), max_workers=2, chunksize=2, file=io.StringIO())
    assert results == [0, 2, 4, 6, 8]


# Dask


@pytest.fixture
def dask_get(kind: str) -> Any:
    return program("dask.threaded" if kind == "threads" else "dask.multiprocessing").get


def test_dask_works_a_graph_off_in_a_pool_it_is_given(make_pool: MakePool, dask_get: Any) -> None:
    assert dask_get(GRAPH, ["four", "three"], pool=make_pool(2)) == (4, 3)


def test_dask_takes_a_pool_from_its_configuration(make_pool: MakePool, dask_get: Any) -> None:
    dask, pool = program("dask"), make_pool(2)
    with dask.config.set(pool=pool):
        total = dask.delayed(sum)([dask.delayed(add)(number, 1) for number in range(5)])
        assert total.compute(scheduler=dask_get) == 15


def test_dask_asks_a_pool_for_its_size(make_pool: MakePool) -> None:
    pool: Any = make_pool(2)
    assert program("dask.local").get_async(pool.submit, pool._max_workers, GRAPH, "four") == 4


def test_dask_hands_an_error_of_a_call_on(make_pool: MakePool, dask_get: Any) -> None:
    with pytest.raises(KeyError, match="gone"):
        dask_get({"gone": (fail, KeyError("gone"))}, "gone", pool=make_pool(2))


# more-executors


def test_more_executors_tries_a_call_again_that_failed(make_pool: MakePool, tmp_path: Path) -> None:
    executors = program("more_executors").Executors
    with executors.with_retry(make_pool(1), max_attempts=2, sleep=0) as patient:
        assert patient.submit(fail_once, tmp_path / "mark").result(PATIENCE_S) == "done"


def test_more_executors_lets_so_many_calls_of_a_pool_run_at_once(make_pool: MakePool, make_gate: MakeGate) -> None:
    executors, gate = program("more_executors").Executors, make_gate()
    with executors.with_throttle(make_pool(2), 1) as throttled:
        futures = [throttled.submit(stand_at, gate.address, number) for number in range(3)]
        gate.wait_for(1)
        assert gate.arrived == 1
        gate.open()
        assert [future.result(PATIENCE_S) for future in futures] == [0, 1, 2]


def test_more_executors_combines_futures_of_a_pool(make_pool: MakePool) -> None:
    more_executors, pool = program("more_executors"), make_pool(2)
    both = more_executors.f_zip(pool.submit(add, 1), pool.submit(add, 2))
    assert tuple(both.result(PATIENCE_S)) == (1, 2)
    assert more_executors.f_map(pool.submit(add, 3), str).result(PATIENCE_S) == "3"
