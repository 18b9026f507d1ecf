"""02.1: queued, running or done."""

from collections.abc import Callable
from typing import Any

from pool_lab import Future, ThreadPoolExecutor, wait
from pool_lab.lab.work.gate import Gate
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import has, in_another_order, listed
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.messages import Ending
from pool_lab.lessons.exercises.mistakes import Detector

QUEUED, RUNNING, DONE = 5, 2, 3


def given() -> tuple[Any, ...]:
    """Futures of calls: some are done, and as many wait at a gate as there are workers."""
    gate: Gate[int] = Gate()
    pool = ThreadPoolExecutor(max_workers=RUNNING)
    ended = [pool.submit(abs, number) for number in range(DONE)]
    wait(ended)
    waiting = [pool.submit(gate, number) for number in range(RUNNING + QUEUED)]
    gate.wait_for(RUNNING)
    return [*waiting[:4], *ended, *waiting[4:]], gate


def count_twice(answer: Callable[[list[Future[int]]], Any], futures: list[Future[int]], gate: Gate[int]) -> list[Any]:
    """What the answer says while the gate is closed, and what it says when all calls are done."""
    before = answer(list(futures))
    gate.open()
    wait(futures)
    return [before, answer(list(futures))]


def counted(attempt: Attempt, turn: int = 0) -> list[Any]:
    """The three numbers that were returned while the gate was closed, or when all calls were done."""
    both = listed(attempt.result)
    return listed(both[turn]) if len(both) == 2 else []


def says(*numbers: int) -> Detector:
    return lambda attempt: counted(attempt) == list(numbers)


def are(turn: int, *numbers: int) -> Detector:
    """Whether it returned these, in any order."""
    return lambda attempt: sorted(map(repr, counted(attempt, turn))) == sorted(map(repr, numbers))


RULES = Rules(
    given=given,
    play=count_twice,
    claims=(
        Claim("queued, running and done are counted separately", are(0, QUEUED, RUNNING, DONE)),
        Claim("in that order", says(QUEUED, RUNNING, DONE), essential=False),
        Claim("in the end, all are done", are(1, 0, 0, QUEUED + RUNNING + DONE)),
    ),
    mistakes={
        "queued counted as running": says(0, QUEUED + RUNNING, DONE),
        "running counted as queued": says(QUEUED + RUNNING, 0, DONE),
        "queued counted as done": says(0, RUNNING, QUEUED + DONE),
        "waits": lambda attempt: attempt.ending is Ending.DEADLOCK,
        "counted twice": lambda attempt: sum(counted(attempt)) > QUEUED + RUNNING + DONE,
        "another order": lambda attempt: in_another_order(counted(attempt), (QUEUED, RUNNING, DONE)),
        "lists": lambda attempt: any(has(part, "future") for part in counted(attempt)),
    },
)
