"""`run_calls`: all calls of a workload on one or more executors, at the same time.

The calling thread waits at an inbox. Futures arrive there when they are done, and messages from other threads: `STOP`,
or whatever `handle` understands.
"""

import concurrent.futures
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from pool_lab.lab.trace.executor_kind import executor_kind
from pool_lab.lab.work.workload import Inputs
from pool_lab.thread import ThreadPoolExecutor

__all__ = ["STOP", "Inbox", "cancel_queued", "run_calls"]

STOP = object()

Inbox = SimpleQueue[Any]

ELSEWHERE = frozenset({"processes", "interpreters", "cluster"})
HEAD_START_S = 0.3
"""Executors whose calls run elsewhere get them first, for this long at most. Beside threads that compute, a submitting
thread would wait for the GIL again and again, and its workers for their calls."""


def run_calls(
    executors: Sequence[concurrent.futures.Executor],
    function: Callable[..., Any],
    inputs: Inputs,
    inbox: Inbox,
    handle: Callable[[Any], object],
) -> None:
    """Block until every submitted call is done. An executor that breaks gets no more calls; that is no error here."""

    def submit_all(executor: concurrent.futures.Executor) -> int:
        submitted = 0
        for args in inputs:
            try:
                future = executor.submit(function, *args)
            except RuntimeError:  # it has broken
                break
            future.add_done_callback(inbox.put)
            submitted += 1
        return submitted

    # Each in a thread: an executor that is slow to start its workers must not hold up the others. The threads inherit
    # the context of the cell, and so does a pool that inherits the context of its submitter.
    with ThreadPoolExecutor(len(executors), "pool-lab-submitter", inherit_context=True) as submitters:
        elsewhere = [executor for executor in executors if executor_kind(type(executor)).name in ELSEWHERE]
        here = [executor for executor in executors if executor not in elsewhere]
        submitting = [submitters.submit(submit_all, executor) for executor in elsewhere]
        if here:
            concurrent.futures.wait(submitting, HEAD_START_S)
        submitting += [submitters.submit(submit_all, executor) for executor in here]
        open_calls = sum(future.result() for future in submitting)
    while open_calls:
        message = inbox.get()
        if isinstance(message, concurrent.futures.Future):
            open_calls -= 1
        else:
            handle(message)


def cancel_queued(executors: Sequence[concurrent.futures.Executor]) -> None:
    """Cancel the queued calls and let the running ones finish. Returns at once."""
    for executor in executors:
        executor.shutdown(wait=False, cancel_futures=True)
