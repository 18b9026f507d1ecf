"""`ClusterExecutor`: a Dask cluster on this computer, for as long as the executor lives.

Its workers are processes that a scheduler reaches over the network, as in a cluster of many computers; here all are on
one. It needs the package `distributed`. To use a cluster that exists, call `client.get_executor()` of its
`distributed.Client`.
"""

import concurrent.futures
from collections.abc import Callable
from typing import Any

__all__ = ["ClusterExecutor"]


class ClusterExecutor(concurrent.futures.Executor):
    """Runs calls on a local Dask cluster, one at a time on each worker."""

    def __init__(self, max_workers: int) -> None:
        """Start the scheduler and `max_workers` workers. Blocks for a second or two."""
        try:
            from distributed import Client, LocalCluster
        except ImportError as missing:
            raise ImportError("a Dask cluster needs the package distributed: pip install distributed") from missing
        self._max_workers = max_workers
        self._cluster = LocalCluster(
            n_workers=max_workers, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
        )
        self._client = Client(self._cluster)
        self._executor = self._client.get_executor(pure=False)
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        future: concurrent.futures.Future[Any] = self._executor.submit(fn, *args, **kwargs)
        return future

    def resize(self, max_workers: int) -> None:
        """Ask for this many workers. Returns at once; the cluster starts and ends them soon after."""
        self._max_workers = max_workers
        self._cluster.scale(max_workers)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls. With `wait`, block until the running calls are done, then end the cluster."""
        self._executor.shutdown(wait=not cancel_futures)
        if wait and not self._closed:
            self._closed = True
            self._client.close()
            self._cluster.close()
