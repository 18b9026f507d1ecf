"""A heat: all calls of a workload on one or more executors, at the same time.

The one who runs it sleeps at an inbox until there is something to do. The calls report there when they are done, and
others leave word there: `STOP`, or whatever `steer` understands.
"""

import concurrent.futures
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from pool_lab.lab.trace.executor_kind import kind_of
from pool_lab.lab.work.workloads import Inputs
from pool_lab.thread import ThreadPoolExecutor

__all__ = ["STOP", "Inbox", "drop_what_waits", "run_heat"]

STOP = object()

Inbox = SimpleQueue[Any]

ELSEWHERE = frozenset({"processes", "interpreters", "cluster"})
HEAD_START_S = 0.3
"""So long at most, those whose calls run elsewhere are given theirs before a thread of this interpreter begins one.
Beside threads that hold the GIL a submitter waits for its turn again and again, and its workers for their calls."""


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

    # In a thread for each: one that takes its time to start its workers must not hold up the others. A pool that
    # inherits the context of its submitter inherits that of the cell.
    with ThreadPoolExecutor(len(executors), "pool-lab-submitter", inherit_context=True) as submitters:
        elsewhere = [executor for executor in executors if kind_of(type(executor)).name in ELSEWHERE]
        here = [executor for executor in executors if executor not in elsewhere]
        submitting = [submitters.submit(submit_all, executor) for executor in elsewhere]
        if here:
            concurrent.futures.wait(submitting, HEAD_START_S)
        submitting += [submitters.submit(submit_all, executor) for executor in here]
        waiting = sum(taken.result() for taken in submitting)
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
