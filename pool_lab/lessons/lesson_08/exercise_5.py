"""08.5: the pool is shut down."""

from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.lesson_08.facts import (
    KEEPS_RESULTS,
    KEEPS_THE_ERROR,
    MADE_ONCE,
    crashed,
    is_not,
    made_twice,
    outcomes,
    says,
)
from pool_lab.lessons.lesson_08.trial import PENDING, trial_of_step

is_done = says("done", True)

RULES = Rules(
    run=trial_of_step(5),
    submits_calls=True,
    claims=(
        Claim("`shutdown` returns, after the last call", lambda made: says("returned", True)(made) and is_done(made)),
        Claim("after `shutdown` no thread is left", says("threads left", 0)),
        Claim("no thread ended with an error", says("crashed", [])),
        MADE_ONCE,
        KEEPS_RESULTS,
        KEEPS_THE_ERROR,
    ),
    mistakes={
        "made twice": made_twice,
        "None unpacked": crashed("TypeError: .*(unpack|subscriptable).*NoneType|TypeError: 'NoneType'"),
        "set again": crashed("InvalidStateError"),
        "crashed": crashed(),
        "calls dropped": lambda made: PENDING in outcomes(made),
        "never returned": says("returned", False),
        "did not wait": says("done", False),
        "threads left": is_not("threads left", 0),
    },
)
