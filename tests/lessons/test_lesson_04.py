"""The questions of lesson 04 are judged by what `map` gave, and by when results were asked for."""

from typing import Any

import pytest

from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.predict import QUESTIONS
from tests.lab.script import Script

NOTHING = Trace(())


def test_the_order_is_that_in_which_the_results_came() -> None:
    given: Any = ["C", "B", "A"]
    assert QUESTIONS["04 order"].happened(given) == ("C", "B", "A")


def ten_calls(submitted: float, ended: float | None) -> Trace:
    script = Script()
    for call in range(10):
        if ended is None:
            script.running(call, worker=call, began=submitted, submitted=submitted)
        else:
            script.ran(call, worker=call, began=submitted, ended=ended, submitted=submitted)
    return script.trace()


@pytest.mark.parametrize(
    ("submitted", "ended", "happened"),
    [(1, 4, "at once"), (1, None, "at once"), (1, 2, "later"), (3.5, 4, "lazy")],
)
def test_map_returned_at_once_if_a_result_is_asked_for_before_the_calls_are_done(
    submitted: float, ended: float | None, happened: str
) -> None:
    asking = Script().running(0, worker=0, began=3, submitted=3).trace()
    assert QUESTIONS["04 back"].happened({"calls": ten_calls(submitted, ended), "asking": asking}) == happened


def test_map_is_not_judged_before_a_result_is_asked_for() -> None:
    assert QUESTIONS["04 back"].happened({"calls": ten_calls(1, 2), "asking": NOTHING}) is None


def test_an_endless_input_is_judged_by_the_submitted_calls() -> None:
    assert QUESTIONS["04 endless"].happened({"": ten_calls(1, 2)}) == 10


def held(state: str) -> Trace:
    """A is done; B runs, or was stopped."""
    script = Script().ran(0, worker=0, began=0, ended=0.25)
    return (script.cancelled(1, at=2) if state == "stopped" else script.running(1, worker=0, began=0.25)).trace()


def asked(first: str | None, waited: float, second: str | None = "TimeoutError") -> Trace:
    end = 2 + waited
    script = Script().ran(0, worker=0, began=2, ended=2, error=first)
    return script.ran(1, worker=0, began=2, ended=end, error=second).trace()


@pytest.mark.parametrize(
    ("calls", "asking", "happened"),
    [
        (held("running"), asked(None, 0.0), "all"),
        (held("running"), asked(None, 1.0), "each"),
        (held("running"), asked("TimeoutError", 0.0), "first"),
        (held("stopped"), asked(None, 0.0), "stopped"),
        (held("running"), asked(None, 0.0, second=None), None),
        (held("running"), NOTHING, None),
    ],
)
def test_a_timeout_is_judged_by_how_long_the_second_request_waited(
    calls: Trace, asking: Trace, happened: str | None
) -> None:
    assert QUESTIONS["04 timeout"].happened({"calls": calls, "asking": asking}) == happened


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
