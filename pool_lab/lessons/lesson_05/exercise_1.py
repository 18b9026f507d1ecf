"""05.1: order the lines so that a pool is shut down early."""

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.evidence import cancelled, finished
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules

RULES = Rules(
    puts_lines_in_order=True,
    most_calls=100,
    claims=(
        Claim("forty naps were submitted", lambda attempt: len(attempt.spans) == 40),
        Claim("the queued ones were cancelled", lambda attempt: cancelled(attempt) > 0),
        Claim(
            "the results are those of the calls that ran", lambda attempt: attempt.result == [0.1] * finished(attempt)
        ),
        SHUT_DOWN,
    ),
    mistakes={
        "asks the cancelled": lambda attempt: "CancelledError" in attempt.error,
        "not shut down": mistakes.not_shut_down,
        "all ran": mistakes.nothing_cancelled,
    },
)
