"""12.2: code that uses only what every executor has."""

import concurrent.futures
import pickle
from collections.abc import Callable
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import in_another_order, listed, raised
from pool_lab.lessons.exercises.exercise import Claim, Rules

VALUES = (40, 10, 30, 20)
EXPECTED = [value + 1 for value in VALUES]


class Remote(concurrent.futures.Executor):
    """Like a remote executor: it has only the methods of every executor, and pickles what it gets."""

    def __init__(self, pool: concurrent.futures.Executor) -> None:
        self.__pool = pool

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        pickle.dumps((fn, args, kwargs))
        return self.__pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.__pool.shutdown(wait=wait, cancel_futures=cancel_futures)


def call(value: int) -> int:
    """The larger the value, the longer it takes."""
    nap(value / 100)
    return value + 1


def given() -> tuple[Any, ...]:
    ours, standard, behind = (pools(max_workers=4) for pools in (ThreadPoolExecutor, *[STANDARD] * 2))
    return [ours, standard, Remote(behind)], call


STANDARD = concurrent.futures.ThreadPoolExecutor


def on_each(call_on: Any, executors: list[concurrent.futures.Executor], call: Any) -> list[Any]:
    """What the answer returns for each executor, which then has to run one more call."""
    results = []
    for executor in executors:
        results.append(call_on(executor, call, list(VALUES)))
        executor.submit(abs, -1).result()
    return results


def each_result(attempt: Attempt) -> list[list[Any]]:
    return [listed(result) for result in listed(attempt.result)]


def ran_where_they_should(attempt: Attempt) -> bool:
    """Each executor runs one more call."""
    return not attempt.own_runs and all(len(run.trace.spans) == len(VALUES) + 1 for run in attempt.runs)


def waits_for_each(attempt: Attempt) -> bool:
    """Whether one of the pools never had two of the calls at once."""
    return any(run.trace.most_at_once == 1 and len(run.trace.spans) > 1 for run in attempt.runs if run.given)


RULES = Rules(
    given=given,
    run=on_each,
    claims=(
        Claim("every executor gave all results, in order", lambda attempt: each_result(attempt) == [EXPECTED] * 3),
        Claim("the calls ran on the given executors", ran_where_they_should),
        Claim("several calls ran at the same time", lambda attempt: not waits_for_each(attempt)),
    ),
    mistakes={
        "another pool": lambda attempt: bool(attempt.own_runs),
        "cannot be pickled": mistakes.cannot_be_pickled,
        "special": raised("AttributeError", "TypeError"),
        "shut down": mistakes.after_shutdown,
        "futures": lambda attempt: any("future" in repr(result).lower() for result in listed(attempt.result)),
        "by finish": lambda attempt: any(in_another_order(result, EXPECTED) for result in each_result(attempt)),
        "one at a time": waits_for_each,
        "without a pool": lambda attempt: len(attempt.spans) == len(attempt.runs),
    },
)
