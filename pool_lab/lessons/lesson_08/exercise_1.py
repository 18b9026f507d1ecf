"""08.1: a queue, and one thread that takes calls from it."""

from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.lesson_08.facts import AT_ONCE, crashed, fact, is_not, made_twice, no_star, says
from pool_lab.lessons.lesson_08.trial import NAPS, trial_of_step


def each_call_in_its_own(made: Attempt) -> bool:
    return bool(fact(made, "threads") == len(NAPS))


RULES = Rules(
    run=trial_of_step(1),
    submits_calls=True,
    claims=(
        AT_ONCE,
        Claim("every call was made, in the order in which it was submitted", says("ran", list(NAPS))),
        Claim("one thread made all of them", says("threads", 1)),
    ),
    mistakes={
        "submit waits": says("at once", False),
        "made twice": made_twice,
        "no star": no_star,
        "get not called": crashed(r"TypeError: .*\bbuiltin_\w+ object"),
        "no pair": crashed("(Type|Value)Error: .*(unpack|subscriptable)"),
        "crashed": crashed(),
        "thread ended": lambda made: says("together", False)(made) and says("alive", False)(made),
        "nothing ran": says("together", False),
        "only the first": says("ran", []),
        "a thread for each call": each_call_in_its_own,
        "several threads": is_not("threads", 1),
    },
)
