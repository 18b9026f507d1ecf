"""`ClusterExecutor`: a Dask cluster on this computer, for as long as the executor lives.

Its workers are processes that a scheduler reaches over the network, if only over loopback: what a cluster of many
computers does, on one. Needs `distributed`, which is loaded when one is made. For a cluster that is there already,
`client.get_executor()` of a `distributed.Client` is an executor, too.
"""

import concurrent.futures
from collections.abc import Callable
from typing import Any

__all__ = ["ClusterExecutor"]


class ClusterExecutor(concurrent.futures.Executor):
    """Runs calls on a local Dask cluster, one at a time on each worker."""

    def __init__(self, max_workers: int) -> None:
        """Start the scheduler and the workers; takes a second or two."""
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
        """Ask for so many workers; the cluster starts and ends them when it gets round to it."""
        self._max_workers = max_workers
        self._cluster.scale(max_workers)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the cluster if `wait`, when its calls are done; else only take no more calls."""
        self._executor.shutdown(wait=not cancel_futures)
        if wait and not self._closed:
            self._closed = True
            self._client.close()
            self._cluster.close()
