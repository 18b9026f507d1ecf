"""09.1: what a call changes stays in its process; what it returns comes back."""

from typing import Any

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import finished, listed
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules
from pool_lab.lessons.lesson_09.given import grade

TEXTS = (
    "A process has memory of its own.",
    "Pickle it.",
    "What a call returns is all that comes back.",
    "Nobody reads this.",
    "Fork copies the whole process.",
    "Too short.",
)


def given() -> tuple[Any, ...]:
    return grade, [{"text": text} for text in TEXTS]


def are_graded(attempt: Attempt) -> bool:
    return listed(attempt.result) == [grade({"text": text}) for text in TEXTS]


def own_copies(attempt: Attempt) -> bool:
    """Whether the calls were made in processes, and the result is what was given."""
    return finished(attempt) > 0 and listed(attempt.result) == given()[1]


RULES = Rules(
    given=given,
    claims=(
        Claim("all reports are graded, in order", are_graded),
        Claim("the calls ran in processes", lambda attempt: attempt.kinds() == {"processes"}),
        Claim("each report was a call of its own", lambda attempt: finished(attempt) == len(TEXTS), essential=False),
        SHUT_DOWN,
    ),
    mistakes={
        "own copies": own_copies,
        "futures": mistakes.futures,
        "an iterator": mistakes.an_iterator,
        "threads": lambda attempt: "threads" in attempt.kinds(),
        "without a pool": mistakes.without_a_pool,
        "called first": mistakes.called_first,
        "not shut down": mistakes.not_shut_down,
    },
)
