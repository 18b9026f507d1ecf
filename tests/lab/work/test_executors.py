"""What can take part in a race."""

import concurrent.futures
import sys
from functools import partial
from types import SimpleNamespace

import pytest

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor
from pool_lab.lab import race, workloads
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.work.executors import KNOWN, executor_factories, size_of


def test_names_classes_and_functions_can_take_part() -> None:
    named = executor_factories(["threads", "standard processes"])
    assert list(named) == ["threads", "standard processes"]
    assert named["standard processes"].executor is concurrent.futures.ProcessPoolExecutor
    make = partial(ThreadPoolExecutor, thread_name_prefix="mine")
    mine = executor_factories({"mine": ThreadPoolExecutor, "made": make})
    assert (mine["mine"].executor, mine["made"].executor) == (ThreadPoolExecutor, None)
    assert list(executor_factories("processes")) == ["processes"]
    assert executor_factories({"first": "processes"})["first"].executor is ProcessPoolExecutor


def test_an_unknown_name_is_refused_beside_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no executor is known as 'fibres'; known are threads, processes, "):
        executor_factories(["threads", "fibres"])


def test_what_makes_no_executor_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot make an executor of 3"):
        executor_factories({"three": 3})


def test_a_client_that_is_closed_says_what_to_do() -> None:
    closed = SimpleNamespace(get_executor=None, status="closed")
    with pytest.raises(RuntimeError, match=r"this client of the cluster is closed\. Run the cells that start"):
        executor_factories({"cluster": closed})["cluster"].make(2)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python has them")
def test_before_python_3_14_interpreters_are_told_to_come_with_it() -> None:
    with pytest.raises(ValueError, match=r"comes with Python 3\.14"):
        executor_factories(["interpreters"])


STANDARD = [name for name in ("standard threads", "standard processes", "interpreters") if KNOWN[name]]


def test_the_standard_executors_run_functions_that_no_other_process_can_import() -> None:
    contest = race(workloads.of(lambda number: number + 1, range(6)), workers=2, executors=STANDARD)
    for name, trace in contest.trace.items():
        assert trace.counts == {CallState.FINISHED: 6}, name
        assert trace.workers_used <= {0, 1}, name
        assert all(span.cpu_s is not None for span in trace.spans), name


def test_an_executor_says_its_size_and_one_that_cannot_is_as_large_as_wished() -> None:
    class Other(concurrent.futures.Executor):
        pass

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        assert size_of(pool, 5) == 3
    assert size_of(Other(), 5) == 5
