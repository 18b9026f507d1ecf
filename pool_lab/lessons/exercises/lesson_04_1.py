"""Exercise 04.1: lines that tame an endless input."""

from dataclasses import replace

from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    AFTER_SHUTDOWN,
    LINE_MISSING,
    NO_RESULTS,
    NOT_SHUT_DOWN,
    SHUT_DOWN,
    call,
    nothing,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake
from pool_lab.lessons.exercises.line_order import listing, ordering
from pool_lab.lessons.exercises.messages import Ending

__all__ = ["EXERCISES", "PREAMBLE"]

PREAMBLE = """\
import time
from itertools import count, islice, repeat

from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pool_lab.lab import Gate, stacked, watch, workloads
"""

LINES = {
    "A": "results = list(islice(naps, 4))",
    "B": "naps = pool.map(workloads.nap, repeat(0.1), buffersize=2)",
    "C": "pool.shutdown()",
    "D": "pool = ThreadPoolExecutor(max_workers=2)",
    "E": "naps = pool.map(workloads.nap, repeat(0.1))",
    "F": "results = list(naps)",
}
MOST_CALLS = 40


def ran_far_ahead(made: Attempt) -> bool:
    """Whether far more calls were waiting than two workers and a buffer of two could account for."""
    return made.ending is Ending.FLOOD and made.unfinished > MOST_CALLS / 2


TAME = Exercise(
    name="04.1",
    title="Put the lines in order",
    text="The naps never end, but four results are wanted, and no more. Here are the lines, in no order; four of the "
    "six are needed. Write their letters in the right order." + listing(LINES),
    starter='check("04.1", "...")',
    hints=(
        "Two lines call `map`, and two make a list. Which of them come to an end?",
        "`map` takes all inputs unless it has a `buffersize`; `list` asks until there is nothing more.",
        "Make the pool, `map` with a buffer, take four, and shut the pool down when nothing is asked for any more.",
    ),
    claims=(
        Claim("four results were taken", lambda made: made.result == [0.1] * 4),
        Claim("no more than a few calls were ahead of them", lambda made: 4 <= len(made.spans) <= 8),
        SHUT_DOWN,
    ),
    mistakes={
        "no results": NO_RESULTS,
        "a line is missing": LINE_MISSING,
        "after shutdown": replace(
            AFTER_SHUTDOWN,
            words="A `map` with a buffer hands over the next call when a result is asked for. It asked a pool that "
            "had been shut down already.",
        ),
        "takes all inputs": Mistake(
            "Without a `buffersize`, `map` takes all inputs before it comes back, and there was no end to them. It was "
            "stopped.",
            ran_far_ahead,
            13,
        ),
        "asks without end": Mistake(
            "The buffer held the inputs back, but `list` asked for one result after the other, and there was no end to "
            "them. It was stopped. `islice` asks for so many only.",
            lambda made: made.ending is Ending.FLOOD,
        ),
        "not shut down": NOT_SHUT_DOWN,
    },
    right=('check("04.1", "D B A C")', 'check("04.1", "dbac")', 'check("04.1", ["D", "B", "A", "C"])'),
    wrong={
        "no results": ('check("04.1", "D B C")', 'check("04.1", "D")'),
        "a line is missing": ('check("04.1", "B D A C")', 'check("04.1", "D A C")'),
        "after shutdown": ('check("04.1", "D B C A")', 'check("04.1", "D C B A")'),
        "takes all inputs": ('check("04.1", "D E A C")', 'check("04.1", "D E F C")'),
        "asks without end": ('check("04.1", "D B F C")',),
        "not shut down": ('check("04.1", "D B A")',),
    },
    play=Play(call, nothing, most_calls=MOST_CALLS),
    preamble=PREAMBLE,
    prepare=ordering(LINES, PREAMBLE),
)

EXERCISES = (TAME,)
