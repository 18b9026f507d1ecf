"""The questions of lesson 06 are judged by what `wait` and `as_completed` returned."""

from concurrent.futures import Future
from typing import Any

import pytest

from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.predict import QUESTIONS
from tests.lab.script import Script

EARLY: Future[str] = Future()
LATE: Future[str] = Future()
CANCELLED: Future[str] = Future()
CANCELLED.cancel()


@pytest.mark.parametrize(
    ("given", "happened"),
    [
        (({EARLY}, {LATE}), "sets"),
        (({EARLY, LATE}, set()), "sets"),
        (({EARLY}, {CANCELLED}), "cancels"),
        (["a page", "another"], "results"),
        (({"a page"}, {"another"}), "results"),
    ],
)
def test_what_wait_gave_at_its_limit(given: Any, happened: str) -> None:
    assert QUESTIONS["06 limit"].happened(given) == happened


@pytest.mark.parametrize(
    ("given", "happened"),
    [
        ([EARLY, TimeoutError()], "once"),
        ([EARLY, EARLY, TimeoutError()], "twice"),
        (["a page", TimeoutError()], "pages"),
        ([TimeoutError()], "at once"),
        ([EARLY, LATE], "stops"),
        ([], None),
    ],
)
def test_what_a_loop_over_as_completed_was_given(given: Any, happened: str | None) -> None:
    assert QUESTIONS["06 ending"].happened(given) == happened


def test_an_order_is_judged_only_if_all_have_arrived() -> None:
    given: Any = ["A", "B", "C"]
    assert QUESTIONS["06 arrival"].happened(given) == ("A", "B", "C")
    assert QUESTIONS["06 arrival"].happened(given[:2]) is None


def answered(*, cancelled: int, of: int = 5) -> Trace:
    """Some queued calls are cancelled, the others run."""
    script = Script()
    for call in range(of):
        if call < cancelled:
            script.cancelled(call, at=1)
        else:
            script.ran(call, worker=call, began=1, ended=2)
    return script.trace()


@pytest.mark.parametrize(("cancelled", "happened"), [(2, "waiting"), (0, "none"), (4, "all")])
def test_what_happened_to_the_others_is_read_off_the_trace(cancelled: int, happened: str) -> None:
    assert QUESTIONS["06 losers"].happened({"": answered(cancelled=cancelled)}) == happened
    assert QUESTIONS["06 losers"].happened({"": answered(cancelled=0, of=3)}) is None


@pytest.mark.parametrize(
    ("name", "happened", "answers"),
    [
        ("06 first failure", 3, [0, 1, 2, 5]),
        ("06 arrival", ("A", "B", "C"), [("C", "B", "A"), ("A", "C", "B"), ("B", "A", "C")]),
    ],
)
def test_each_wrong_answer_gets_its_own_explanation(name: str, happened: Any, answers: list[Any]) -> None:
    told = [QUESTIONS[name].why(answer, happened)[1] for answer in answers]
    assert len(set(told)) == len(answers)
    assert QUESTIONS[name].why(happened, happened) == QUESTIONS[name].why(None, happened)
