"""08.2: several threads, one queue."""

from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.messages import AttemptEnding
from pool_lab.lessons.lesson_08.exercise_1 import each_call_in_its_own
from pool_lab.lessons.lesson_08.facts import AT_ONCE, crashed, fact, made_twice, says
from pool_lab.lessons.lesson_08.trial import NAPS, WORKERS, trial_of_step

ALL_LISTED = [True] * WORKERS


def all_ran(made: Attempt) -> bool:
    return sorted(fact(made, "ran")) == sorted(NAPS)


def too_many(made: Attempt) -> bool:
    return made.most_at_once > WORKERS or bool(fact(made, "threads") > WORKERS)


def joined(made: Attempt) -> bool:
    return made.ending is AttemptEnding.STUCK and any("until a thread ends" in wait for wait in made.waits)


RULES = Rules(
    run=trial_of_step(2),
    submits_calls=True,
    claims=(
        AT_ONCE,
        Claim("every call was made", all_ran),
        Claim("as many calls ran at the same time as there are workers", says("together", True)),
        Claim("there were no more threads than workers", lambda made: not too_many(made)),
        Claim("`self.threads` has the threads", says("listed", ALL_LISTED), essential=False),
    ),
    mistakes={
        "joined": joined,
        "called work": lambda made: made.ending is AttemptEnding.STUCK,
        "made twice": made_twice,
        "crashed": crashed(),
        "a thread for each call": each_call_in_its_own,
        "too many threads": too_many,
        "one thread": lambda made: returned(made) and made.most_at_once == 1,
        "nothing ran": says("ran", []),
        "too few threads": lambda made: returned(made) and says("together", False)(made),
        "list of Nones": says("listed", [False] * WORKERS),
        "no list": lambda made: returned(made) and fact(made, "listed") != ALL_LISTED,
    },
)
