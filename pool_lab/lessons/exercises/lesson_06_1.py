"""Exercise 06.1: lines that take the first result and go."""

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    AFTER_SHUTDOWN,
    LINE_MISSING,
    NO_RESULTS,
    SETS,
    all_shut_down,
    call,
    finished,
    nothing,
    raised,
    returned,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake
from pool_lab.lessons.exercises.line_order import listing, ordering

__all__ = ["EXERCISES", "LEFT_IN_QUEUE", "PREAMBLE", "left_in_queue", "waited_for_more"]

PREAMBLE = """\
from pool_lab import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, ThreadPoolExecutor, as_completed, wait
from pool_lab.lab import watch, workloads
from pool_lab.lab.work.servers import Gate, Server, after, broken, fetch
"""


def waited_for_more(made: Attempt) -> bool:
    """Whether a second call had come to a good end when the answer was over."""
    return returned(made) and finished(made) > 1


def left_in_queue(made: Attempt) -> bool:
    return made.counts[CallState.QUEUED] > 0


LEFT_IN_QUEUE = Mistake(
    "The answer is right, and behind it calls are still waiting for a worker. Nobody wants them any more: cancel them.",
    lambda made: returned(made) and left_in_queue(made),
)

LINES = {
    "A": "results = [future.result() for future in done]",
    "B": "done, not_done = wait(futures)",
    "C": "pool = ThreadPoolExecutor(max_workers=2)",
    "D": "pool.shutdown(wait=False, cancel_futures=True)",
    "E": "results = done",
    "F": "done, not_done = wait(futures, return_when=FIRST_COMPLETED)",
    "G": "futures = [pool.submit(workloads.nap, seconds) for seconds in (0.1, 3, 3, 3)]",
    "H": "pool.shutdown()",
}

FIRST_OVER = Exercise(
    name="06.1",
    title="Put the lines in order",
    text="Four naps go to a pool with two workers. When the first is over, take its result and be gone: wait for no "
    "other, and let none begin that has not begun. Five of these lines are needed. Write their letters in the right "
    "order." + listing(LINES),
    starter='check("06.1", "...")',
    hints=(
        "What has to be there first: the futures, the pool, or the two sets?",
        "Lines B and F do the same, but for the moment at which they return. Which of them waits for one nap only?",
        "Two lines shut the pool down. One of them waits for everything; the other waits for nothing and cancels "
        "what has not begun. It may come before the results are asked for, and not before `wait`.",
    ),
    claims=(
        Claim("the list holds the result of the nap that was over first", lambda made: made.result == [0.1]),
        Claim("four naps were handed over", lambda made: len(made.spans) == 4),
        Claim("nobody waited for the others", lambda made: finished(made) == 1),
        Claim("no nap is left to begin", lambda made: not left_in_queue(made), essential=False),
        Claim("the pool was shut down", all_shut_down, essential=False),
    ),
    mistakes={
        "no results": NO_RESULTS,
        "a line is missing": LINE_MISSING,
        "after shutdown": AFTER_SHUTDOWN,
        "cancelled too soon": Mistake(
            "The naps that had not begun were cancelled before `wait` was called. To `wait` they are done, like the "
            "first; to ask them for a result raises a `CancelledError`.",
            raised("CancelledError", "concurrent.futures._base.CancelledError"),
        ),
        "sets": SETS,
        "waits for all": Mistake(
            "It stayed until other naps were over, too. Which line waits for all of them?", waited_for_more
        ),
        "left in the queue": LEFT_IN_QUEUE,
    },
    right=('check("06.1", "C G F A D")', 'check("06.1", "cgfda")', 'check("06.1", ["C", "G", "F", "D", "A"])'),
    wrong={
        "no results": ('check("06.1", "C G F D")', 'check("06.1", "C G")'),
        "a line is missing": ('check("06.1", "G F A D")', 'check("06.1", "C G A D")', 'check("06.1", "C F G A D")'),
        "after shutdown": ('check("06.1", "C D G F A")',),
        "cancelled too soon": ('check("06.1", "C G D F A")',),
        "sets": ('check("06.1", "C G F E D")',),
        "waits for all": ('check("06.1", "C G B A D")', 'check("06.1", "C G F A H")'),
        "left in the queue": ('check("06.1", "C G F A")',),
    },
    play=Play(call, nothing),
    preamble=PREAMBLE,
    prepare=ordering(LINES, PREAMBLE),
)

EXERCISES = (FIRST_OVER,)
