"""Exercise 05.1: lines that end a pool early."""

from pool_lab.lessons.exercises.attempt import Play
from pool_lab.lessons.exercises.evidence import (
    AFTER_SHUTDOWN,
    LINE_MISSING,
    NO_RESULTS,
    NOT_SHUT_DOWN,
    SHUT_DOWN,
    call,
    cancelled,
    finished,
    nothing,
    returned,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake
from pool_lab.lessons.exercises.line_order import listing, ordering

__all__ = ["EXERCISES", "PREAMBLE"]

PREAMBLE = """\
import time
from threading import Event

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lab import Gate, stacked, watch, workloads
"""

LINES = {
    "A": "pool.shutdown(cancel_futures=True)",
    "B": "results = [future.result() for future in futures if not future.cancelled()]",
    "C": "pool.shutdown()",
    "D": "futures = [pool.submit(workloads.nap, 0.1) for _ in range(40)]",
    "E": "results = [future.result() for future in futures]",
    "F": "pool = ThreadPoolExecutor(max_workers=2)",
}


END_EARLY = Exercise(
    name="05.1",
    title="Put the lines in order",
    text="Forty naps are handed over, and then the program is told to end: what runs is to finish, what waits is to be "
    "cancelled, and `results` is to hold what those returned that ran. Here are the lines, in no order; four of the "
    "six are needed. Write their letters in the right order." + listing(LINES),
    starter='check("05.1", "...")',
    hints=(
        "Two lines shut the pool down. Which one has to do with the calls that wait?",
        "Asking for a result waits until its call is done. If you ask for all of them first, none is left to cancel.",
        "A cancelled call has no result: `result()` raises a `CancelledError`. Which line asks only the others?",
    ),
    claims=(
        Claim("forty naps were handed over", lambda made: len(made.spans) == 40),
        Claim("those that waited were cancelled", lambda made: cancelled(made) > 0),
        Claim("the results are those of the calls that ran", lambda made: made.result == [0.1] * finished(made)),
        SHUT_DOWN,
    ),
    mistakes={
        "no results": NO_RESULTS,
        "a line is missing": LINE_MISSING,
        "after shutdown": AFTER_SHUTDOWN,
        "asks the cancelled": Mistake(
            "It asked a cancelled call for its result, and there is none: a `CancelledError`.",
            lambda made: "CancelledError" in made.error,
        ),
        "not shut down": NOT_SHUT_DOWN,
        "all ran": Mistake(
            "All forty were run. By the time they could have been cancelled they had been waited for, or nobody said "
            "that they should be cancelled.",
            lambda made: returned(made) and not cancelled(made),
            16,
        ),
    },
    right=('check("05.1", "F D A B")', 'check("05.1", "fdab")', 'check("05.1", ["F", "D", "A", "B"])'),
    wrong={
        "no results": ('check("05.1", "F D A")', 'check("05.1", "F D C")'),
        "a line is missing": ('check("05.1", "D F A B")', 'check("05.1", "F A B")'),
        "after shutdown": ('check("05.1", "F A D B")', 'check("05.1", "F C D E")'),
        "asks the cancelled": ('check("05.1", "F D A E")',),
        "not shut down": ('check("05.1", "F D E")',),
        "all ran": ('check("05.1", "F D C B")', 'check("05.1", "F D C E")', 'check("05.1", "F D B A")'),
    },
    play=Play(call, nothing),
    preamble=PREAMBLE,
    prepare=ordering(LINES, PREAMBLE),
)

EXERCISES = (END_EARLY,)
