"""What lesson 03 asks before its runs. The judges read what the inspected futures were asked, and where they went."""

from pool_lab.lab.recording.future_log import LogEntry
from pool_lab.lab.recording.tracked_future import FutureTrace
from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.questions import Asking, Miss, NumberQuestion, Option, OrderQuestion, Question, Traces

__all__ = ["QUESTIONS"]


def _of(traces: Traces) -> FutureTrace | None:
    (trace,) = traces.values()
    return trace if isinstance(trace, FutureTrace) else None


def _lines(trace: FutureTrace, name: str, method: str) -> list[LogEntry]:
    """What a future was asked by that method, in order."""
    return [line for line in trace.log if line.code.startswith(f"{name}.{method}(") and line.answer]


# 03 box

# Not in their order: that is for the learner to find.
STEPS = {
    "end": "the call returns 42",
    "result": "report.result() returns 42",
    "start": "a worker starts the call",
    "submit": "submit() returns the future",
}


def _order(traces: Traces) -> tuple[str, ...] | None:
    trace = _of(traces)
    if trace is None:
        return None
    span = next((span for span in trace.spans if span.name == "report"), None)
    submits = [line.answered_at for line in trace.log if line.code == "pool.submit(report)"]
    asked = [line.answered_at for line in _lines(trace, "report", "result")]
    if span is None or span.began is None or span.ended is None or not submits or not asked:
        return None
    # Who waits for the result may have it a moment before the end of the call is noted.
    began, ended, told = trace.origin + span.began, trace.origin + span.ended, asked[0] or 0.0
    moments = {"submit": submits[0] or 0.0, "start": began, "end": min(ended, told), "result": told}
    return tuple(sorted(moments, key=moments.__getitem__))


def _before(first: str, second: str) -> Miss:
    words = {
        ("end", "submit"): "`submit` does not wait for the call. It returns at once, with a box that is still empty.",
        ("start", "submit"): "The only worker was busy: the call stood in the queue long after `submit` had returned.",
        ("result", "end"): "Nobody can open the box before something is in it: `result()` waits for the call.",
    }
    return Miss(lambda answer, _: answer.index(first) < answer.index(second), words[first, second])


BOX = OrderQuestion(
    "A pool has one worker, and that is busy. You submit a call named report, and later ask its future for the result. "
    "In which order does this happen?",
    STEPS,
    _order,
    because="A future is a box for what will come. You hold it while the call still waits in the queue, while a worker "
    "makes the call, and when the outcome lies in it.",
    misses=(
        _before("end", "submit"),
        _before("start", "submit"),
        _before("result", "end"),
        Miss(lambda *_: True, "A call has to start before it can end."),
    ),
)

# 03 cancel

FATES = {"report": "finished", "backup": "running", "upload": "waiting"}


def _who_was_cancelled(traces: Traces) -> str | None:
    trace = _of(traces)
    asked = [_lines(trace, name, "cancel") for name in FATES] if trace is not None else []
    if not asked or not all(asked):
        return None
    said = tuple(lines[0].value for lines in asked)
    return {(True, True, True): "all", (False, True, True): "two", (False, False, True): "one"}.get(said)


CANCEL = Question(
    "Three futures: the call of the first has finished, that of the second runs, that of the third waits in the queue. "
    "You call cancel() on each. Which of them return True?",
    {
        "all": Option(
            "All three: from now on none of them is done.",
            "All three could be cancelled: none had been started.",
            "What has happened cannot be undone: a finished call keeps its result, and `cancel()` says False.",
        ),
        "two": Option(
            "The running and the waiting one: the running call is stopped.",
            "Two could be cancelled: the second had not been started.",
            "Nobody can stop a thread in the middle of a function. `cancel()` says False, and the call runs on as if "
            "nothing had been asked.",
        ),
        "one": Option(
            "Only the waiting one.",
            "`cancel()` takes a call out of the queue, as long as no worker has taken it. Of a call that runs or has "
            "finished it says False, and changes nothing.",
        ),
    },
    _who_was_cancelled,
)

# 03 cancelled


def _how_many_true(traces: Traces) -> int | None:
    trace = _of(traces)
    if trace is None:
        return None
    asked = [_lines(trace, "upload", method) for method in ("cancelled", "done", "running")]
    return sum(bool(lines[-1].value) for lines in asked) if all(asked) else None


CANCELLED = NumberQuestion(
    "The call named upload was cancelled. You ask its future three things: cancelled(), done() and running(). "
    "How many of them say True?",
    _how_many_true,
    because="`cancelled()` and `done()`. Done does not mean that the work was done. It means that nothing more will "
    "happen: the call has returned, or raised, or was cancelled.",
    misses=(
        Miss(
            lambda answer, _: answer == 1,
            "You left out `done()`, perhaps: a cancelled future is done as well. Otherwise whoever waits until it is "
            "done would wait for ever.",
        ),
        Miss(lambda answer, _: answer == 3, "It does not run: a cancelled call has never run, and never will."),
        Miss(lambda *_: True, "It was cancelled, so at least `cancelled()` has to say True."),
    ),
    least=0,
    most=3,
    unit="of three",
)

# 03 timeout


def _when_time_is_up(traces: Traces) -> str | None:
    trace = _of(traces)
    asked = [line for line in _lines(trace, "letter", "result") if "timeout" in line.code] if trace is not None else []
    if trace is None or not asked:
        return None
    if asked[0].error is None:
        return "none" if asked[0].value is None else "waits"
    runs_on = trace.paths["letter"][1:2] == ("RUNNING",) and "CANCELLED" not in trace.paths["letter"]
    return "raises" if isinstance(asked[0].error, TimeoutError) and runs_on else None


TIMEOUT = Question(
    "A call named letter runs, and you will not wait for ever: letter.result(timeout=0.1). After a tenth of a second "
    "it still runs. What happens?",
    {
        "none": Option(
            "result() returns None.",
            "The call had returned None within the tenth of a second.",
            "None is what many functions return: you could not tell a late call from one that is done. So `result` "
            "raises an exception.",
        ),
        "stopped": Option(
            "result() raises a TimeoutError, and the call is stopped.",
            "The call was stopped.",
            "The timeout belongs to you who wait, not to the call, which does not even hear of it.",
        ),
        "raises": Option(
            "result() raises a TimeoutError, and the call runs on.",
            "The time that is up is that of your waiting. The call goes on, its future is as good as before, and you "
            "may ask again.",
        ),
        "waits": Option(
            "result() waits on: a call cannot be left half-way.",
            "The call was done in time.",
            "The call is not left half-way: it goes on in its worker, while `result` gives up waiting.",
        ),
    },
    _when_time_is_up,
)

# 03 silence


def _who_hears(traces: Traces) -> str | None:
    trace = _of(traces)
    span = next((span for span in trace.spans if span.name == "payment"), None) if trace is not None else None
    if trace is None or span is None or span.state is not CallState.FAILED:
        return None
    return "asked" if any(line.value is not None for line in _lines(trace, "payment", "exception")) else None


SILENCE = Question(
    "A call named payment is about to raise an exception, in its worker. When do you hear of it?",
    {
        "printed": Option(
            "At once: its traceback is printed below the cell.",
            "It was printed.",
            "Nothing is printed: the exception is an outcome like any other, and lies in the box. If nobody asks the "
            "future, nobody will ever know.",
        ),
        "raised": Option(
            "In the cell that I run next: it is raised there.",
            "It was raised in the next cell.",
            "An exception is raised where somebody calls something. The next cell does not, unless it asks the future.",
        ),
        "asked": Option(
            "When I ask its future, and not before.",
            "The exception is kept in the future, silently. `exception()` returns it, `result()` raises it, as often "
            "as you ask. So ask every future that you have.",
        ),
        "never": Option(
            "Never: the worker is gone, and the exception with it.",
            "Nobody could hear of it.",
            "The worker has survived, and is ready for the next call. The exception is in the future.",
        ),
    },
    _who_hears,
)

# 03 callbacks


def _which_ran(traces: Traces) -> str | None:
    trace = _of(traces)
    ran = [line for line in trace.log if line.called_back and line.code.endswith("(parcel)")][:3] if trace else []
    if len(ran) < 3:
        return None
    # The notes have higher numbers if someone has pressed the button of that name before.
    first, broken, second = (line.code.partition("(")[0].partition("_") for line in ran)
    in_order = (first[0], broken[0], second[0]) == ("note", "broken", "note") and int(first[2]) < int(second[2])
    return "all" if in_order and all(line.thread != "MainThread" for line in ran) else None


CALLBACKS = Question(
    "Three callbacks are added to the future of a running call: note_1; broken, which raises an exception; and "
    "note_2. Then the call returns. What happens?",
    {
        "stops": Option(
            "note_1 and broken run; after the exception note_2 does not.",
            "`note_2` did not run.",
            "One broken callback does not rob the others of their turn: what it raises is caught, and logged.",
        ),
        "mine": Option(
            "All three run in my thread, and the exception comes up in my cell.",
            "They ran in your thread.",
            "Your thread is busy with your cells: nobody can push a call into it. Whoever completes the future makes "
            "the callbacks, and that is the worker.",
        ),
        "any": Option(
            "All three run, in any order, in threads of their own.",
            "They ran in threads of their own.",
            "No thread is made for them. One thread, that of the worker, calls one after the other, in the order in "
            "which they were added.",
        ),
        "all": Option(
            "All three run in the worker's thread, in their order; the exception is logged.",
            "The thread that completes the future runs its callbacks, in the order in which they were added. What they "
            "raise goes to the log of `concurrent.futures`, and to nobody else.",
        ),
    },
    _which_ran,
)

# 03 threads


def _how_many_in_mine(traces: Traces) -> int | None:
    trace = _of(traces)
    if trace is None:
        return None
    last = {}
    for line in trace.log:
        name = line.code.rpartition("(")[2].rstrip(")")
        if line.called_back and name in {"parcel", "memo", "mail"}:
            last[name] = line
    return sum(line.thread == "MainThread" for line in last.values()) if len(last) == 3 else None


THREADS = NumberQuestion(
    "One callback each, for three futures: parcel is done already; memo waits, and you will cancel it; mail runs, and "
    "will return. How many of the three callbacks run in your own thread?",
    _how_many_in_mine,
    because="Two. That of parcel, at once, inside `add_done_callback`: there is nothing left to wait for. And that of "
    "memo: you cancelled it, so you are the one who completed it. Only mail was completed by a worker.",
    misses=(
        Miss(
            lambda answer, _: answer == 0,
            "There is no special thread for callbacks: they run in that of whoever completes the future, or adds them "
            "too late. That may be you.",
        ),
        Miss(
            lambda answer, _: answer == 1,
            "A callback runs for a cancelled future as well, in the thread that cancels; and for one that is done "
            "already, in the thread that adds it.",
        ),
        Miss(lambda *_: True, "The call named mail ends in its worker, and so its callback runs there."),
    ),
    least=0,
    most=3,
    unit="of three",
)

QUESTIONS: dict[str, Asking] = {
    "03 box": BOX,
    "03 cancel": CANCEL,
    "03 cancelled": CANCELLED,
    "03 timeout": TIMEOUT,
    "03 silence": SILENCE,
    "03 callbacks": CALLBACKS,
    "03 threads": THREADS,
}
