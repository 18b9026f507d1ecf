"""08.4: calls that raise."""

from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.lesson_08.facts import (
    AT_ONCE,
    KEEPS_RESULTS,
    KEEPS_THE_ERROR,
    MADE_ONCE,
    crashed,
    fact,
    made_twice,
    says,
)
from pool_lab.lessons.lesson_08.trial import CANCELLED, PENDING, RAISED, trial_of_step

of_the_call = crashed("FailedOnPurpose")
is_pending = says("error", PENDING)


def went_on(made: Attempt) -> bool:
    """Whether `set_result` came after `set_exception`, with the result of an earlier call, or with none."""
    return says("error", RAISED)(made) and crashed("InvalidStateError|UnboundLocalError")(made)


def holds_another_error(made: Attempt) -> bool:
    return str(fact(made, "error")).startswith("raised ") and not says("error", RAISED)(made)


def holds_a_result(made: Attempt) -> bool:
    return returned(made) and not str(fact(made, "error")).startswith((PENDING, CANCELLED, "raised "))


RULES = Rules(
    run=trial_of_step(4),
    submits_calls=True,
    claims=(
        AT_ONCE,
        MADE_ONCE,
        KEEPS_RESULTS,
        KEEPS_THE_ERROR,
        Claim("afterwards the pool has as many workers as before", says("all workers", True)),
    ),
    mistakes={
        "made twice": made_twice,
        "set again": went_on,
        "raised again": lambda made: of_the_call(made) and says("error", RAISED)(made),
        "not caught": lambda made: of_the_call(made) and is_pending(made),
        "crashed": crashed(),
        "cancelled": says("error", CANCELLED),
        "as a result": holds_a_result,
        "another error": holds_another_error,
        "never told": is_pending,
        "worker ended": says("all workers", False),
    },
)
