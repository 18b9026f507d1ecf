"""The questions of lesson 10."""

from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.questions import Asking, Miss, NumberQuestion, Option, Question, Traces, only

__all__ = ["QUESTIONS"]


def _finished_in_deadlock(stuck: Any) -> int | None:
    """How many calls had finished when the others were in a deadlock. The evidence is what `waits_for` shows."""
    trace: Trace = stuck.graph.trace
    return trace.counts[CallState.FINISHED] if stuck.is_deadlock else None


def _finished(traces: Traces) -> int | None:
    trace = only(traces)
    return None if trace.open_calls else trace.counts[CallState.FINISHED]


def _in_the_child(printed: Any) -> str | None:
    """What a program printed that forks while another thread holds a lock."""
    lines = str(printed).splitlines()
    if not lines or not lines[0].startswith("child:"):
        return None
    return "free" if lines[0].endswith("True") else "held"


NESTED = NumberQuestion(
    "A pool has two workers, and both run a call. Each of these two calls submits another call to the same pool, and "
    "waits for its result. How many of the four calls finish?",
    _finished_in_deadlock,
    because="The two new calls are queued, and only a worker that has finished its call takes the next. Both workers "
    "wait for calls that no worker is left to run.",
    misses=(
        Miss(
            4,
            "A worker that waits in `result()` does not run other calls meanwhile. Its thread is busy: it waits.",
        ),
        Miss(2, "For a call to finish, a worker has to take it. Both workers still have their first call."),
    ),
    otherwise="Both workers are in the same position, so neither can go on before the other.",
    most=4,
    unit="calls",
)

CTRL_C = NumberQuestion(
    "A pool with one worker has five calls. Inside its `with` block you wait for the first. Then you press Ctrl-C or "
    "the stop button, once. How many of the five calls run to their end?",
    _finished,
    because="Ctrl-C raises a `KeyboardInterrupt` in the main thread, and nowhere else. It leaves the block through "
    "`__exit__`, which waits until all submitted calls are done, also the queued ones.",
    misses=(
        Miss(1, "The running call was not stopped. Python sends the interrupt to the main thread only."),
        Miss(2, "The queued calls were not cancelled. The end of a `with` block cancels nothing."),
    ),
    otherwise="All five calls were submitted before, and nobody cancelled any of them.",
    most=5,
    unit="calls",
)

FORK = Question(
    "A thread holds a lock. Another thread forks the process, and then the first one releases the lock. What happens "
    "if the child tries to get the lock?",
    {
        "free": Option(
            "It gets the lock, because the thread has released it.",
            "The child got the lock.",
            "The thread released the lock of the parent. The child has a copy of it, made while it was held.",
        ),
        "held": Option(
            "It waits in vain: in the child, nobody releases the lock.",
            "The child has a copy of the lock, which is held, and no copy of the thread that holds it. So in the child "
            "nobody will ever release it.",
        ),
    },
    _in_the_child,
)

QUESTIONS: dict[str, Asking] = {"10 nested": NESTED, "10 ctrl-c": CTRL_C, "10 fork": FORK}
