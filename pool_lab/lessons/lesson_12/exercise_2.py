"""12.2: code that knows nothing of its executor but the interface."""

import concurrent.futures
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
    """Like a cluster's executor: it has nothing but what every executor has."""

    def __init__(self, pool: concurrent.futures.Executor) -> None:
        self.__pool = pool

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
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
    """What the answer returns for each executor, which then has to make one more call."""
    results = []
    for executor in executors:
        results.append(call_on(executor, call, list(VALUES)))
        executor.submit(abs, -1).result()
    return results


def each_result(made: Attempt) -> list[list[Any]]:
    return [listed(result) for result in listed(made.result)]


def ran_where_they_should(made: Attempt) -> bool:
    """Each executor makes one call more."""
    return not made.own_runs and all(len(run.trace.spans) == len(VALUES) + 1 for run in made.runs)


def waits_for_each(made: Attempt) -> bool:
    """Whether one of the pools never had two of the calls at once."""
    return any(run.trace.most_at_once == 1 and len(run.trace.spans) > 1 for run in made.runs if run.given)


RULES = Rules(
    given=given,
    play=on_each,
    claims=(
        Claim("every executor gave all results, in order", lambda made: each_result(made) == [EXPECTED] * 3),
        Claim("the calls ran on the given executors", ran_where_they_should),
        Claim("several calls ran at the same time", lambda made: not waits_for_each(made)),
    ),
    mistakes={
        "another pool": lambda made: bool(made.own_runs),
        "special": raised("AttributeError", "TypeError"),
        "shut down": mistakes.after_shutdown,
        "futures": lambda made: any("future" in repr(result).lower() for result in listed(made.result)),
        "by finish": lambda made: any(in_another_order(result, EXPECTED) for result in each_result(made)),
        "one at a time": waits_for_each,
        "without a pool": lambda made: len(made.spans) == len(made.runs),
    },
)
