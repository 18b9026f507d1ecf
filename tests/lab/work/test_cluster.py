"""A Dask cluster takes part like any other executor: its scheduler and workers are real, on this machine."""

import concurrent.futures
import gc
from collections.abc import Iterator
from typing import Any

import pytest

from pool_lab import ProcessPoolExecutor
from pool_lab.lab import race, sweep, workloads
from pool_lab.lab.recording.recorder import Recorder, attach
from pool_lab.lab.trace.executor_kind import kind_of
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.work.cluster import ClusterExecutor
from pool_lab.lab.work.executors import size_of

distributed = pytest.importorskip("distributed")

pytestmark = [
    pytest.mark.leaves_behind("Dask keeps threads for the next cluster"),
    # Its own event loops and sockets are closed when they are collected, and not by it.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[ClusterExecutor]:
    with ClusterExecutor(2) as executor:
        yield executor
    gc.collect()  # now, and not in the time of another test


@pytest.fixture
def client() -> Iterator[Any]:
    """Someone's own: one worker process with two threads."""
    local = distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=":0")
    with local, distributed.Client(local) as made:
        yield made
    gc.collect()


def test_a_cluster_runs_functions_that_it_cannot_import_and_says_where(cluster: ClusterExecutor) -> None:
    recorder = Recorder(2)
    detach = attach(cluster, recorder)
    assert [future.result(30) for future in [cluster.submit(lambda n: n + 1, n) for n in range(6)]] == list(range(1, 7))
    detach()
    trace = recorder.trace
    assert trace.counts == {CallState.FINISHED: 6}
    assert {lane.worker for lane in trace.lanes} <= {0, 1}
    assert all(span.cpu_s is not None and span.began is not None for span in trace.spans)
    assert all((span.submitted or 0) <= (span.began or 0) <= (span.ended or 0) for span in trace.spans)


def test_equal_calls_are_each_run(cluster: ClusterExecutor) -> None:
    recorder = Recorder(2)
    detach = attach(cluster, recorder)
    for future in [cluster.submit(abs, -1) for _ in range(5)]:
        assert future.result(30) == 1
    detach()
    assert len(recorder.trace.spans) == 5


def test_what_a_call_in_a_cluster_raises_comes_home(cluster: ClusterExecutor) -> None:
    recorder = Recorder(2)
    detach = attach(cluster, recorder)
    with pytest.raises(ValueError, match="invalid literal"):
        cluster.submit(int, "two").result(30)
    detach()
    assert recorder.trace.counts == {CallState.FAILED: 1}


def test_a_cluster_has_its_own_colour_and_knows_its_size(cluster: ClusterExecutor) -> None:
    assert kind_of(ClusterExecutor).name == kind_of(distributed.cfexecutor.ClientExecutor).name == "cluster"
    assert size_of(cluster, 8) == 2


def test_a_cluster_races_against_processes_and_ends_with_the_race() -> None:
    contest = race(workloads.mix(6, 0.01), workers=1, executors={"ours": ProcessPoolExecutor, "cluster": "cluster"})
    assert contest.claim() == "Ours: 6 of 6 calls done. Cluster: 6 of 6 calls done."
    assert contest.trace["cluster"].workers_used == {0}
    assert [row.kind for row in contest.outcome.rows] == ["processes", "cluster"]


def test_someones_own_cluster_takes_part_as_it_is_and_is_still_there_afterwards(client: Any) -> None:
    contest = race(workloads.of(lambda n: n + 1, range(4)), workers=8, executors={"mine": client})
    assert contest.trace["mine"].size == 2, "not the eight that others would have had"
    assert contest.claim() == "Mine: 4 of 4 calls done."
    assert client.submit(abs, -1).result() == 1
    with pytest.raises(ValueError, match="mine cannot be swept"):
        sweep(workloads.of(abs, [1]), executors={"mine": client})


def test_stopping_drops_what_waits_in_a_cluster(client: Any) -> None:
    recorder = Recorder(2)
    executor = client.get_executor(pure=False)
    attach(executor, recorder)
    futures = [executor.submit(workloads.nap, 0.5) for _ in range(20)]
    executor.shutdown(wait=False, cancel_futures=True)
    assert not concurrent.futures.wait(futures, 30).not_done
    assert recorder.trace.counts[CallState.CANCELLED] > 0
