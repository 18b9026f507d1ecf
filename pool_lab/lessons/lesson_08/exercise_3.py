"""08.3: a future for each call."""

from pool_lab.lessons.exercises.evidence import returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.lesson_08.facts import (
    AT_ONCE,
    KEEPS_RESULTS,
    MADE_ONCE,
    crashed,
    made_twice,
    no_star,
    outcomes,
    says,
)
from pool_lab.lessons.lesson_08.trial import NAPS, PENDING, trial_of_step

RULES = Rules(
    run=trial_of_step(3),
    submits_calls=True,
    claims=(
        AT_ONCE,
        Claim("`submit` returns a future", lambda made: returned(made) and "no future" not in outcomes(made)),
        MADE_ONCE,
        KEEPS_RESULTS,
    ),
    mistakes={
        "submit waits": says("at once", False),
        "made twice": made_twice,
        "returns no future": lambda made: "no future" in outcomes(made),
        "another entry": crashed(r"(Type|Value)Error: .*(unpack|not callable|after \*)|.*no attribute 'set_result'$"),
        "no star": no_star,
        "set again": crashed("InvalidStateError"),
        "crashed": crashed(),
        "never told": lambda made: PENDING in outcomes(made),
        "another result": lambda made: outcomes(made) not in ([], list(NAPS)),
    },
)
