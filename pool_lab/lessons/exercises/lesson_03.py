"""The exercises of lesson 03: tell what became of futures, and cancel what has not been started."""

import threading
import time
from collections.abc import Callable
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.trace import CallState
from pool_lab.lessons.exercises.attempts import Attempt, Play
from pool_lab.lessons.exercises.definition import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.symptoms import (
    FUTURES,
    NOTHING_CANCELLED,
    ONE_AT_A_TIME,
    call,
    cancelled,
    finished,
    listed,
    raised,
    returned,
)

__all__ = ["EXERCISES"]

PREAMBLE = "from pool_lab import CancelledError, Future, InvalidStateError, ThreadPoolExecutor\n"

MISSPELT = Mistake(
    "A future has no method of that name. `cancel()` cancels; `cancelled()`, with two l, tells whether it was.",
    raised("AttributeError"),
    6,
)

# 03.1

FATES = ["returned 42", "raised ValueError", "cancelled", "returned None"]


def nap_and_return() -> int:
    time.sleep(0.8)
    return 42


def fail() -> None:
    raise ValueError("no such page")


def do_nothing() -> None:
    pass


def futures_of_all_sorts() -> tuple[Any, ...]:
    """The first is not done yet."""
    pool = ThreadPoolExecutor(max_workers=1)
    futures = [pool.submit(function) for function in (nap_and_return, fail, do_nothing, do_nothing)]
    futures[2].cancel()
    return (futures,)


def says(place: int) -> Callable[[Attempt], bool]:
    return lambda made: bool(listed(made.result)[place] == FATES[place])


def says_instead(place: int, start: str) -> Callable[[Attempt], bool]:
    """Whether it says something else there, which starts like that."""
    return lambda made: not says(place)(made) and str(listed(made.result)[place]).startswith(start)


def one_by_one(*lines: str) -> str:
    """The source of an answer that goes from future to future."""
    body = "\n".join(f"        {line}" for line in lines)
    loop = f"    texts = []\n    for future in futures:\n{body}\n    return texts"
    return f'@exercise("03.1")\ndef fates(futures):\n{loop}'


TELL = Exercise(
    name="03.1",
    title="Tell what became of them",
    text="Write a function that takes a list of futures, waits for each of them, and returns a list of texts: "
    '`"returned 42"` for one that returned 42, `"raised ValueError"` for one that raised a ValueError, and '
    '`"cancelled"` for one that was cancelled.',
    starter=cell("""
        @exercise("03.1")
        def fates(futures):
            ...
    """),
    hints=(
        "Three things can be in the box. Which question asks for the one without opening it, and which for the other?",
        "`cancelled()` never waits and never raises. `exception()` waits, and returns None if the call returned.",
        '`type(error).__name__` is the name of an exception: `f"raised {type(error).__name__}"`.',
    ),
    claims=(
        Claim("what was returned is told", says(0)),
        Claim("what was raised is told", says(1)),
        Claim("what was cancelled is told", says(2)),
        Claim("None is a result like any other", says(3)),
        Claim("there is a text for each future, in order", lambda made: listed(made.result) == FATES),
    ),
    mistakes={
        "misspelt": MISSPELT,
        "not caught": Mistake(
            "`result()` raises what the call has raised, here, in your function, which was over with that. Catch it, "
            "or ask `exception()`, which returns it.",
            raised("ValueError"),
            9,
        ),
        "cancelled, and asked": Mistake(
            "Of a cancelled future, `result()` and `exception()` raise a `CancelledError`: there is no outcome. Ask "
            "`cancelled()` first, or catch that as well.",
            raised("CancelledError", "concurrent.futures._base.CancelledError"),
        ),
        "a failure": Mistake(
            "A cancelled call has raised nothing: it never ran. The `CancelledError` comes from the one who asks.",
            says_instead(2, "raised"),
        ),
        "done is good": Mistake(
            "`done()` says that nothing more will happen, not that all went well: a call that raised is done, and one "
            "that was cancelled as well.",
            says_instead(2, "returned"),
            6,
        ),
        "did not wait": Mistake(
            "It asked a call that was still running, and did not wait for it. `result()` and `exception()` wait; "
            "`done()` and `running()` only look.",
            lambda made: returned(made) and not says(0)(made) and says(2)(made) and finished(made) < 2,
        ),
        "nothing is something": Mistake(
            "The last call returned None, and that was taken for something else. A result may be None, 0 or empty: it "
            "is the exception that tells whether a call has failed.",
            lambda made: says(0)(made) and not says(3)(made),
        ),
        "its text": Mistake(
            "Only the name of the exception's type was asked for: `type(error).__name__`.",
            lambda made: says(0)(made) and says_instead(1, "raised")(made),
        ),
        "futures": FUTURES,
    },
    right=(
        cell("""
            @exercise("03.1")
            def fates(futures):
                texts = []
                for future in futures:
                    if future.cancelled():
                        texts.append("cancelled")
                    elif error := future.exception():
                        texts.append(f"raised {type(error).__name__}")
                    else:
                        texts.append(f"returned {future.result()}")
                return texts
        """),
        one_by_one(
            'try: texts.append(f"returned {future.result()}")',
            'except CancelledError: texts.append("cancelled")',
            'except Exception as error: texts.append(f"raised {type(error).__name__}")',
        ),
        cell("""
            import threading
            @exercise("03.1")
            def fates(futures):
                texts, noted = {}, threading.Semaphore(0)
                def note(future):
                    if future.cancelled():
                        texts[future] = "cancelled"
                    elif future.exception() is None:
                        texts[future] = f"returned {future.result()}"
                    else:
                        texts[future] = f"raised {type(future.exception()).__name__}"
                    noted.release()
                for future in futures:
                    future.add_done_callback(note)
                for future in futures:
                    noted.acquire()
                return [texts[future] for future in futures]
        """),
    ),
    wrong={
        "misspelt": (one_by_one('texts.append("canceled" if future.canceled() else "returned")'),),
        "not caught": (one_by_one('texts.append(f"returned {future.result()}")'),),
        "cancelled, and asked": (
            one_by_one(
                "error = future.exception()",
                'texts.append(f"raised {type(error).__name__}" if error else f"returned {future.result()}")',
            ),
        ),
        "a failure": (
            one_by_one(
                'try: texts.append(f"returned {future.result()}")',
                'except Exception as error: texts.append(f"raised {type(error).__name__}")',
            ),
        ),
        "done is good": (
            one_by_one(
                "future.cancelled() or future.exception()",
                'texts.append("returned 42" if future.done() else "cancelled")',
            ),
        ),
        "did not wait": (
            one_by_one(
                'if future.cancelled(): texts.append("cancelled")',
                'elif not future.done(): texts.append("running")',
                'elif error := future.exception(): texts.append(f"raised {type(error).__name__}")',
                'else: texts.append(f"returned {future.result()}")',
            ),
        ),
        "nothing is something": (
            one_by_one(
                'if future.cancelled(): texts.append("cancelled")',
                'elif future.exception() is None and future.result(): texts.append(f"returned {future.result()}")',
                'else: texts.append(f"raised {type(future.exception()).__name__}")',
            ),
        ),
        "its text": (
            one_by_one(
                'if future.cancelled(): texts.append("cancelled")',
                'elif error := future.exception(): texts.append(f"raised {error!r}")',
                'else: texts.append(f"returned {future.result()}")',
            ),
        ),
        "futures": (one_by_one("future.cancelled() or future.exception()", "texts.append(future)"),),
    },
    play=Play(call, futures_of_all_sorts),
    preamble=PREAMBLE,
)

# 03.2

CALLS = 6
HOLD_S = 4.0
"""How long the calls behind the first keep a worker, unless the answer is given before. Only the first of them do."""

_over = threading.Event()


def hold() -> None:
    _over.wait(HOLD_S)
    _over.set()


def pool_and_calls() -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=2), [nap_and_return, *[hold] * (CALLS - 1)]


def call_and_let_go(answer: Any, *args: Any) -> Any:
    try:
        return answer(*args)
    finally:
        _over.set()


def is_number(made: Attempt) -> bool:
    return type(made.result) is int


def too_soon(made: Attempt) -> bool:
    """Whether a call was cancelled before the first was done."""
    first, *rest = made.spans
    ends = [span.ended for span in rest if span.state is CallState.CANCELLED]
    return first.state is CallState.CANCELLED or any(
        end is None or first.ended is None or end < first.ended for end in ends
    )


def after_the_first(*lines: str) -> str:
    """The source of an answer that hands over all calls and waits for the first."""
    begin = ("futures = [pool.submit(call) for call in calls]", "futures[0].result()")
    return "\n    ".join(['@exercise("03.2")\ndef first_only(pool, calls):', *begin, *lines])


CANCEL_REST = Exercise(
    name="03.2",
    title="Cancel the rest",
    text="`calls` are functions without parameters. Write a function that hands all of them to the pool and waits for "
    "the first in the list. Then it cancels those that no worker has started, and returns how many these were. It "
    "does not wait for those that run.",
    starter=cell("""
        @exercise("03.2")
        def first_only(pool, calls):
            ...
    """),
    hints=(
        "Hand over all calls and keep their futures. Which method of the first one waits until it is done?",
        "You need not know which calls have been started: `cancel()` knows, and tells you with what it returns.",
        "True counts as 1: `sum(future.cancel() for future in ...)`.",
    ),
    claims=(
        Claim("all calls were handed over", lambda made: len(made.spans) == CALLS),
        Claim("the first was done before anything was cancelled", lambda made: not too_soon(made)),
        Claim("those that waited were cancelled", lambda made: cancelled(made) >= CALLS - 3),
        Claim(
            "it returned how many these were", lambda made: type(made.result) is int and made.result == cancelled(made)
        ),
    ),
    mistakes={
        "misspelt": MISSPELT,
        "one at a time": ONE_AT_A_TIME,
        "nothing cancelled": NOTHING_CANCELLED,
        "too soon": Mistake(
            "Calls were cancelled while the first was still running or waiting. `cancel()` waits for nobody: ask for "
            "the result of the first before.",
            too_soon,
        ),
        "counted the running": Mistake(
            "It counted calls that run as cancelled. Nothing can stop those; `cancel()` says False of them.",
            lambda made: is_number(made) and made.result > cancelled(made),
            7,
        ),
        "not a number": Mistake(
            "It returned something else than the number of the calls that were cancelled.",
            lambda made: returned(made) and not is_number(made),
        ),
    },
    right=(
        cell("""
            @exercise("03.2")
            def first_only(pool, calls):
                futures = [pool.submit(call) for call in calls]
                futures[0].result()
                return sum(future.cancel() for future in futures)
        """),
        cell("""
            from pool_lab import wait
            @exercise("03.2")
            def first_only(pool, calls):
                first, *others = map(pool.submit, calls)
                wait([first])
                called_off = 0
                for future in reversed(others):
                    if future.cancel():
                        called_off += 1
                return called_off
        """),
        after_the_first(
            "pool.shutdown(wait=False, cancel_futures=True)",
            "return len([future for future in futures if future.cancelled()])",
        ),
        cell("""
            import concurrent.futures
            @exercise("03.2")
            def first_only(pool, calls):
                mine = concurrent.futures.ThreadPoolExecutor(2)
                futures = [mine.submit(call) for call in calls]
                next(concurrent.futures.as_completed(futures))
                return [future.cancel() for future in futures].count(True)
        """),
    ),
    wrong={
        "misspelt": (
            after_the_first(
                "[future.cancel() for future in futures]", "return sum(future.canceled() for future in futures)"
            ),
        ),
        "one at a time": (
            cell("""
                @exercise("03.2")
                def first_only(pool, calls):
                    for call in calls:
                        future = pool.submit(call)
                        future.result()
                    return future.cancel()
            """),
        ),
        "nothing cancelled": (
            after_the_first(
                "results = [future.result() for future in futures]", "return sum(future.cancel() for future in futures)"
            ),
        ),
        "too soon": (
            cell("""
                @exercise("03.2")
                def first_only(pool, calls):
                    first, *others = [pool.submit(call) for call in calls]
                    called_off = sum(future.cancel() for future in others)
                    first.result()
                    return called_off
            """),
        ),
        "counted the running": (
            after_the_first("[future.cancel() for future in futures]", "return len(futures) - 1"),
            after_the_first(
                "waiting = [future for future in futures if not future.done()]",
                "[future.cancel() for future in waiting]",
                "return len(waiting)",
            ),
        ),
        "not a number": (after_the_first("return [future for future in futures if future.cancel()]"),),
    },
    play=Play(call_and_let_go, pool_and_calls),
    preamble=PREAMBLE,
)

EXERCISES = (TELL, CANCEL_REST)
