"""What lesson 12 brings along: a cluster of real programs, and a loop that counts."""

import asyncio
import gc
import logging
from collections.abc import Iterator
from concurrent.futures import Future, as_completed, wait
from itertools import islice
from typing import Any

import psutil
import pytest
from distributed import Client

from pool_lab import ThreadPoolExecutor
from pool_lab.lab import watch, workloads
from pool_lab.lab.trace.span import CallState
from pool_lab.lessons import predict
from pool_lab.lessons.lesson_12.loopback_cluster import LoopbackCluster
from pool_lab.lessons.lesson_12.ticks import ticks_during

of_dask = [
    pytest.mark.leaves_behind("Dask keeps threads for the next cluster"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


def programs() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "distributed.cli" in " ".join(child.cmdline())]


@pytest.fixture
def cluster() -> Iterator[LoopbackCluster]:
    made = LoopbackCluster(workers=2)
    yield made
    made.close()
    gc.collect()
    assert programs() == []


class TestCluster:
    pytestmark = of_dask

    def test_a_killed_worker_costs_no_call(self, cluster: LoopbackCluster) -> None:
        assert len(programs()) == 3
        with Client(cluster.address) as client:
            remote = client.get_executor(pure=False)
            watched = watch(remote)
            calls = [remote.submit(workloads.nap, 0.1) for _ in range(12)]
            list(islice(as_completed(calls), 4))
            cluster.kill_worker()
            assert not wait(calls).not_done
        assert watched.trace.counts == {CallState.FINISHED: 12}
        assert predict("12 killed").compare(watched).happened == "again"
        assert len(programs()) == 2

    def test_that_lost_results_are_computed_again_is_no_warning_if_the_worker_was_killed_on_purpose(
        self, cluster: LoopbackCluster, caplog: pytest.LogCaptureFixture
    ) -> None:
        cluster.kill_worker()
        logging.getLogger("distributed.client").warning("Couldn't gather 5 keys, rescheduling")
        assert caplog.messages == []

    def test_a_cluster_without_workers_says_so(self, cluster: LoopbackCluster) -> None:
        for _ in range(2):
            cluster.kill_worker()
        with pytest.raises(RuntimeError, match="no worker left to kill"):
            cluster.kill_worker()


async def blocking(future: Future[Any]) -> Any:
    return future.result()


async def awaiting(future: Future[Any]) -> Any:
    return await asyncio.wrap_future(future)


def test_a_blocked_loop_counts_nothing_and_one_that_awaits_goes_on() -> None:
    with ThreadPoolExecutor(max_workers=1) as pool:
        ticks = {
            "result()": asyncio.run(ticks_during(blocking, pool)),
            "await": asyncio.run(ticks_during(awaiting, pool)),
        }
    assert ticks["result()"] == 0 < ticks["await"]
    assert predict("12 loop").compare(ticks).happened == "none"
