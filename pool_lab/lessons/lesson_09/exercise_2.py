"""09.2: a pool whose worker survives the death of its process.

One worker makes all calls, so it is the same on every machine which of them come after the death of its process.
"""

import math
import os
from typing import Any

from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.child import watch
from pool_lab.lessons.exercises.evidence import listed, returned, workers_used
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.messages import AttemptEnding

NAPS = (0.2, 0.1, 0.3)


class Unsendable:
    def __reduce__(self) -> Any:
        raise TypeError("this object is meant to stay here")  # not in the words of a learner's mistake


def put_to_use(pool_class: Any) -> dict[str, Any]:
    """Make calls before and after one that ends its process, and two that fail without a death."""
    pool = pool_class(1)
    watch(pool, in_threads=False)
    before = [pool.submit(nap, length) for length in NAPS]
    failing = pool.submit(math.isqrt, -1)
    unsendable = pool.submit(abs, Unsendable())
    crashing = pool.submit(os._exit, 1)
    after = [pool.submit(nap, length) for length in NAPS]
    outcomes = [future.exception() or future.result() for future in (*before, *after)]
    errors = [type(future.exception()).__name__ for future in (failing, unsendable, crashing)]
    pool.shutdown()
    return {"before": outcomes[: len(NAPS)], "after": outcomes[len(NAPS) :], "errors": errors}


def fact(attempt: Attempt, name: str) -> Any:
    return attempt.result.get(name) if isinstance(attempt.result, dict) else None


def errors(attempt: Attempt) -> list[Any]:
    """What these calls raised: one that fails, one that cannot be sent, one that ends its process."""
    return listed(fact(attempt, "errors")) or [None] * 3


RULES = Rules(
    run=put_to_use,
    submits_calls=True,
    claims=(
        Claim("calls before the crash have their results", lambda attempt: fact(attempt, "before") == list(NAPS)),
        Claim("an exception of a call comes back", lambda attempt: errors(attempt)[0] == "ValueError"),
        Claim("the future of the crashed call holds an exception", lambda attempt: errors(attempt)[2] != "NoneType"),
        Claim("calls after the crash have their results", lambda attempt: fact(attempt, "after") == list(NAPS)),
        Claim("they ran in another process", lambda attempt: workers_used(attempt) > 1),
    ),
    mistakes={
        "never told": lambda attempt: (
            attempt.ending in {AttemptEnding.DEADLOCK, AttemptEnding.STUCK, AttemptEnding.ENDLESS}
        ),
        "errors lost": lambda attempt: returned(attempt) and errors(attempt)[0] != "ValueError",
        "crash not told": lambda attempt: returned(attempt) and errors(attempt)[2] == "NoneType",
        "not replaced": lambda attempt: returned(attempt) and fact(attempt, "after") != list(NAPS),
    },
)
