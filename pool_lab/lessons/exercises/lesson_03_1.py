"""Exercise 03.1: tell what became of futures."""

import time
from collections.abc import Callable
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    FUTURES,
    NOT_A_LIST,
    call,
    finished,
    listed,
    raised,
    returned,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake, cell

__all__ = ["EXERCISES", "MISSPELT", "PREAMBLE", "nap_and_return"]

PREAMBLE = "from pool_lab import CancelledError, Future, InvalidStateError, ThreadPoolExecutor\n"

MISSPELT = Mistake(
    "A future has no method of that name. `cancel()` cancels; `cancelled()`, with two l, tells whether it was.",
    raised("AttributeError"),
    6,
)

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


def begins_in_capitals(made: Attempt) -> bool:
    return [str(text).lower() for text in listed(made.result)] == [text.lower() for text in FATES]


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
        "no brackets": Mistake(
            "Of every future it says `cancelled`. Are the brackets there? `future.cancelled` is the method itself, and "
            "that counts as true; `future.cancelled()` asks it.",
            lambda made: listed(made.result) == ["cancelled"] * len(FATES),
        ),
        "taken for cancelled": Mistake(
            "A call that raised something was taken for one that was cancelled. A bare `except` catches both: catch "
            "`CancelledError` before all others, or ask `cancelled()`.",
            lambda made: says(0)(made) and says_instead(1, "cancelled")(made),
        ),
        "out of patience": Mistake(
            "It waited, but not long enough: with a timeout, `result()` and `exception()` raise a `TimeoutError` of "
            "their own when the time is up, and the call goes on. Here you may wait as long as it takes.",
            says_instead(0, "raised TimeoutError"),
        ),
        "no texts": Mistake(
            "The results and the exceptions themselves are in the list. A text for each is asked for, such as "
            '`f"returned {future.result()}"`.',
            lambda made: listed(made.result)[0] == 42,
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
        "left out": Mistake(
            "There are fewer texts than futures. Each future gets one, whatever became of its call.",
            lambda made: 0 < len(listed(made.result)) < len(FATES),
        ),
        "capitals": Mistake("Only small and capital letters differ from what is asked for.", begins_in_capitals),
        "futures": FUTURES,
        "not a list": NOT_A_LIST,
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
        "no brackets": (
            one_by_one(
                'if future.cancelled: texts.append("cancelled")',
                'elif future.exception: texts.append(f"raised {type(future.exception()).__name__}")',
                'else: texts.append(f"returned {future.result()}")',
            ),
        ),
        "taken for cancelled": (
            one_by_one(
                'try: texts.append(f"returned {future.result()}")',
                'except: texts.append("cancelled")',
            ),
        ),
        "out of patience": (
            one_by_one(
                'try: texts.append(f"returned {future.result(timeout=0.1)}")',
                'except CancelledError: texts.append("cancelled")',
                'except Exception as error: texts.append(f"raised {type(error).__name__}")',
            ),
        ),
        "no texts": (
            one_by_one("try: texts.append(future.result())", "except BaseException as error: texts.append(error)"),
        ),
        "left out": (
            one_by_one(
                "if not future.cancelled() and not future.exception():",
                '    texts.append(f"returned {future.result()}")',
            ),
        ),
        "capitals": (
            one_by_one(
                'if future.cancelled(): texts.append("Cancelled")',
                'elif error := future.exception(): texts.append(f"Raised {type(error).__name__}")',
                'else: texts.append(f"Returned {future.result()}")',
            ),
        ),
        "not a list": (
            one_by_one(
                'if future.cancelled(): texts.append("cancelled")',
                'elif error := future.exception(): texts.append(f"raised {type(error).__name__}")',
                'else: texts.append(f"returned {future.result()}")',
            ).replace("return texts", "return dict(zip(futures, texts))"),
            one_by_one("texts.append(str(future.cancelled()))").replace("return texts", "return ' '.join(texts)"),
        ),
        "futures": (one_by_one("future.cancelled() or future.exception()", "texts.append(future)"),),
    },
    play=Play(call, futures_of_all_sorts),
    preamble=PREAMBLE,
)

EXERCISES = (TELL,)
