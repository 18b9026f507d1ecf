"""The questions of lesson 03. The judges read what the inspected futures were asked, and which states they had."""

from pool_lab.lab.recording.future_log import LogEntry
from pool_lab.lab.recording.tracked_future import FutureTrace
from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.questions import (
    Miss,
    NumberQuestion,
    Option,
    OrderQuestion,
    Question,
    Traces,
    before,
    only,
)

__all__ = ["QUESTIONS"]


def _lines(traces: Traces) -> tuple[LogEntry, ...]:
    """Everything that the inspector noted; nothing if there was no inspector."""
    trace = only(traces)
    return tuple(trace.log) if isinstance(trace, FutureTrace) else ()


def _asked(traces: Traces, name: str, method: str) -> list[LogEntry]:
    """The answers that a future gave to that method, in order."""
    return [line for line in _lines(traces) if line.code.startswith(f"{name}.{method}(") and line.answer]


# 03 box

# Not in the right order: the learner has to find it.
STEPS = {
    "end": "the call returns 42",
    "result": "report.result() returns 42",
    "start": "a worker starts the call",
    "submit": "submit() returns the future",
}


def _order(traces: Traces) -> tuple[str, ...] | None:
    trace = only(traces)
    span = next((span for span in trace.spans if span.name == "report"), None)
    submits = [line.answered_at for line in _lines(traces) if line.code == "pool.submit(report)"]
    asked = [line.answered_at for line in _asked(traces, "report", "result")]
    if span is None or span.began is None or span.ended is None or not submits or not asked:
        return None
    # A waiting thread may get the result a moment before the end of the call is recorded.
    began, ended, told = trace.origin + span.began, trace.origin + span.ended, asked[0] or 0.0
    moments = {"submit": submits[0] or 0.0, "start": began, "end": min(ended, told), "result": told}
    return tuple(sorted(moments, key=moments.__getitem__))


BOX = OrderQuestion(
    "A pool has one worker, which is busy. You submit a call named report, and later ask its future for the result. In "
    "which order does this happen?",
    STEPS,
    _order,
    because="A future is a box for the result. You have it while the call is queued, while a worker runs the call, and "
    "when the result is there.",
    misses=(
        before("end", "submit", "`submit` does not wait for the call. It returns an empty box at once."),
        before(
            "start", "submit", "The only worker was busy: the call was still queued long after `submit` had returned."
        ),
        before("result", "end", "`result()` waits for the call, because the box is empty until then."),
    ),
    otherwise="A call has to start before it can return.",
)

# 03 cancel


def _which_was_cancelled(traces: Traces) -> str | None:
    asked = [_asked(traces, name, "cancel") for name in ("report", "backup", "upload")]
    if not all(asked):
        return None
    said = tuple(lines[0].value for lines in asked)
    return {(True, True, True): "all", (False, True, True): "two", (False, False, True): "one"}.get(said)


CANCEL = Question(
    "You have three futures. The first call has finished, the second is running, the third is queued. You call "
    "cancel() on each. Which return True?",
    {
        "all": Option(
            "All three: none of them will be done.",
            "All three could be cancelled: none had started.",
            "A finished call keeps its result, and `cancel()` returns False.",
        ),
        "two": Option(
            "The running one and the queued one: the running call is stopped.",
            "Two could be cancelled: the second had not started.",
            "A thread cannot be stopped in the middle of a function. `cancel()` returns False, and the call runs on.",
        ),
        "one": Option(
            "Only the queued one.",
            "`cancel()` cancels a call as long as no worker has taken it. For a running or finished call it returns "
            "False and changes nothing.",
        ),
    },
    _which_was_cancelled,
)

# 03 cancelled


def _how_many_true(traces: Traces) -> int | None:
    asked = [_asked(traces, "upload", method) for method in ("cancelled", "done", "running")]
    return sum(bool(lines[-1].value) for lines in asked) if all(asked) else None


CANCELLED = NumberQuestion(
    "The call named upload was cancelled. You ask its future cancelled(), done() and running(). How many of them "
    "return True?",
    _how_many_true,
    because="`cancelled()` and `done()`. Done does not mean that the call ran. It means that nothing more will happen: "
    "the call has returned or raised, or it was cancelled.",
    misses=(
        Miss(1, "Did you leave out `done()`? A cancelled future is done, so that no thread waits for it forever."),
        Miss(3, "It is not running: a cancelled call has not run and never will."),
    ),
    otherwise="It was cancelled, so at least `cancelled()` returns True.",
    most=3,
    unit="of three",
)

# 03 timeout


def _when_time_is_up(traces: Traces) -> str | None:
    trace = only(traces)
    asked = [line for line in _asked(traces, "letter", "result") if "timeout" in line.code]
    if not isinstance(trace, FutureTrace) or not asked:
        return None
    if asked[0].error is None:
        return "none" if asked[0].value is None else "waits"
    runs_on = trace.paths["letter"][1:2] == ("RUNNING",) and "CANCELLED" not in trace.paths["letter"]
    return "raises" if isinstance(asked[0].error, TimeoutError) and runs_on else None


TIMEOUT = Question(
    "A call named letter is running. You do not want to wait forever: letter.result(timeout=0.1). After a tenth of a "
    "second it is still running. What happens?",
    {
        "none": Option(
            "result() returns None.",
            "The call had returned None within the tenth of a second.",
            "Many functions return None, so you could not tell whether the call was done. This is why `result` raises "
            "an exception.",
        ),
        "stopped": Option(
            "result() raises a TimeoutError, and the call is stopped.",
            if_wrong="The timeout limits how long you wait. The call does not even know about it.",
        ),
        "raises": Option(
            "result() raises a TimeoutError, and the call runs on.",
            "Only your wait has ended. The call goes on, and you can ask its future again.",
        ),
        "waits": Option(
            "result() keeps waiting: a call cannot be interrupted.",
            "The call was done in time.",
            "The call is not interrupted: it runs on in its worker. Only `result` stops waiting.",
        ),
    },
    _when_time_is_up,
)

# 03 silence


def _when_noticed(traces: Traces) -> str | None:
    span = next((span for span in only(traces).spans if span.name == "payment"), None)
    if span is None or span.state is not CallState.FAILED:
        return None
    return "asked" if any(line.value is not None for line in _asked(traces, "payment", "exception")) else None


SILENCE = Question(
    "A call named payment is about to raise an exception in its worker. When do you learn of it?",
    {
        "printed": Option(
            "At once: its traceback is printed below the cell.",
            if_wrong="Nothing is printed. The future holds the exception, as it would hold a result. If you never ask "
            "the future, you never learn of it.",
        ),
        "raised": Option(
            "In the cell that I run next: it is raised there.",
            if_wrong="The next cell does not ask the future, so nothing is raised there.",
        ),
        "asked": Option(
            "When I ask its future, and not before.",
            "The future keeps the exception. `exception()` returns it and `result()` raises it, as often as you ask. "
            "So ask every future that you have.",
        ),
        "never": Option(
            "Never: the worker has exited, and the exception is lost.",
            if_wrong="The worker is still there, ready for the next call. The exception is in the future.",
        ),
    },
    _when_noticed,
)

# 03 callbacks


def _which_ran(traces: Traces) -> str | None:
    ran = [line for line in _lines(traces) if line.called_back and line.code.endswith("(parcel)")][:3]
    if len(ran) < 3:
        return None
    # The notes have higher numbers if you have pressed the button before.
    first, broken, second = (line.code.partition("(")[0].partition("_") for line in ran)
    in_order = (first[0], broken[0], second[0]) == ("note", "broken", "note") and int(first[2]) < int(second[2])
    return "all" if in_order and all(line.thread != "MainThread" for line in ran) else None


CALLBACKS = Question(
    "You add three callbacks to the future of a running call: note_1; broken, which raises an exception; and note_2. "
    "Then the call returns. What happens?",
    {
        "stops": Option(
            "note_1 and broken run; after the exception note_2 does not.",
            if_wrong="A broken callback does not stop the others: its exception is caught and logged.",
        ),
        "mine": Option(
            "All three run in my thread, and the exception is raised in my cell.",
            if_wrong="Your thread is busy with your cells. The thread that completes the future runs the callbacks, "
            "and that is the worker's.",
        ),
        "any": Option(
            "All three run, in any order, each in a new thread.",
            if_wrong="They get no threads of their own. The worker's thread runs them one after the other, in the "
            "order in which you added them.",
        ),
        "all": Option(
            "All three run in the worker's thread, in order; the exception is logged.",
            "The thread that completes the future runs its callbacks, in the order in which you added them. Their "
            "exceptions go to the log of `concurrent.futures`, and nowhere else.",
        ),
    },
    _which_ran,
)

QUESTIONS = {
    "03 box": BOX,
    "03 cancel": CANCEL,
    "03 cancelled": CANCELLED,
    "03 timeout": TIMEOUT,
    "03 silence": SILENCE,
    "03 callbacks": CALLBACKS,
}
