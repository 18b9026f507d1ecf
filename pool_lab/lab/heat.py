"""A heat: all calls of a workload on one or more executors, at the same time.

The one who runs it sleeps at an inbox until there is something to do. The calls report there when they are done, and
others leave word there: `STOP`, or whatever `steer` understands.
"""

import concurrent.futures
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from pool_lab.lab.workloads import Inputs
from pool_lab.threads import ThreadPoolExecutor

__all__ = ["STOP", "Inbox", "drop_what_waits", "run_heat"]

STOP = object()

Inbox = SimpleQueue[Any]


def run_heat(
    executors: Sequence[concurrent.futures.Executor],
    function: Callable[..., Any],
    inputs: Inputs,
    inbox: Inbox,
    steer: Callable[[Any], object],
) -> None:
    """Block until every call that was taken is done. An executor that breaks takes no more, which is no error here."""

    def submit_all(executor: concurrent.futures.Executor) -> int:
        taken = 0
        for args in inputs:
            try:
                future = executor.submit(function, *args)
            except RuntimeError:  # it has broken
                break
            future.add_done_callback(inbox.put)
            taken += 1
        return taken

    # In a thread for each: one that takes its time to start its workers must not hold up the others.
    with ThreadPoolExecutor(len(executors), "pool-lab-submitter") as submitters:
        waiting = sum(submitters.map(submit_all, executors))
    while waiting:
        message = inbox.get()
        if isinstance(message, concurrent.futures.Future):
            waiting -= 1
        else:
            steer(message)


def drop_what_waits(executors: Sequence[concurrent.futures.Executor]) -> None:
    """Let running calls finish and cancel the others; returns at once."""
    for executor in executors:
        executor.shutdown(wait=False, cancel_futures=True)
