"""The questions of lesson 05."""

from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.questions import Miss, NumberQuestion, Option, OrderQuestion, Question, Traces, only

__all__ = ["LAST_LINE", "QUESTIONS"]

LAST_LINE = "the last line of the program"


def _done(traces: Traces) -> int | None:
    """How many calls of the pool finished; None while some are queued or running."""
    counts = only(traces).counts
    return None if counts[CallState.QUEUED] or counts[CallState.RUNNING] else counts[CallState.FINISHED]


def _order(done: Any) -> tuple[str, ...] | None:
    """Where `shutdown` comes, from whether A and B were done when it had returned."""
    return {(False, False): ("S", "A", "B"), (True, False): ("A", "S", "B"), (True, True): ("A", "B", "S")}.get(
        tuple(done)
    )


def _printed_after(printed: Any) -> int | None:
    """How many lines the program printed after its last."""
    lines = str(printed).splitlines()
    return len(lines) - 1 - lines.index(LAST_LINE) if LAST_LINE in lines else None


def _submitting_more(traces: Traces) -> str | None:
    """What happened to the call that submitted another one."""
    first = only(traces).spans[0]
    if first.state is CallState.FAILED:
        return "refused" if "RuntimeError" in (first.error or "") else None
    if first.state is CallState.FINISHED:
        return "taken"
    return None


def _left(done: Any) -> str:
    """Whether the call was done when the `with` block was left."""
    return "with the call" if done else "at once"


ORDER = OrderQuestion(
    "A pool has one worker: A is running, B is queued. You call `pool.shutdown()`. In which order does this happen?",
    {"S": "`shutdown` returns", "A": "A finishes", "B": "B finishes"},
    _order,
    because="`shutdown` stops nothing: running calls and queued calls run to their end. It waits for all of them, and "
    "then for the worker to exit. `wait=True` is the default.",
    misses=(
        Miss(
            lambda answer, _: answer[0] == "S",
            "That would be `wait=False`. By default `shutdown` returns when everything is done.",
        ),
        Miss(
            ("A", "S", "B"),
            "It does not wait for the running calls only. B was submitted before, so it runs, and `shutdown` waits for "
            "it, too.",
        ),
    ),
    otherwise="There is one worker: it can take B only when A has finished.",
)

NOT_WAITING = NumberQuestion(
    "A pool with two workers has six calls: two are running, four are queued. You call `pool.shutdown(wait=False)`. "
    "How many of the six run to their end?",
    _done,
    because="`wait` is about the thread that calls `shutdown`, not about the calls. All six run, but `shutdown` does "
    "not wait for them.",
    misses=(
        Miss(0, "Nothing was cancelled. With `wait=False` only your thread goes on; the pool works as before."),
        Miss(2, "The queued calls ran as well: not waiting for a call does not cancel it."),
    ),
    otherwise="All calls were submitted before `shutdown`, so they are all treated alike.",
    most=6,
    unit="calls",
)

EXIT = NumberQuestion(
    "A program submits three calls to a pool with one worker. Each call waits for the program's last line, then prints "
    "a line. The program shuts the pool down with `wait=False`, prints its last line, and ends. How many lines come "
    "after that?",
    _printed_after,
    because="After the last line of a program, the interpreter waits for the pools: all submitted calls run. "
    "`wait=False` does not change that, and neither does a pool that was never shut down.",
    misses=(
        Miss(0, "The program did not end with its last line: its pool had work, and the interpreter waited for it."),
        Miss(1, "The interpreter waits for more than the running call: the two queued calls run as well."),
    ),
    otherwise="There were three calls, and each of them printed one line.",
    most=10,
    unit="lines",
)

DROPPED = NumberQuestion(
    "Another pool has the same six calls. You call `pool.shutdown(wait=False, cancel_futures=True)`. How many of the "
    "six run to their end?",
    _done,
    because="The four queued calls are cancelled and will never run: their futures are done, without a result. The two "
    "running calls cannot be stopped.",
    misses=(
        Miss(0, "`cancel_futures` cancels futures, and a running call can no longer be cancelled: the two finished."),
        Miss(6, "The calls that had not started when you called `shutdown` were cancelled."),
    ),
    otherwise="`shutdown` looks only at whether a call has started. Two had, and four had not.",
    most=6,
    unit="calls",
)

FOLLOW_UP = Question(
    "A call is running when its pool is shut down. Then this call submits another one to the same pool. What happens?",
    {
        "taken": Option(
            "The pool is still working, so it takes the call.",
            "The pool took the call.",
            "The pool is still working, but after `shutdown` it takes no more calls, not even from its own calls.",
        ),
        "refused": Option(
            "`submit` raises a `RuntimeError` in the running call.",
            "After `shutdown` the pool takes no more calls. The error is raised where `submit` was called: inside the "
            "running call, which fails with it unless it catches it.",
        ),
        "hangs": Option(
            "The running call waits forever, because the new call never runs.",
            if_wrong="A pool never takes a call that it will not run: `submit` raises an error at once.",
        ),
    },
    _submitting_more,
)

LEAVING = Question(
    "Inside `with pool:` you ask for a result with `timeout=0`. The call is still running, so a `TimeoutError` is "
    "raised and leaves the block. When is the line after the block reached?",
    {
        "at once": Option(
            "At once: an exception leaves a block without delay.",
            "The block was left before the call was done.",
            "An exception leaves the block through `__exit__`, and for a pool this is `shutdown(wait=True)`. It waits "
            "until the call is done.",
        ),
        "with the call": Option(
            "When the call is done.",
            "The end of a `with` block is `shutdown(wait=True)`, with or without an exception. The `TimeoutError` "
            "leaves the block after the last call has finished.",
        ),
        "stopped": Option(
            "At once, and the call is stopped.",
            if_wrong="A running call is never stopped: `__exit__` waited until it had finished.",
        ),
    },
    _left,
)

QUESTIONS = {
    "05 order": ORDER,
    "05 wait=False": NOT_WAITING,
    "05 exit": EXIT,
    "05 cancel_futures": DROPPED,
    "05 submit": FOLLOW_UP,
    "05 with": LEAVING,
}
