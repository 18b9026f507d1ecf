"""The questions of lesson 04 are judged by what `map` gave, and by what became of its calls."""

import sys
from concurrent import futures
from inspect import signature
from typing import Any

import pytest

from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.predict import QUESTIONS
from tests.lab.script import Script

NOTHING = Trace(())


def test_the_order_is_that_in_which_the_results_came() -> None:
    given: Any = ["C", "B", "A"]
    assert QUESTIONS["04 order"].happened(given) == ("C", "B", "A")


def ten_calls(*, apart: float, ended: float | None) -> Trace:
    """Ten calls, submitted with so many seconds between them. None: they still wait at the gate."""
    script = Script()
    for call in range(10):
        submitted = call * apart
        if ended is None:
            script.running(call, worker=call, began=submitted, submitted=submitted)
        else:
            script.ran(call, worker=call, began=submitted, ended=submitted + ended, submitted=submitted)
    return script.trace()


@pytest.mark.parametrize(
    ("apart", "ended", "happened"), [(0, None, "at once"), (0, 1, "at once"), (2, 1, "lazy"), (0.1, 1, "at once")]
)
def test_map_returned_at_once_if_it_submitted_all_calls_before_one_had_ended(
    apart: float, ended: float | None, happened: str
) -> None:
    assert QUESTIONS["04 back"].happened({"": ten_calls(apart=apart, ended=ended)}) == happened


def test_an_endless_input_is_judged_by_the_submitted_calls() -> None:
    assert QUESTIONS["04 endless"].happened({"": ten_calls(apart=0, ended=1)}) == 10


def three_calls(second: str, third: str) -> Trace:
    """A is done; B and C are in these states."""
    script = Script().ran(0, worker=0, began=0, ended=0.25)
    for call, state in ((1, second), (2, third)):
        if state == "cancelled":
            script.cancelled(call, at=2)
        elif state == "running":
            script.running(call, worker=0, began=0.25)
        elif state == "queued":
            script.queued(call)
        else:
            script.ran(call, worker=0, began=call, ended=call + 1)
    return script.trace()


@pytest.mark.parametrize(
    ("second", "third", "happened"),
    [
        ("running", "cancelled", "all"),
        ("finished", "cancelled", "all"),
        ("finished", "finished", "each"),
        ("cancelled", "cancelled", "stopped"),
        ("running", "queued", None),
    ],
)
def test_a_timeout_is_judged_by_what_became_of_the_late_call_and_of_the_queued_one(
    second: str, third: str, happened: str | None
) -> None:
    assert QUESTIONS["04 timeout"].happened({"": three_calls(second, third)}) == happened
    assert QUESTIONS["04 timeout"].happened({"": NOTHING}) is None


@pytest.mark.parametrize(("rest", "happened"), [([], "ended"), ([2], "goes on")])
def test_an_iterator_has_ended_if_it_gives_nothing_more(rest: Any, happened: str) -> None:
    assert QUESTIONS["04 error"].happened(rest) == happened


@pytest.mark.parametrize(
    ("name", "answer", "happened", "words"),
    [
        ("04 order", ("C", "B", "A"), ("A", "B", "C"), "`as_completed` uses it"),
        ("04 order", ("B", "A", "C"), ("A", "B", "C"), "never depends on how long"),
        ("04 endless", 5, 8, "one at a time"),
        ("04 endless", 3, 8, "not the total"),
        ("04 endless", 1000, 8, "they never end"),
        ("04 endless", 9, 8, "Count again"),
    ],
)
def test_a_wrong_answer_is_told_its_own_mistake(name: str, answer: Any, happened: Any, words: str) -> None:
    assert words in QUESTIONS[name].why(answer, happened)[-1]
    assert words not in " ".join(QUESTIONS[name].why(happened, happened))


def price(item: str) -> int:
    return {"tea": 3, "coffee": 4, "milk": 2}[item]


def test_the_map_of_the_standard_library_is_as_the_lesson_says_of_this_python() -> None:
    parameters = signature(futures.Executor.map).parameters
    with futures.ThreadPoolExecutor(1) as pool:
        prices = pool.map(price, ["tea", "cocoa", "milk"])
        assert next(prices) == 3
        with pytest.raises(KeyError):
            next(prices)
        assert list(prices) == ([2] if sys.version_info >= (3, 16) else [])
    assert ("buffersize" in parameters) == (sys.version_info >= (3, 14))
    assert parameters["chunksize"].default == 1
