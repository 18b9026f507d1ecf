"""08.1: a queue, and one thread that takes calls from it."""

from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.lesson_08.trial import AT_ONCE, NAPS, fact, is_not, says, trial_of_step

RULES = Rules(
    run=trial_of_step(1),
    claims=(
        AT_ONCE,
        Claim("every call was made, in the order in which it was submitted", says("ran", list(NAPS))),
        Claim("one thread made all of them", says("threads", 1)),
    ),
    mistakes={
        "submit waits": says("at once", False),
        "no star": lambda made: isinstance(fact(made, "ran")[0], tuple),
        "nothing ran": says("together", False),
        "only the first": says("ran", []),
        "a thread for each call": is_not("threads", 1),
    },
)
