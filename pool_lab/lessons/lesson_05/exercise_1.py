"""05.1: order the lines so that a pool is shut down early."""

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.evidence import cancelled, finished
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules

RULES = Rules(
    puts_lines_in_order=True,
    claims=(
        Claim("forty naps were submitted", lambda made: len(made.spans) == 40),
        Claim("the queued ones were cancelled", lambda made: cancelled(made) > 0),
        Claim("the results are those of the calls that ran", lambda made: made.result == [0.1] * finished(made)),
        SHUT_DOWN,
    ),
    mistakes={
        "no results": mistakes.no_results,
        "a line is missing": mistakes.a_line_is_missing,
        "after shutdown": mistakes.after_shutdown,
        "asks the cancelled": lambda made: "CancelledError" in made.error,
        "not shut down": mistakes.not_shut_down,
        "all ran": mistakes.nothing_cancelled,
    },
)
