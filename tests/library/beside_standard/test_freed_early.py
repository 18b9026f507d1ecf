"""Memory goes as early as with the standard pools, without the garbage collector."""

import logging
from concurrent.futures import BrokenExecutor, CancelledError
from importlib import import_module
from typing import Any

import pytest

from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import STANDARD, frees_at_once
from tests.library.beside_standard.both import Sample, Watch, open_pool, ours_from
from tests.library.bursts import allow_long_batches, queue_up, warm_up
from tests.library.watching import MakeGate, MakePool, on_processes, on_threads

pytestmark = frees_at_once


# Errors that a program keeps


def forget_and_fail(sample: Any, number: int = 0) -> None:
    del sample
    if number == 0:
        raise LookupError


@on_threads
@ours_from((3, 14))
def test_an_error_keeps_no_argument_that_its_call_has_dropped(make_pool: MakePool, watch: Watch) -> None:
    pool = make_pool(1)
    error = pool.submit(forget_and_fail, watch(Sample())).exception(PATIENCE_S)
    watch.wait()
    samples = [watch(Sample()) for _ in range(5)]
    results = pool.map(forget_and_fail, samples, range(5), timeout=PATIENCE_S)
    del samples
    with pytest.raises(LookupError) as caught:
        next(results)
    del results
    watch.wait()
    assert error is not caught.value


def error_of_waiting(future: Any) -> BaseException | None:
    try:
        future.result(0.01)
    except (TimeoutError, CancelledError) as error:
        return error
    finally:
        del future
    return None


@on_threads
@pytest.mark.parametrize("is_cancelled", [False, True])
def test_an_error_of_waiting_keeps_no_future(
    make_pool: MakePool, make_gate: MakeGate, watch: Watch, *, is_cancelled: bool
) -> None:
    gate, pool = make_gate(), make_pool(1)
    running = pool.submit(stand_at, gate.address)
    gate.wait_for(1)
    future = watch(pool.submit(Sample))
    assert not is_cancelled or future.cancel()
    error = error_of_waiting(future)
    del future
    gate.open()
    running.result(PATIENCE_S)
    watch.wait()
    assert error is not None


def sample_and_fail(watch: Watch, _: Sample) -> None:
    sample = watch(Sample())
    raise LookupError(sample)


@on_threads
def test_a_failed_initializer_leaves_nothing(
    library: str, kind: str, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the calls that got its error are gone, if they got it."""
    monkeypatch.setattr(logging.getLogger("concurrent.futures"), "disabled", True)  # pytest would keep what it says
    pool = open_pool(library, kind, initializer=sample_and_fail, initargs=(watch, watch(Sample())))
    assert isinstance(pool.submit(Sample).exception(PATIENCE_S), BrokenExecutor)
    pool.shutdown()
    del pool
    watch.wait()


# What a program has let go of


@on_threads
def test_as_completed_keeps_no_future_that_it_has_yielded(make_pool: MakePool, library: str, watch: Watch) -> None:
    pool = make_pool(1)
    finished = import_module(library).as_completed([pool.submit(Sample) for _ in range(10)], PATIENCE_S)
    for _ in range(9):
        watch(watch(next(finished)).result())
    watch.wait()
    finished.close()


@ours_from((3, 14))
@pytest.mark.parametrize("is_observed", [False, True])
def test_a_map_keeps_no_input_once_all_are_taken(
    make_pool: MakePool, library: str, watch: Watch, *, is_observed: bool
) -> None:
    if is_observed and library == STANDARD:
        pytest.skip("it has no observers")
    pool, samples = make_pool(1, **({"observer": type} if is_observed else {})), [watch(Sample()) for _ in range(9)]
    results = pool.map(first_of, [7, 8, 9], samples, chunksize=1, timeout=PATIENCE_S)
    del samples
    assert [next(results) for _ in range(3)] == [7, 8, 9]
    watch.wait()
    results.close()


def first_of(number: int, _: Sample) -> int:
    return number


def sample_after(address: Any) -> Sample:
    if address is not None:
        stand_at(address)
    return Sample()


@on_processes
def test_a_result_goes_while_the_next_call_runs_that_has_travelled_with_it(
    make_pool: MakePool, make_gate: MakeGate, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_long_batches(monkeypatch)
    pool, gate = make_pool(1), make_gate()
    warm_up(pool, sample_after, None)
    futures = queue_up(pool, make_gate(), 1, [(sample_after, None), (sample_after, gate.address), *[(abs, 1)] * 8])
    watch(futures.pop(0).result(PATIENCE_S))
    gate.wait_for(1)
    watch.wait()
    gate.open()
