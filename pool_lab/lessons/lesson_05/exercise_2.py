"""05.2: a function that leaves in time."""

from collections.abc import Callable
from typing import Any

from pool_lab.lab.work.gate import Gate
from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import all_shut_down, errors, finished, is_of_wait, listed, raised, returned
from pool_lab.lessons.exercises.exercise import SHUT_DOWN, Claim, Rules
from pool_lab.lessons.exercises.messages import Ending

TAKES_S = 0.3


def quick() -> str:
    """Done soon, but not at once: an answer that does not wait at all is too early."""
    nap(TAKES_S)
    return "here it is"


def in_haste(answer: Callable[[Callable[[], str], float], Any]) -> list[Any]:
    """Ask for a call that is done soon, with much patience; then, with little, for one that waits until that is over.

    An answer that waits for the second call waits for ever, and is stopped.
    """
    gate: Gate[str] = Gate()
    results = [answer(quick, 60.0), answer(lambda: gate("much later"), 0.1)]
    gate.open()
    return results


def waited_in_shutdown(attempt: Attempt) -> bool:
    """Whether it was in `shutdown`, or at the end of a `with` block, which is the same."""
    return attempt.ending is Ending.DEADLOCK and (
        all_shut_down(attempt) or any("in shutdown" in wait for wait in attempt.waits)
    )


def slept(attempt: Attempt) -> bool:
    """Whether it was stuck with the first call done, and no other submitted."""
    return attempt.ending is Ending.STUCK and finished(attempt) == len(attempt.spans) == 1


def shut_one_down(attempt: Attempt) -> bool:
    return returned(attempt) and any(run.was_shut_down for run in attempt.own_runs) and not all_shut_down(attempt)


def gave_a_timeout(attempt: Attempt) -> bool:
    return any("unexpected keyword argument 'timeout'" in error for error in errors(attempt))


RULES = Rules(
    play=in_haste,
    claims=(
        Claim(
            "you returned the result that was there in time",
            lambda attempt: listed(attempt.result)[:1] == ["here it is"],
        ),
        Claim(
            'you returned `"too late"` before the call was done',
            lambda attempt: listed(attempt.result)[1:] == ["too late"],
        ),
        Claim("both calls went to a pool", lambda attempt: len(attempt.spans) == 2),
        SHUT_DOWN,
    ),
    mistakes={
        "after shutdown": mistakes.after_shutdown,
        "called first": mistakes.called_first,
        "a timeout for the call": gave_a_timeout,
        "without a pool": lambda attempt: not attempt.spans and attempt.ending is not Ending.RAISED,
        "slept": slept,
        "waits at the end": waited_in_shutdown,
        "waits for ever": lambda attempt: attempt.ending in {Ending.DEADLOCK, Ending.STUCK},
        "the error came out": raised("TimeoutError"),
        "a future": mistakes.futures,
        "sets": lambda attempt: any(map(is_of_wait, listed(attempt.result))),
        "no patience": lambda attempt: listed(attempt.result)[0] == "too late",
        "nothing": lambda attempt: listed(attempt.result)[1] is None,
        "one of two": shut_one_down,
        "not shut down": mistakes.not_shut_down,
    },
)
