"""08.5: the pool is shut down."""

from pool_lab.lessons.exercises.evidence import listed
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.lesson_08.trial import KEEPS_RESULTS, KEEPS_THE_ERROR, fact, is_not, says, trial_of_step

is_done = says("done", True)

RULES = Rules(
    run=trial_of_step(5),
    claims=(
        Claim("`shutdown` returns, after the last call", lambda made: says("returned", True)(made) and is_done(made)),
        Claim("after `shutdown` no thread is left", says("threads left", 0)),
        Claim("no thread ended with an error", says("crashed", [])),
        KEEPS_RESULTS,
        KEEPS_THE_ERROR,
    ),
    mistakes={
        "calls dropped": lambda made: "pending" in listed(fact(made, "outcomes")),
        "never returned": says("returned", False),
        "did not wait": says("done", False),
        "crashed": lambda made: bool(listed(fact(made, "crashed"))),
        "threads left": is_not("threads left", 0),
    },
)
