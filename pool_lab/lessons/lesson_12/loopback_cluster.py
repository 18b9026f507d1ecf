"""`LoopbackCluster`: a Dask cluster on this computer, started as on many: a scheduler and workers, each a program."""

import atexit
import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from distributed import Client

__all__ = ["LoopbackCluster"]

PATIENCE_S = 60
IDLE_S = 900
"""Seconds without work after which the scheduler ends, and its workers with it: the notebook may be gone."""


class LoopbackCluster:
    """A scheduler, and workers that reach it over the network; here all are on 127.0.0.1."""

    def __init__(self, workers: int) -> None:
        """Start the programs. Blocks until all workers have reached the scheduler, which takes a few seconds."""
        self._folder = tempfile.TemporaryDirectory(prefix="pool_lab-cluster-", ignore_cleanup_errors=True)
        self._file = Path(self._folder.name, "scheduler.json")  # where the scheduler writes its address
        address = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        self._programs = [self._start("dask_scheduler", *address, "--idle-timeout", f"{IDLE_S} s")]
        atexit.register(self.close)
        self._programs += [self._start("dask_worker", "--nthreads", "1", "--no-nanny") for _ in range(workers)]
        with Client(scheduler_file=str(self._file), timeout=PATIENCE_S) as client:
            client.wait_for_workers(workers, timeout=PATIENCE_S)
            self.address: str = client.scheduler.address
            """Of the scheduler, such as "tcp://127.0.0.1:8786"."""

    def kill_worker(self) -> None:
        """End the program of one worker at once, as if its computer had lost power."""
        if len(self._programs) == 1:
            raise RuntimeError("the cluster has no worker left to kill: make a new cluster")
        # A busy scheduler may ask the dead worker for results. Then the client warns that it computes them again, which
        # is what the worker is killed for.
        logging.getLogger("distributed.client").setLevel(logging.ERROR)
        worker = self._programs.pop()
        worker.kill()
        worker.wait()

    def close(self) -> None:
        """End all programs. A second call does nothing."""
        atexit.unregister(self.close)
        for program in reversed(self._programs):
            program.kill()
            program.wait()
        self._programs.clear()
        self._folder.cleanup()

    def _start(self, module: str, *arguments: str) -> "subprocess.Popen[Any]":
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--scheduler-file", str(self._file)]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, cwd=self._folder.name)
