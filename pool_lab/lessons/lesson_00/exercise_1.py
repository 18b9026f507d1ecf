"""00.1: order the lines so that naps run at the same time."""

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import returned
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules


def naps_twice(attempt: Attempt) -> bool:
    return returned(attempt) and len(attempt.spans) > 3


RULES = Rules(
    puts_lines_in_order=True,
    most_calls=20,
    claims=(
        Claim("the list holds what the three naps returned", lambda attempt: attempt.result == [0.3] * 3),
        Claim("three naps were submitted", lambda attempt: len(attempt.spans) == 3),
        Claim("they ran at the same time", lambda attempt: attempt.most_at_once > 1),
        SHUT_DOWN,
    ),
    mistakes={
        "naps twice": naps_twice,
        "futures": mistakes.futures,
        "one at a time": mistakes.one_at_a_time,
        "not shut down": mistakes.not_shut_down,
    },
)
