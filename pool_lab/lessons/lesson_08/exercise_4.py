"""08.4: calls that raise."""

from pool_lab.lessons.exercises.evidence import returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.lesson_08.trial import AT_ONCE, KEEPS_RESULTS, KEEPS_THE_ERROR, RAISED, says, trial_of_step

RULES = Rules(
    run=trial_of_step(4),
    claims=(
        AT_ONCE,
        KEEPS_RESULTS,
        KEEPS_THE_ERROR,
        Claim("afterwards the pool has as many workers as before", says("all workers", True)),
    ),
    mistakes={
        "as a result": says("error", "returned LookupError"),
        "never told": lambda made: returned(made) and not says("error", RAISED)(made),
        "worker ended": says("all workers", False),
    },
)
