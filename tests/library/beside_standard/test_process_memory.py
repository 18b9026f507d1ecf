"""What a process pool keeps of a call, here and in its processes: no longer than the standard pool, and no more."""

import gc
import threading
from typing import Any

import psutil
import pytest

from tests.contract.gates import PATIENCE_S
from tests.contract.kinds import frees_at_once
from tests.library.beside_standard.both import Sample, Watch, ours
from tests.library.bursts import allow_long_batches, queue_up, warm_up
from tests.library.watching import MakeGate, MakePool, on_processes

pytestmark = [frees_at_once, on_processes]

MB = 2**20


class Unsendable(Sample):
    def __init__(self) -> None:
        self.lock = threading.Lock()


# What cannot be pickled


def test_an_argument_that_cannot_be_pickled_goes_with_its_error(make_pool: MakePool, watch: Watch) -> None:
    pool = make_pool(1)
    assert isinstance(pool.submit(id, watch(Unsendable())).exception(PATIENCE_S), TypeError)
    assert pool.submit(abs, -1).result(PATIENCE_S) == 1
    watch.wait()


def test_the_error_of_such_an_argument_keeps_no_other(
    make_pool: MakePool, make_gate: MakeGate, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_long_batches(monkeypatch)
    pool = make_pool(1)
    warm_up(pool, type, None)
    samples = [Unsendable() if number == 5 else watch(Sample()) for number in range(20)]
    futures = queue_up(pool, make_gate(), 1, [(type, sample) for sample in samples])
    del samples
    error = futures[5].exception(PATIENCE_S)
    assert [future.exception(PATIENCE_S) is None for future in futures].count(False) == 1
    del futures
    watch.wait()
    assert error is not None


@ours
def test_what_a_function_refers_to_that_travels_by_value_goes_with_its_call(make_pool: MakePool, watch: Watch) -> None:
    pool, sample = make_pool(1), watch(Sample())
    assert pool.submit(lambda held=sample: type(held).__name__).result(PATIENCE_S) == "Sample"
    del sample
    watch.wait()


seen = Watch()  # in a worker


class UnsendableError(Exception):
    def __init__(self) -> None:
        self.sample = seen(Unsendable())


def unsendable_result() -> Unsendable:
    result: Unsendable = seen(Unsendable())
    return result


def unsendable_error() -> None:
    raise UnsendableError


def still_there() -> int:
    return sum(each() is not None for each in seen)


@pytest.mark.parametrize("call", [unsendable_result, unsendable_error])
def test_a_process_keeps_nothing_that_it_cannot_send_back(make_pool: MakePool, call: Any) -> None:
    pool = make_pool(1, initializer=gc.disable)
    for _ in range(3):
        assert pool.submit(call).exception(PATIENCE_S) is not None
    assert pool.submit(still_there).result(PATIENCE_S) <= 1  # the last one, until there is another


# Copies


def held_mb(*_: object) -> float:
    return psutil.Process().memory_info().rss / MB


def test_a_process_has_one_copy_of_an_argument(make_pool: MakePool) -> None:
    pool = make_pool(1)
    before, load = pool.submit(held_mb).result(PATIENCE_S), [bytes([number]) * MB for number in range(100)]
    assert pool.submit(held_mb, load).result(PATIENCE_S) < before + 180


given: list[object] = []


def keep(values: list[object]) -> None:
    given.extend(values)


def test_a_process_has_one_copy_of_what_its_initializer_was_given(make_pool: MakePool) -> None:
    before = make_pool(1).submit(held_mb).result(PATIENCE_S)
    pool = make_pool(1, initializer=keep, initargs=([bytes([number]) * MB for number in range(100)],))
    assert pool.submit(held_mb).result(PATIENCE_S) < before + 180
