"""09.2: a pool whose worker survives the death of its process.

One worker makes all calls, so it is the same on every machine which of them come after the death of its process. A call
that ends its process, or that cannot be sent, does so twice only. So an answer that makes it again and again comes to
an end, and a count tells it apart from one that hangs, not a clock.
"""

import math
import os
import threading
from collections.abc import Collection
from concurrent.futures import Future, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.child import watch
from pool_lab.lessons.exercises.evidence import listed, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.messages import AttemptEnding
from pool_lab.lessons.lesson_09.given import crash

NAPS = (0.2, 0.1, 0.3)
MOST_FAILURES = 2
LOOK_EVERY_S = 0.05
PENDING = "no outcome"
NOTHING_RAISED = "NoneType"


class Unsendable:
    """An argument that cannot be pickled, the first two times."""

    tried = 0

    def __reduce__(self) -> Any:
        Unsendable.tried += 1
        if Unsendable.tried <= MOST_FAILURES:
            raise TypeError("this object is meant to stay here")  # not in the words of a learner's mistake
        return int, ()


def put_to_use(pool_class: Any) -> dict[str, Any]:
    """Make calls before and after one that ends its process, and two that fail without a death."""
    with TemporaryDirectory() as folder:
        return _put_to_use(pool_class, Path(folder, "deaths"))


def _put_to_use(pool_class: Any, deaths: Path) -> dict[str, Any]:
    others = threading.enumerate()
    pool = pool_class(1)
    watch(pool, in_threads=False)
    first, before, failing = pool.submit(os.getpid), [], []
    for length, fails in zip(
        NAPS, [(math.isqrt, -1), (abs, Unsendable()), (crash, deaths, MOST_FAILURES)], strict=True
    ):
        before.append(pool.submit(nap, length))  # so an outcome that was left over would be a result
        failing.append(pool.submit(*fails))
    after = [pool.submit(os.getpid), *(pool.submit(nap, length) for length in NAPS), pool.submit(os.getpid)]
    pool.shutdown()
    _wait([first, *before, *failing, *after], others)
    return {
        "processes": {os.getpid(), *filter(_is_number, map(_outcome, [first, *after]))},
        "before": [*map(_outcome, before)],
        "after": [*map(_outcome, after)],
        "errors": [*map(_error, failing)],
        "crashed": deaths.stat().st_size if deaths.exists() else 0,
        "pickled": Unsendable.tried,
    }


def _wait(futures: list["Future[Any]"], others: Collection[threading.Thread]) -> None:
    """Until all are done, or no thread is left that could do it. A worker may have gone on in another thread."""
    while wait(futures, LOOK_EVERY_S).not_done and set(threading.enumerate()) - set(others):
        pass


def _error(future: "Future[Any]") -> str:
    return type(future.exception()).__name__ if future.done() else PENDING


def _outcome(future: "Future[Any]") -> Any:
    if not future.done():
        return PENDING
    return future.exception() or future.result()


def _is_number(outcome: Any) -> bool:
    return isinstance(outcome, int)


def fact(attempt: Attempt, name: str) -> Any:
    return attempt.result.get(name) if isinstance(attempt.result, dict) else None


def errors(attempt: Attempt) -> list[Any]:
    """What these calls raised: one that fails, one that cannot be sent, one that ends its process."""
    return listed(fact(attempt, "errors")) or [NOTHING_RAISED] * 3


def has_error(attempt: Attempt, number: int) -> bool:
    return errors(attempt)[number] not in {NOTHING_RAISED, PENDING}


def has_pending(attempt: Attempt) -> bool:
    """Whether a future has no outcome, and no thread is left that could give it one."""
    return PENDING in (outcome for name in ("before", "after", "errors") for outcome in listed(fact(attempt, name)))


def goes_on(attempt: Attempt) -> bool:
    """Whether no call after the crash has failed, not even the first."""
    first, *naps, last = listed(fact(attempt, "after"))
    return naps == list(NAPS) and _is_number(first) and _is_number(last)


HANGS = {AttemptEnding.DEADLOCK, AttemptEnding.STUCK, AttemptEnding.ENDLESS, AttemptEnding.CROWD, AttemptEnding.MEMORY}
"""Which of these it is depends on how busy the machine is."""

RULES = Rules(
    run=put_to_use,
    submits_calls=True,
    claims=(
        Claim("calls before the crash have their results", lambda attempt: fact(attempt, "before") == list(NAPS)),
        Claim("an exception of a call comes back", lambda attempt: errors(attempt)[0] == "ValueError"),
        Claim("so does the error of a call that cannot be sent", lambda attempt: has_error(attempt, 1)),
        Claim("the future of the crashed call holds an exception", lambda attempt: has_error(attempt, 2)),
        Claim("calls after the crash have their results", goes_on),
        Claim("they ran in another process", lambda attempt: len(fact(attempt, "processes")) > 2),
        Claim("the crashed call was not made again", lambda attempt: fact(attempt, "crashed") == 1),
    ),
    mistakes={
        "made again": lambda attempt: fact(attempt, "crashed") > 1 or fact(attempt, "pickled") > MOST_FAILURES,
        "never told": lambda attempt: attempt.ending in HANGS or has_pending(attempt),
        "errors lost": lambda attempt: (
            returned(attempt) and (errors(attempt)[0] != "ValueError" or not has_error(attempt, 1))
        ),
        "crash not told": lambda attempt: returned(attempt) and not has_error(attempt, 2),
        "not replaced": lambda attempt: returned(attempt) and not goes_on(attempt),
    },
)
