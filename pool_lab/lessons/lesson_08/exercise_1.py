"""08.1: a class to build, and what a pool must be good for.

The learner's pool is used in such a way that it shows without a clock what it can do: its first calls cannot finish
before all others have been submitted.
"""

import threading
from concurrent.futures import Future
from typing import Any

from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.child import watch
from pool_lab.lessons.exercises.evidence import errors, listed, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.messages import Ending

WORKERS = 3
NAPS = (0.6, 0.2, 0.4, 0.3, 0.2, 0.3)
CALLS = WORKERS + 1 + len(NAPS)


def put_to_use(tiny_pool: Any) -> dict[str, Any]:
    """Do with the learner's pool what one does with a pool."""
    before, ran_in = threading.active_count(), set()
    all_are_there = threading.Event()

    def fail() -> None:
        raise LookupError("this call fails")

    def rest(length: float) -> float:
        ran_in.add(threading.current_thread())
        return nap(length)

    pool = tiny_pool(WORKERS)
    watch(pool)
    for _ in range(WORKERS):
        pool.submit(all_are_there.wait)
    failing: Future[None] = pool.submit(fail)
    futures = [pool.submit(rest, length) for length in NAPS]
    all_are_there.set()
    tiny_pool.shutdown(pool)  # as the class has it: a pool that is watched has been given another
    done = [future.done() for future in futures]
    error = type(failing.exception()).__name__
    results = [future.result() for future in futures]
    left = threading.active_count() - before
    return {"results": results, "error": error, "threads": len(ran_in), "done": all(done), "threads left": left}


def fact(made: Attempt, name: str) -> Any:
    return made.result.get(name) if isinstance(made.result, dict) else None


def was_stopped(made: Attempt) -> bool:
    return made.ending in {Ending.DEADLOCK, Ending.STUCK}


RULES = Rules(
    play=put_to_use,
    claims=(
        Claim("each future holds the result of its own call", lambda made: listed(fact(made, "results")) == list(NAPS)),
        Claim("several calls ran at the same time", lambda made: made.most_at_once > 1),
        Claim("never more than there are workers", lambda made: made.most_at_once <= WORKERS),
        Claim("the threads were used again", lambda made: 0 < (fact(made, "threads") or 0) <= WORKERS),
        Claim("the future holds what its call raised", lambda made: fact(made, "error") == "LookupError"),
        Claim("`shutdown` waits for the last call", lambda made: bool(fact(made, "done")), essential=False),
        Claim("after `shutdown` no thread is left", lambda made: fact(made, "threads left") == 0, essential=False),
    ),
    mistakes={
        "returns no future": lambda made: any("has no attribute" in error for error in errors(made)),
        "submit waits": lambda made: was_stopped(made) and len(made.spans) < CALLS,
        "never told": was_stopped,
        "a thread for each call": lambda made: (fact(made, "threads") or 0) > WORKERS,
        "one thread": lambda made: returned(made) and made.most_at_once == 1,
        "did not wait": lambda made: fact(made, "done") is False,
        "threads left": lambda made: bool(fact(made, "threads left")),
    },
)
