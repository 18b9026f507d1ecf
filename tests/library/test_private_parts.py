"""Programs that use what is private in the standard pools: it works, or an error says at once what to use."""

import queue
import threading
from typing import Any

import pytest

from pool_lab import Future, ProcessPoolExecutor, ThreadPoolExecutor
from tests.contract.gates import PATIENCE_S
from tests.library.watching import MakeGate, MakePool, until

POOLS = [ThreadPoolExecutor, ProcessPoolExecutor]
INSTEAD = {
    "_work_queue": "buffersize",
    "_threads": r"statistics\(\)",
    "_processes": r"kill_workers\(\)",
    "_adjust_thread_count": r"resize\(\)",
    "_shutdown": r"submit\(\)",
    "_initializer": "initializer=",
}


@pytest.mark.parametrize(("name", "way"), INSTEAD.items())
def test_code_that_uses_a_private_part_is_told_the_public_way(make_pool: MakePool, name: str, way: str) -> None:
    pool: Any = make_pool(1)
    with pytest.raises(AttributeError, match=f"has no {name}: .*{way}"):
        getattr(pool, name)
    with pytest.raises(AttributeError, match=f"has no {name}: .*{way}"):
        setattr(pool, name, queue.Queue(3))


@pytest.mark.parametrize("base", POOLS)
@pytest.mark.parametrize("name", ["_adjust_thread_count", "_spawn_process", "_initializer_failed"])
def test_a_pool_that_overrides_a_private_part_is_refused_when_it_is_defined(base: type, name: str) -> None:
    with pytest.raises(TypeError, match=f"Own overrides {name}, and a pool of pool_lab has none"):
        type("Own", (base,), {name: lambda self: None})


class Labelled:
    """Its subclasses say something of themselves."""

    label = ""

    def __init_subclass__(cls, *, label: str, **others: Any) -> None:
        super().__init_subclass__(**others)
        cls.label = label


@pytest.mark.parametrize("base", POOLS)
def test_a_pool_may_be_defined_with_keywords_for_another_base(base: Any) -> None:
    class Own(base, Labelled, label="mine"):  # type: ignore[misc]
        pass

    assert Own.label == "mine"
    with Own(1) as pool:
        assert pool.submit(abs, -1).result(PATIENCE_S) == 1


def test_setting_the_size_resizes_the_pool(make_pool: MakePool, make_gate: MakeGate) -> None:
    pool: Any = make_pool(1)
    pool._max_workers = 3
    assert pool.statistics().size == pool._max_workers == 3
    with pytest.raises(ValueError, match="max_workers must be greater than 0"):
        pool._max_workers = 0


# A future's condition variable


def test_a_future_may_be_cancelled_by_a_thread_that_holds_its_condition() -> None:
    future: Future[int] = Future()
    with future._condition:
        assert future.cancel()
    assert future.cancelled()


def future_that_is_waited_for() -> tuple[Any, list[object], threading.Thread]:
    """The future, what a thread gets from it, and that thread, which sleeps in `result`."""
    future: Any = Future()
    results: list[object] = []
    waiting = threading.Thread(target=lambda: results.append(future.result(PATIENCE_S)))
    waiting.start()
    until(lambda: future._listeners is not None and bool(future._listeners.sleepers))
    return future, results, waiting


def test_a_future_that_is_finished_by_hand_wakes_those_that_wait() -> None:
    future, results, waiting = future_that_is_waited_for()
    with future._condition:
        future._result, future._state = 5, "FINISHED"
        future._condition.notify_all()
    waiting.join(PATIENCE_S)
    assert results == [5]


def test_a_future_notifies_those_that_wait_for_its_condition() -> None:
    future: Future[int] = Future()
    with future._condition:
        setting = threading.Thread(target=future.set_result, args=(7,))
        setting.start()
        assert future._condition.wait_for(future.done, PATIENCE_S)
    setting.join()
    assert future.result(0) == 7


def test_a_future_can_be_finished_though_a_notify_was_cut_short() -> None:
    """Ctrl-C came when it had woken one that waits, and not yet taken it from the list."""
    future, results, waiting = future_that_is_waited_for()
    with future._condition:
        for place in (0, 2):
            future._condition._waiters.insert(place, threading.Lock())
    future.add_done_callback(results.append)
    future.set_result(7)
    waiting.join(PATIENCE_S)
    assert set(results) == {7, future}


def test_callbacks_can_be_looked_at_and_invoked() -> None:
    future: Any = Future()
    told: list[Future[int]] = []
    future.add_done_callback(told.append)
    assert future._done_callbacks == [told.append]
    future._invoke_callbacks()
    assert told == [future]
