"""08.3: a future for each call."""

from pool_lab.lessons.exercises.evidence import listed, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.lesson_08.trial import AT_ONCE, KEEPS_RESULTS, NAPS, fact, says, trial_of_step

RULES = Rules(
    run=trial_of_step(3),
    claims=(
        AT_ONCE,
        Claim("`submit` returns a future", lambda made: returned(made) and "no future" not in fact(made, "outcomes")),
        KEEPS_RESULTS,
    ),
    mistakes={
        "submit waits": says("at once", False),
        "returns no future": lambda made: "no future" in listed(fact(made, "outcomes")),
        "never told": lambda made: "pending" in listed(fact(made, "outcomes")),
        "another result": lambda made: listed(fact(made, "outcomes")) not in ([], list(NAPS)),
    },
)
