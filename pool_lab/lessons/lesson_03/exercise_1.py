"""03.1: report the outcome of each future."""

import builtins
import threading
import time
from collections.abc import Sequence
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons.exercises import mistakes
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.evidence import failed, finished, in_another_order, listed, raised, returned
from pool_lab.lessons.exercises.exercise import Claim, Rules
from pool_lab.lessons.exercises.mistakes import Detector

Fates = Sequence[str]
RESULTS = {"returned 42": 42, "returned None": None, "returned 0": 0, "returned done": "done"}
CASES: tuple[Fates, ...] = (
    ("returned 42", "raised ValueError", "cancelled", "returned None", "raised KeyError"),
    ("raised ZeroDivisionError", "returned done", "raised OSError", "cancelled", "returned 0"),
)


def given(fates: Fates) -> tuple[Any, ...]:
    """Futures of calls that have these fates. The first call takes longest, so it is not the first to be done."""
    ready = threading.Event()

    def call(fate: str) -> Any:
        ready.wait()
        time.sleep(0.6 if fate == fates[0] else 0)
        if fate in RESULTS:
            return RESULTS[fate]
        raise getattr(builtins, fate.removeprefix("raised "))("no such page")

    pool = ThreadPoolExecutor(max_workers=2)
    futures = [pool.submit(call, fate) for fate in fates]
    futures[fates.index("cancelled")].cancel()  # the workers wait in the first two
    ready.set()
    return (futures,)


def texts(attempt: Attempt) -> list[Any]:
    return listed(attempt.result)


def right(start: str) -> Detector:
    """Whether all texts that should begin with `start` are right."""
    return lambda attempt: (
        [text for text, _ in compared(start, attempt)] == [text for _, text in compared(start, attempt)]
    )


def compared(start: str, attempt: Attempt) -> list[tuple[Any, str]]:
    """The answer's text and the right one, for each right text that begins with `start`."""
    said = texts(attempt) + [None] * len(attempt.case)
    return [(text, fate) for text, fate in zip(said, attempt.case, strict=False) if fate.startswith(start)]


def says_instead(start: str, wrong: str) -> Detector:
    """Whether a text that should begin with `start` is wrong, and begins with `wrong`."""
    return lambda attempt: any(text != fate and str(text).startswith(wrong) for text, fate in compared(start, attempt))


def both(*detectors: Detector) -> Detector:
    return lambda attempt: all(seen(attempt) for seen in detectors)


def did_not_wait(attempt: Attempt) -> bool:
    done = sum(fate != "cancelled" for fate in attempt.case)
    return returned(attempt) and right("cancelled")(attempt) and finished(attempt) + failed(attempt) < done


def nothing_is_something(attempt: Attempt) -> bool:
    """Whether only the texts about None or 0 are wrong."""
    wrong = [fate for text, fate in compared("returned", attempt) if text != fate]
    return bool(wrong) and set(wrong) <= {"returned None", "returned 0"}


def one_name_for_all(attempt: Attempt) -> bool:
    said = [text for text, _ in compared("raised", attempt)]
    return len(set(said)) == 1 and said[0] in attempt.case


RULES = Rules(
    given=given,
    cases=CASES,
    claims=(
        Claim("the texts say what the calls returned, None and 0 as well", right("returned")),
        Claim("the texts say what the calls raised", right("raised")),
        Claim("a text says that a call was cancelled", right("cancelled")),
        Claim("there is a text for each future, in order", lambda attempt: texts(attempt) == list(attempt.case)),
    ),
    mistakes={
        "misspelt": mistakes.misspelt,
        "not caught": raised("ValueError"),
        "one kind of error": raised("KeyError", "ZeroDivisionError", "OSError"),
        "cancelled, and asked": mistakes.cancelled_and_asked,
        "a failure": says_instead("cancelled", "raised"),
        "no brackets": lambda attempt: texts(attempt) == ["cancelled"] * len(attempt.case),
        "taken for cancelled": both(right("returned"), says_instead("raised", "cancelled")),
        "out of patience": says_instead("", "raised TimeoutError"),
        "by finish": lambda attempt: in_another_order(attempt.result, attempt.case),
        "futures": mistakes.futures,
        "no texts": lambda attempt: any(not isinstance(text, str) for text in texts(attempt)),
        "left out": lambda attempt: 0 < len(texts(attempt)) < len(attempt.case),
        "done is good": says_instead("cancelled", "returned"),
        "did not wait": did_not_wait,
        "nothing is something": nothing_is_something,
        "one name for all": one_name_for_all,
        "its text": both(right("returned"), says_instead("raised", "raised")),
        "capitals": lambda attempt: [str(text).lower() for text in texts(attempt)] == [*map(str.lower, attempt.case)],
        "not a list": mistakes.not_a_list,
    },
)
