"""The questions of lesson 05: what becomes of the calls, and of the one who shuts the pool down."""

from typing import Any

from pool_lab.lab.trace.span import CallState, Span
from pool_lab.lessons.predictions.questions import Asking, Miss, NumberQuestion, Option, OrderQuestion, Question, Traces

__all__ = ["LAST_LINE", "QUESTIONS"]

LAST_LINE = "the last line of the program"


def _done(traces: Traces) -> int | None:
    """How many calls of the pool are done; None while some of them may still be."""
    (trace,) = traces.values()
    counts = trace.counts
    return None if counts[CallState.QUEUED] or counts[CallState.RUNNING] else counts[CallState.FINISHED]


def _ends(traces: Traces) -> tuple[str, ...] | None:
    """A and B by their ends, and the call of `shutdown` among them."""
    calls, shutting = traces["calls"].spans, traces["shutdown"].spans
    moments = dict(zip("AB", (span.ended for span in calls), strict=False))
    moments["S"] = shutting[0].ended if shutting else None
    ended = {name: moment for name, moment in moments.items() if moment is not None}
    return tuple(sorted(ended, key=ended.__getitem__)) if len(ended) == 3 else None


def _printed_after(printed: Any) -> int | None:
    """How many lines the program printed after its last."""
    lines = str(printed).splitlines()
    return len(lines) - 1 - lines.index(LAST_LINE) if LAST_LINE in lines else None


def _asked_for_more(traces: Traces) -> str | None:
    """What came of the call that handed over another one."""
    (trace,) = traces.values()
    first = trace.spans[0]
    if first.state is CallState.FAILED:
        return "refused" if "RuntimeError" in (first.error or "") else None
    if first.state is CallState.FINISHED:
        return "taken"
    return None


def _left(traces: Traces) -> str | None:
    """Whether the one in the `with` block was out of it before the call was done."""
    calls, leaving = traces["calls"].spans, traces["leaving"].spans
    done, out = (_end_of(spans) for spans in (calls, leaving))
    if done is None or out is None:
        return None
    if calls[0].state is not CallState.FINISHED:
        return "stopped"
    return "at once" if out < done else "with the call"


def _end_of(spans: tuple[Span, ...]) -> float | None:
    return spans[0].ended if spans else None


RUNNING_AND_WAITING = NumberQuestion(
    "A pool with two workers has six calls: two run, four wait at the door. The first way to end it is "
    "`pool.shutdown()`. How many of the six will be run to their end?",
    _done,
    "`shutdown` says that no more calls will come. Those that are there, running or waiting, are run to their end.",
    (
        Miss(
            lambda answer, _: answer == 0,
            "It stops nothing: a thread cannot be stopped from outside. And the calls that wait are not cancelled, "
            "unless you say so.",
        ),
        Miss(
            lambda answer, _: answer == 2,
            "Those that waited were run as well. To cancel them is a wish of its own: `cancel_futures=True`.",
        ),
        Miss(lambda *_: True, "A pool makes no difference between calls that wait: it runs all of them."),
    ),
    most=6,
    unit="calls",
)

ORDER = OrderQuestion(
    "A pool with one worker: A runs, B waits at the door. `pool.shutdown()` is called. In which order do these three "
    "come?",
    {"S": "`shutdown` is back", "A": "A ends", "B": "B ends"},
    _ends,
    "`wait=True` is the default, and it waits for all calls: those that run, those that wait, and then for the worker "
    "to go home.",
    (
        Miss(
            lambda answer, _: answer[0] == "S",
            "That would be `wait=False`. By default, whoever calls `shutdown` stands there until all is done.",
        ),
        Miss(
            lambda answer, _: answer == ("A", "S", "B"),
            "It does not wait for the running calls only. B had been handed over before, so it is run, and waited for.",
        ),
        Miss(lambda *_: True, "There is one worker: it can take B only when A has ended."),
    ),
)

NOT_WAITING = NumberQuestion(
    "The second way is `pool.shutdown(wait=False)`: two calls run, four wait at the door. How many of the six will be "
    "run to their end?",
    _done,
    "`wait` is about the one who calls `shutdown`, and not about the calls. All six are run; you are only not there "
    "to see it.",
    (
        Miss(
            lambda answer, _: answer == 0,
            "Nothing was cancelled. `wait=False` tells only you to go on; the pool does its work as before.",
        ),
        Miss(
            lambda answer, _: answer == 2,
            "Those that waited were run as well: not to wait for them is not to cancel them.",
        ),
        Miss(lambda *_: True, "All calls were handed over before `shutdown`, so they all are treated alike."),
    ),
    most=6,
    unit="calls",
)

EXIT = NumberQuestion(
    "A program hands three calls to a pool with one worker. Each waits for the program's last line and then prints a "
    "line. The program shuts the pool down with `wait=False`, prints its own last line, and ends. How many lines come "
    "after that?",
    _printed_after,
    "When a program has come to its last line, the interpreter waits for the pools: what was handed over is run. "
    "`wait=False` does not change that, nor does a pool that was never shut down.",
    (
        Miss(
            lambda answer, _: answer == 0,
            "The program was not over with its last line: its pool still had work, and the interpreter waited for it.",
        ),
        Miss(
            lambda answer, _: answer == 1,
            "Not only the running call is waited for: the two that were waiting are run as well.",
        ),
        Miss(lambda *_: True, "There were three calls, and each of them printed one line."),
    ),
    most=10,
    unit="lines",
)

DROPPED = NumberQuestion(
    "The third way is `pool.shutdown(cancel_futures=True)`: two calls run, four wait at the door. How many of the six "
    "will be run to their end?",
    _done,
    "The four that waited are cancelled, and will never run: their futures are done, without a result. The two that "
    "run cannot be stopped.",
    (
        Miss(
            lambda answer, _: answer == 0,
            "`cancel_futures` cancels futures, and a call that runs cannot be cancelled any more: the two ended in "
            "peace.",
        ),
        Miss(lambda answer, _: answer == 6, "Those that had not been started when `shutdown` came were cancelled."),
        Miss(lambda *_: True, "Two had been started, and the others had not: that is all it looks at."),
    ),
    most=6,
    unit="calls",
)

FOLLOW_UP = Question(
    "A call is running when its pool is shut down. Then the call itself hands another one to the pool, with "
    "`pool.submit`. What happens?",
    {
        "taken": Option(
            "The pool is still at work, so it takes the call.",
            "The pool took the call.",
            "The pool still works, but the door is shut: from `shutdown` on it takes no call, from nobody, not even "
            "from a call of its own.",
        ),
        "refused": Option(
            "`submit` raises a `RuntimeError` in the running call.",
            "The door is shut for everyone from the moment of `shutdown`. The error is raised where `submit` was "
            "called: inside the running call, which fails with it unless it catches it.",
        ),
        "hangs": Option(
            "The running call waits for ever, for the new call is never run.",
            "The running call waits for ever.",
            "A pool never takes a call that it will not run: it says no at once, with an error.",
        ),
    },
    _asked_for_more,
)

LEAVING = Question(
    "Inside `with pool:` someone asks for a result with `timeout=0`. The call still runs, so a `TimeoutError` is "
    "raised and leaves the block. When is the line after the block reached?",
    {
        "at once": Option(
            "At once: an exception leaves a block without delay.",
            "The block was left before the call was done.",
            "An exception leaves the block through `__exit__`, and that of a pool is `shutdown(wait=True)`. It waits "
            "there, with the exception in its hands, until the call is done.",
        ),
        "with the call": Option(
            "When the call is done.",
            "The end of a `with` block is `shutdown(wait=True)`, whatever it is left for. The `TimeoutError` comes out "
            "after the last call has ended.",
        ),
        "stopped": Option(
            "At once, and the call is stopped.",
            "The call was stopped.",
            "Nobody stops a call that runs: it was waited for, and it ended by itself.",
        ),
    },
    _left,
)

QUESTIONS: dict[str, Asking] = {
    "05 shutdown": RUNNING_AND_WAITING,
    "05 order": ORDER,
    "05 wait=False": NOT_WAITING,
    "05 exit": EXIT,
    "05 cancel_futures": DROPPED,
    "05 submit": FOLLOW_UP,
    "05 with": LEAVING,
}
