"""02.1: queued, running or done."""

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

from pool_lab import Future, ThreadPoolExecutor, wait
from pool_lab.lab.recording.waits import WAITS_FOR_MANY, WAITS_FOR_ONE, WAITS_FOR_OTHERS
from pool_lab.lab.work.gate import Gate
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import cancelled, has, in_another_order, listed
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.messages import AttemptEnding
from pool_lab.lessons.exercises.mistakes import Detector

Answer = Callable[[list[Future[int]]], Any]


class Counts(NamedTuple):
    queued: int
    running: int
    done: int


CASES = (Counts(5, 2, 3), Counts(4, 3, 1))


def given(counts: Counts) -> tuple[Any, ...]:
    """Futures of calls: some are done, and as many wait at a gate as there are workers."""
    gate: Gate[int] = Gate()
    pool = ThreadPoolExecutor(max_workers=counts.running)
    ended = [pool.submit(abs, number) for number in range(counts.done)]
    wait(ended)
    waiting = [pool.submit(gate, number) for number in range(counts.running + counts.queued)]
    gate.wait_for(counts.running)
    return [*waiting[:4], *ended, *waiting[4:]], gate


def count_twice(answer: Answer, futures: list[Future[int]], gate: Gate[int]) -> dict[str, Any]:
    """What the answer says while the gate is closed, whether it waited, and what it says when all calls are done."""
    waits: list[str] = []
    sys.setprofile(lambda frame, event, argument: waits.append(event) if _waits(frame, event, argument) else None)
    try:
        before = answer(list(futures))
    finally:
        sys.setprofile(None)
    gate.open()
    wait(futures)
    return {"before": before, "waited": bool(waits), "after": answer(list(futures))}


def _waits(frame: FrameType, event: str, argument: Any) -> bool:
    """Whether what is called here may wait, if only for a while."""
    if event != "call":
        return event == "c_call" and argument is time.sleep
    facts, code = frame.f_locals, frame.f_code
    may_wait = facts.get("timeout") is None or facts["timeout"] > 0
    waits = code in WAITS_FOR_MANY | WAITS_FOR_OTHERS or (code in WAITS_FOR_ONE and not facts["self"].done())
    return may_wait and waits


def counted(attempt: Attempt, when: str = "before") -> list[Any]:
    """The three numbers that were returned while the gate was closed, or when all calls were done."""
    return listed(attempt.result[when])


def says(numbers: Callable[[Counts], tuple[int, ...]]) -> Detector:
    return lambda attempt: counted(attempt) == list(numbers(attempt.case))


def are(when: str, numbers: Callable[[Counts], tuple[int, ...]]) -> Detector:
    """Whether it returned these, in any order."""
    return lambda attempt: sorted(map(repr, counted(attempt, when))) == sorted(map(repr, numbers(attempt.case)))


RULES = Rules(
    given=given,
    cases=CASES,
    run=count_twice,
    most_calls=30,
    claims=(
        Claim("queued, running and done are counted separately", are("before", lambda case: case)),
        Claim("in that order", says(lambda case: case), essential=False),
        Claim("in the end, all are done", are("after", lambda case: (0, 0, sum(case)))),
        Claim("you did not wait", lambda attempt: not attempt.result["waited"]),
        Claim("you cancelled nothing", lambda attempt: not cancelled(attempt)),
    ),
    mistakes={
        "nothing returned": lambda attempt: attempt.result["before"] is None,
        "cancels": lambda attempt: cancelled(attempt) > 0,
        "waits": lambda attempt: attempt.ending is AttemptEnding.DEADLOCK,
        "waits a while": lambda attempt: attempt.result["waited"],
        "queued counted as running": says(lambda case: (0, case.queued + case.running, case.done)),
        "running counted as queued": says(lambda case: (case.queued + case.running, 0, case.done)),
        "queued counted as done": says(lambda case: (0, case.running, case.queued + case.done)),
        "counted twice": lambda attempt: sum(counted(attempt)) > sum(attempt.case),
        "another order": lambda attempt: in_another_order(counted(attempt), attempt.case),
        "lists": lambda attempt: any(has(part, "future") for part in counted(attempt)),
        "misspelt": mistakes.misspelt,
    },
)
