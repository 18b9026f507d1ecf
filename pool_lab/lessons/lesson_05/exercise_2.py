"""05.2: a function that leaves in time."""

from collections.abc import Callable
from typing import Any, NamedTuple

from pool_lab.lab.work.gate import Gate
from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import all_shut_down, errors, finished, is_of_wait, listed, raised, returned
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules
from pool_lab.lessons.exercises.messages import AttemptEnding

TAKES_S = 0.3
RAISES = "your function raised the exception of the call"


class Case(NamedTuple):
    result: Any
    error: type[Exception]


CASES = (Case("here it is", ValueError), Case(None, OSError))


def given(case: Case) -> tuple[Any, ...]:
    return case


def in_haste(answer: Callable[[Callable[[], Any], float], Any], result: Any, error: type[Exception]) -> list[Any]:
    """Call the answer with a call that is done soon, and much patience; with one that waits until the end, and little
    patience; and with one that raises. An answer that waits for the second call waits forever, and is stopped.
    """
    gate: Gate[str] = Gate()

    def quick() -> Any:
        nap(TAKES_S)  # not at once: an answer that does not wait is noticed
        return result

    def fail() -> None:
        nap(TAKES_S)
        raise error("the call failed")

    results = [answer(quick, 60.0), answer(lambda: gate("much later"), 0.1)]
    try:
        return [*results, answer(fail, 60.0)]
    except error:
        return [*results, RAISES]


def waited_in_shutdown(attempt: Attempt) -> bool:
    """Whether it was in `shutdown`, or at the end of a `with` block, which is the same."""
    return attempt.ending is AttemptEnding.DEADLOCK and (
        all_shut_down(attempt) or any("in shutdown" in wait for wait in attempt.waits)
    )


def slept(attempt: Attempt) -> bool:
    """Whether it was stuck with the first call done, and no other submitted."""
    return attempt.ending is AttemptEnding.STUCK and finished(attempt) == len(attempt.spans) == 1


def shut_one_down(attempt: Attempt) -> bool:
    return returned(attempt) and any(run.was_shut_down for run in attempt.own_runs) and not all_shut_down(attempt)


def gave_a_timeout(attempt: Attempt) -> bool:
    return any("unexpected keyword argument 'timeout'" in error for error in errors(attempt))


RULES = Rules(
    run=in_haste,
    given=given,
    cases=CASES,
    most_calls=20,
    claims=(
        Claim("you returned the result that came in time", lambda attempt: attempt.result[0] == attempt.case.result),
        Claim(
            'you returned `"too late"` before the call was done',
            lambda attempt: attempt.result[1] == "too late",
        ),
        Claim("what the call raised came out of your function", lambda attempt: attempt.result[2] == RAISES),
        Claim("all calls went to a pool", lambda attempt: len(attempt.spans) == 3),
        SHUT_DOWN,
    ),
    mistakes={
        "after shutdown": mistakes.after_shutdown,
        "a timeout for the call": gave_a_timeout,
        "without a pool": lambda attempt: not attempt.spans and attempt.ending is not AttemptEnding.RAISED,
        "slept": slept,
        "waits at the end": waited_in_shutdown,
        "waits forever": lambda attempt: attempt.ending in {AttemptEnding.DEADLOCK, AttemptEnding.STUCK},
        "the error came out": raised("TimeoutError"),
        "a future": mistakes.futures,
        "sets": lambda attempt: any(map(is_of_wait, listed(attempt.result))),
        "nothing returned": lambda attempt: attempt.case.result and attempt.result[0] is None,
        "no patience": lambda attempt: attempt.case.result and attempt.result[0] == "too late",
        "a result is something": lambda attempt: attempt.case.result is None and attempt.result[0] is not None,
        "nothing": lambda attempt: attempt.result[1] is None,
        "any error": lambda attempt: attempt.result[2] == "too late",
        "an error as a result": lambda attempt: attempt.result[2] != RAISES,
        "not in every case": shut_one_down,
        "not shut down": mistakes.not_shut_down,
    },
)
