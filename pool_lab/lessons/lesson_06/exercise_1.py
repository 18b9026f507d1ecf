"""06.1: order the lines so that only the first result is awaited."""

from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.evidence import finished, left_in_queue, waited_for_more
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules

RULES = Rules(
    puts_lines_in_order=True,
    most_calls=20,
    claims=(
        Claim("the list holds the result of the nap that was done first", lambda attempt: attempt.result == [0.1]),
        Claim("four naps were submitted", lambda attempt: len(attempt.spans) == 4),
        Claim("you did not wait for the others", lambda attempt: finished(attempt) == 1),
        Claim("no nap is left in the queue", lambda attempt: not left_in_queue(attempt), essential=False),
        SHUT_DOWN,
    ),
    mistakes={
        "cancelled too soon": mistakes.cancelled_and_asked,
        "sets": mistakes.sets,
        "waits for all": waited_for_more,
        "left in the queue": mistakes.calls_left_in_queue,
    },
)
