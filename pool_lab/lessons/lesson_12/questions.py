"""The questions of lesson 12."""

from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.questions import Asking, Option, Question, Traces, only

__all__ = ["QUESTIONS"]


def _ticks(ticks: Any) -> str | None:
    """`ticks`: how many were counted, by the way of waiting."""
    blocked, awaited = ticks["result()"], ticks["await"]
    if not awaited:
        return None
    return "none" if not blocked else "some"


LOOP = Question(
    "In an event loop, one coroutine counts ticks, fifty a second. Another submits a nap of half a second to a pool, "
    "and calls `future.result()`. How many ticks are counted during the nap?",
    {
        "some": Option(
            "About twenty-five: the nap is in another thread.",
            "Ticks were counted during the nap.",
            "The nap is in another thread, but `result()` is not: it blocks the thread of the loop until the nap is "
            "over, and all coroutines of the loop with it. With `await` the coroutine waits, and the loop goes on.",
        ),
        "none": Option(
            "None.",
            "`result()` blocks the only thread of the loop, so no other coroutine ran. `await future` gives the loop "
            "back until the future is done, and the ticks went on.",
        ),
        "later": Option(
            "None at first, but the loop catches up: about twenty-five in the end.",
            if_wrong="The loop does not make up for lost time. The coroutine that counts was asleep for the whole nap.",
        ),
    },
    _ticks,
)


def _killed(traces: Traces) -> str | None:
    counts = only(traces).counts
    if counts[CallState.FAILED] or counts[CallState.CANCELLED]:
        return "lost" if counts[CallState.FINISHED] else "all"
    return "again" if counts[CallState.FINISHED] == sum(counts.values()) else None


KILLED = Question(
    "A cluster has two workers and twenty calls. In the middle of them you kill one worker. What happens to the calls "
    "that were to run on it?",
    {
        "again": Option(
            "Another worker runs them: all twenty calls finish.",
            "The scheduler notices that the worker is gone, and sends its calls to the other one. So a call may run "
            "twice. Write calls that do no harm then.",
        ),
        "lost": Option(
            "They fail, and the others finish.",
            "Some calls failed, and the others finished.",
            "A process pool with `replace_workers=True` would do that. A cluster expects computers to fail, and tries "
            "a call up to four times.",
        ),
        "all": Option(
            "All calls that are not done fail: the pool is broken.",
            "All calls that were not done failed.",
            "That is what a process pool does by default. A cluster goes on with the workers that it has.",
        ),
    },
    _killed,
)

QUESTIONS: dict[str, Asking] = {"12 loop": LOOP, "12 killed": KILLED}
