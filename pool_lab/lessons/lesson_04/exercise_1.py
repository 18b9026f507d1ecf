"""04.1: order the lines so that an endless input is no problem."""

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules
from pool_lab.lessons.exercises.messages import AttemptEnding

MOST_CALLS = 40


def ran_far_ahead(attempt: Attempt) -> bool:
    """Whether far more calls were open than two workers and a buffer of two account for."""
    return attempt.ending is AttemptEnding.FLOOD and attempt.unfinished > MOST_CALLS / 2


RULES = Rules(
    puts_lines_in_order=True,
    most_calls=MOST_CALLS,
    claims=(
        Claim("you took four results", lambda attempt: attempt.result == [0.1] * 4),
        Claim("no more than a few calls were submitted ahead of them", lambda attempt: 4 <= len(attempt.spans) <= 8),
        SHUT_DOWN,
    ),
    mistakes={
        "takes all inputs": ran_far_ahead,
        "asks without end": lambda attempt: attempt.ending is AttemptEnding.FLOOD,
        "not shut down": mistakes.not_shut_down,
    },
)
