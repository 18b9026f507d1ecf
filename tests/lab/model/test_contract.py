"""The claims of the contract that need no gate hold for a simulated pool; those that need one, in virtual time.

A gate holds a call until the test opens it, from another thread. In a simulated pool a call of one second does that:
no second passes unless somebody waits.
"""

from collections.abc import Iterator
from typing import Any

import pytest

import pool_lab
from pool_lab.errors import BrokenProcessPool, CancelledError, WorkerDiedError
from pool_lab.lab.model import DeadlockError, SimulatedPool, Work
from tests.contract import test_interoperability, test_map, test_shutdown, test_submit
from tests.contract.calls import add
from tests.contract.kinds import MakePool

CLAIMS = {
    test_interoperability: "a_future_itself_can_be_awaited",
    test_map: """
        a_buffersize_below_one_is_a_value_error
        a_buffersize_beyond_the_inputs_is_fine
        a_buffersize_that_is_no_integer_is_a_type_error
        an_endless_input_with_a_buffersize_is_taken_as_needed
        an_input_that_fails_reaches_the_caller
        chunks_change_nothing_about_the_results
        closing_a_buffered_iterator_takes_no_more_inputs
        no_input_gives_no_result
        results_come_in_the_order_of_the_inputs
        several_inputs_are_taken_side_by_side_until_the_shortest_ends
        what_is_there_when_time_is_up_still_comes_out
    """,
    test_shutdown: """
        a_call_may_shut_down_the_pool_that_runs_it
        a_pool_that_was_shut_down_refuses_new_calls
        an_error_in_a_call_does_not_come_out_of_with
        shutting_down_twice_is_fine
        with_gives_the_pool_and_lets_errors_out_after_the_calls_are_done
    """,
    test_submit: """
        a_call_gets_its_arguments_and_gives_its_result_to_the_future
        a_worker_count_in_words_is_a_type_error
        a_worker_count_that_is_no_integer_is_a_type_error_that_names_it
        an_error_in_a_call_is_kept_for_the_future_and_shown_nowhere
        any_keyword_reaches_the_call
        calls_of_a_single_worker_run_in_the_order_of_their_submits
        even_an_exit_in_a_call_fails_only_its_future
        fewer_than_one_worker_is_a_value_error
        many_threads_may_submit_to_one_pool
        many_tiny_calls_all_come_back
        submitting_nothing_is_refused
        the_future_is_one_of_its_library
        the_very_exception_that_was_raised_arrives_with_its_traceback
    """,
}
# Under their own names, so that pytest finds them here as well, with the fixtures below.
globals().update(
    {f"test_{name}": getattr(module, f"test_{name}") for module, names in CLAIMS.items() for name in names.split()}
)

SECOND = Work(wait=1.0)


@pytest.fixture
def library() -> Any:
    return pool_lab


@pytest.fixture(params=["threads", "processes"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def new_pool(kind: str) -> MakePool:
    return lambda max_workers=2, **options: SimulatedPool(max_workers, kind=kind, **options)


@pytest.fixture
def make_pool(new_pool: MakePool) -> Iterator[MakePool]:
    made = []

    def make(max_workers: Any = 2, **options: Any) -> Any:
        made.append(new_pool(max_workers, **options))
        return made[-1]

    yield make
    for pool in made:
        pool.shutdown(cancel_futures=True)


@pytest.fixture
def pool(kind: str) -> Iterator[SimulatedPool]:
    with SimulatedPool(1, kind=kind) as made:
        yield made


def test_submit_gives_a_pending_future_and_lets_no_time_pass(pool: SimulatedPool) -> None:
    futures = [pool.submit(SECOND) for _ in range(3)]
    assert not any(future.running() or future.done() for future in futures)
    assert pool.now == 0
    pool.run(until=0.5)
    assert [future.running() for future in futures] == [True, False, False]


def test_a_call_that_waits_can_be_cancelled_and_never_runs(pool: SimulatedPool) -> None:
    called: list[int] = []
    running, waiting = pool.submit(SECOND), pool.submit(called.append, 1)
    pool.run(until=0.5)
    assert waiting.cancel()
    assert not running.cancel()
    pool.shutdown()
    assert (running.result(), waiting.cancelled(), called) == (None, True, [])
    with pytest.raises(CancelledError):
        waiting.result()


def test_a_call_runs_on_when_asking_for_its_result_took_too_long_in_virtual_time(pool: SimulatedPool) -> None:
    future = pool.submit(SECOND)
    with pytest.raises(TimeoutError):
        future.result(timeout=0.25)
    assert (future.running(), pool.now) == (True, 0.25)
    assert future.result(timeout=0.75) is None
    assert pool.now == 1


def test_the_time_of_map_counts_from_its_call_and_not_for_each_result(pool: SimulatedPool) -> None:
    results = pool.map(Work(wait=1.0, function=add), [1, 2, 3], timeout=1.5)
    assert next(results) == 1
    with pytest.raises(TimeoutError):
        next(results)
    assert pool.now == 1.5
    pool.shutdown()
    assert pool.now == 2  # the running call ran on, and the third was cancelled


def test_shutdown_waits_for_all_calls_or_cancels_the_queued_ones(kind: str) -> None:
    for cancels, seconds in ((False, 3.0), (True, 1.0)):
        pool = SimulatedPool(1, kind=kind)
        futures = [pool.submit(SECOND) for _ in range(3)]
        pool.run(until=0.5)
        pool.shutdown(cancel_futures=cancels)
        assert (pool.now, [future.cancelled() for future in futures]) == (seconds, [False, cancels, cancels])


def test_shutdown_without_waiting_lets_no_time_pass_and_loses_no_call(pool: SimulatedPool) -> None:
    future = pool.submit(SECOND)
    pool.shutdown(wait=False)
    assert (pool.now, future.done()) == (0, False)
    pool.run()
    assert (pool.now, future.done()) == (1, True)


def test_callbacks_run_at_the_virtual_moment_at_which_the_call_ends(pool: SimulatedPool) -> None:
    moments: list[float] = []
    for _ in range(3):
        pool.submit(SECOND).add_done_callback(lambda future: moments.append(pool.now))
    pool.run()
    assert moments == [1, 2, 3]


def test_a_callback_may_submit_to_the_pool_that_called_it(pool: SimulatedPool) -> None:
    results: list[int] = []

    def submit_more(_: Any) -> None:
        pool.submit(add, 1, 2).add_done_callback(lambda future: results.append(future.result()))

    pool.submit(SECOND).add_done_callback(submit_more)
    pool.run()
    assert (results, pool.now) == ([3], 1)


def test_a_call_cannot_submit_once_its_pool_is_shut_down(pool: SimulatedPool) -> None:
    pool.submit(SECOND)
    late = pool.submit(lambda: pool.submit(add, 1))
    pool.shutdown()
    with pytest.raises(RuntimeError, match="cannot schedule new futures after shutdown"):
        late.result()


def test_a_pool_that_is_resized_starts_workers_now_and_stops_them_after_their_calls(kind: str) -> None:
    pool = SimulatedPool(1, kind=kind)
    for _ in range(9):
        pool.submit(SECOND)
    pool.run(until=0.5)
    pool.resize(3)  # two more begin at 0.5
    pool.run(until=0.75)
    assert pool.statistics() == (3, 3, 0, 6)
    pool.resize(2)
    pool.run(until=1.75)
    assert pool.statistics() == (2, 2, 0, 4)
    pool.shutdown()
    assert pool.now == 4.5


def test_a_function_is_really_called_when_its_call_starts(pool: SimulatedPool) -> None:
    first, second = pool.submit(SECOND), pool.submit(lambda: pool.now)
    third = pool.submit(Work(wait=1.0, function=lambda: pool.now))
    assert [future.result() for future in (third, second, first)] == [1, 1, None]
    assert pool.now == 2


def test_work_can_be_given_to_plain_functions_by_their_arguments(kind: str) -> None:
    def seconds_of(function: Any, seconds: float) -> Work:
        return Work(wait=seconds, function=function)

    with SimulatedPool(2, kind=kind, work_of=seconds_of) as pool:
        assert list(pool.map(abs, [1.0, 3.0, 1.0])) == [1, 3, 1]
        assert pool.now == 3


def test_a_call_that_waits_for_a_call_of_its_full_pool_is_a_deadlock_error_until_the_pool_grows(kind: str) -> None:
    pool = SimulatedPool(1, kind=kind)
    outer = pool.submit(lambda: pool.submit(add, 1, 2).result())
    with pytest.raises(DeadlockError, match="call 1 can never be done"):
        outer.result()
    larger = SimulatedPool(2, kind=kind)
    assert larger.submit(lambda: larger.submit(add, 1, 2).result()).result() == 3


def test_a_callback_that_waits_for_the_end_of_its_own_pool_gets_an_error(pool: SimulatedPool) -> None:
    errors: list[BaseException] = []

    def shut_down(_: Any) -> None:
        try:
            pool.shutdown()
        except RuntimeError as error:
            errors.append(error)

    pool.submit(SECOND).add_done_callback(shut_down)
    pool.run()
    assert [type(error) for error in errors] == [DeadlockError]


def test_a_process_that_dies_breaks_the_pool() -> None:
    pool = SimulatedPool(2, kind="processes", crash_probability=1.0)
    futures = [pool.submit(SECOND) for _ in range(5)]
    assert all(isinstance(future.exception(), BrokenProcessPool) for future in futures)
    assert 0 < pool.now < 1
    with pytest.raises(BrokenProcessPool, match="died"):
        pool.submit(SECOND)
    pool.shutdown()


def test_a_process_that_is_replaced_costs_its_call() -> None:
    with SimulatedPool(2, kind="processes", crash_probability=0.3, replace_workers=True, seed=1) as pool:
        futures = [pool.submit(SECOND) for _ in range(100)]
    errors = [error for future in futures if (error := future.exception())]
    assert {type(error) for error in errors} == {WorkerDiedError}
    assert 15 <= len(errors) <= 45
