"""The questions of lesson 09."""

from typing import Any

from pool_lab.lab.trace.span import CallEnding
from pool_lab.lessons.predictions.questions import Asking, Miss, NumberQuestion, Option, Question, Traces, only

__all__ = ["QUESTIONS"]


def _what_came_back(reply: Any) -> str | None:
    """Of a reply of `serve`: whether the call was made, and its result or its error."""
    was_made, value = reply
    if was_made:
        return "code"
    return "name" if isinstance(value, AttributeError) else None


def _length(found: Any) -> int | None:
    """Not of the list itself: the lesson goes on to change it, and an answer may come later."""
    return found if isinstance(found, int) else None


def _who_knows(measured: Any) -> str | None:
    """Of what `look_around` returned under each start method that there is."""
    known = {method for method, words in measured.results.items() if words.startswith("knows secret")}
    if not known:
        return "none"
    return {1: "fork" if known == {"fork"} else None, len(measured.results): "all"}.get(len(known))


def _crashed(traces: Traces) -> int | None:
    trace = only(traces)
    return None if trace.open_calls else sum(span.ending is CallEnding.CRASHED for span in trace.spans)


BYTES = Question(
    "`double` is a function of this notebook. You turn the call `double(21)` into bytes with `pickle`, and send the "
    "bytes to a new Python process, which makes the call. What comes back?",
    {
        "code": Option(
            "42: the bytes hold the code of `double`.",
            if_wrong="The bytes hold the name `__main__.double` and no code. That keeps messages small. But the other "
            "process has to import the function under that name.",
        ),
        "name": Option(
            "An error: the bytes hold only the name `double`, and the new process has no function of that name.",
            "`pickle` writes the module and the name of a function, and the new process looks it up. Your notebook is "
            "its `__main__`, and there is no `double` in the `__main__` of the new process. A function of a module "
            "works, because the new process can import it.",
        ),
        "refused": Option(
            "Nothing: `pickle` refuses to turn it into bytes.",
            if_wrong="`pickle` refuses lambdas, locks and open files. A function that has a name becomes bytes without "
            "complaint. The error comes later, in the other process.",
        ),
    },
    _what_came_back,
)

COPIES = NumberQuestion(
    "`found` is an empty list in this notebook. `collect(n)` appends n to `found`, and returns how long it is now. "
    "You submit three calls of `collect` to a process pool with one worker. How long is `found` in this notebook after "
    "that?",
    _length,
    "The worker has a list `found` of its own, and its list has grown: the calls returned 1, 2 and 3. Nothing of that "
    "came back but these three numbers. What a call changes in its process stays there.",
    (
        Miss(3, "So it would be in a thread pool: threads share the memory of their process. Processes share nothing."),
        Miss(
            1,
            "Not even one number arrived in your list. What comes back from a call is what it returns, and nothing "
            "else.",
        ),
    ),
    "Each call appended one number, but to the list in its own process.",
    most=9,
)

START = Question(
    "This notebook has a variable `secret`. There are three ways to start a worker: fork, forkserver and spawn. "
    "Which workers know `secret`?",
    {
        "all": Option(
            "All: a worker begins as a copy of the program.",
            if_wrong="Only a forked worker begins as a copy. With forkserver and spawn a worker begins with an empty "
            "interpreter, and imports what its calls need.",
        ),
        "fork": Option(
            "Only those that were forked.",
            "A forked worker is a copy of your process at the moment when it started. It has `secret`, and also the "
            "lock as it was: held. But it has no copy of the thread that holds it, so nobody will ever release that "
            "lock. A call that needs it waits forever. This is why fork beside threads can deadlock. With forkserver "
            "and spawn, a worker knows only what it imports.",
        ),
        "none": Option(
            "None: each process has memory of its own.",
            "This system has only spawn, which starts an empty interpreter. Where there is fork, a worker begins as a "
            "copy of your process, and knows `secret`.",
            "Its memory is its own, but with fork it begins as a copy of yours. Later changes do not get there.",
        ),
    },
    _who_knows,
    on_any_machine=False,
)

KILL = NumberQuestion(
    "A process pool has two workers. You submit four calls: A and B are running, C and D are queued. Then the process "
    "that runs A is killed. How many of the four calls fail?",
    _crashed,
    "The whole pool breaks, as in the standard library. All calls that have no result yet fail with "
    "`BrokenProcessPool`, the other process is ended, and the pool takes no more calls.",
    (
        Miss(0, "Somebody has to tell you that A is lost: nobody knows whether it can safely be made again."),
        Miss(1, "Only A was in the process that died. A pool that loses only that call is what you will see next."),
        Miss(2, "B ran in a healthy process. But the pool ends that one as well, and drops its queue."),
        Miss(3, "C and D had not even begun, and B was in a healthy process. They fail all the same."),
    ),
    "Look at the crosses in the timeline.",
    most=4,
    unit="calls",
)

QUESTIONS: dict[str, Asking] = {"09 bytes": BYTES, "09 copies": COPIES, "09 start": START, "09 kill": KILL}
