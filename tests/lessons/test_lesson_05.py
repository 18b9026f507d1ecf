"""The questions of lesson 05 are judged by which calls were done."""

from typing import Any

import pytest

from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.predict import QUESTIONS
from tests.lab.script import Script

NUMBERS = ("05 wait=False", "05 cancel_futures")


def backlog(done: int, cancelled: int = 0) -> Trace:
    script = Script()
    for call in range(done):
        script.ran(call, worker=0, began=call, ended=call + 1)
    for call in range(done, done + cancelled):
        script.cancelled(call, at=1)
    return script.trace()


@pytest.mark.parametrize("name", NUMBERS)
def test_calls_are_counted_when_none_is_queued_or_running(name: str) -> None:
    assert QUESTIONS[name].happened({"": backlog(6)}) == 6
    assert QUESTIONS[name].happened({"": backlog(2, cancelled=4)}) == 2
    assert QUESTIONS[name].happened({"": Script().running(0, worker=0, began=1).trace()}) is None
    assert QUESTIONS[name].happened({"": Script().queued(0).trace()}) is None


def once(ended: float, error: str | None = None) -> Trace:
    return Script().ran(0, worker=0, began=0, ended=ended, error=error).trace()


@pytest.mark.parametrize(
    ("done", "order"),
    [([False, False], ("S", "A", "B")), ([True, False], ("A", "S", "B")), ([True, True], ("A", "B", "S"))],
)
def test_the_order_is_judged_by_what_was_done_when_shutdown_had_returned(done: Any, order: tuple[str, ...]) -> None:
    assert QUESTIONS["05 order"].happened(done) == order


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        ("the last line of the program\ncall 0 is done\ncall 1 is done\n", 2),
        ("call 0 is done\nthe last line of the program\n", 0),
        ("", None),
    ],
)
def test_lines_after_the_last_of_the_program_are_counted(printed: Any, lines: int | None) -> None:
    assert QUESTIONS["05 exit"].happened(printed) == lines


@pytest.mark.parametrize(
    ("trace", "happened"),
    [
        (once(1, error="RuntimeError: cannot schedule new futures after shutdown"), "refused"),
        (once(1, error="NameError: pool"), None),
        (once(1), "taken"),
        (Script().running(0, worker=0, began=1).trace(), None),
    ],
)
def test_a_call_that_submits_another_is_refused_if_it_fails_with_that_error(trace: Trace, happened: str | None) -> None:
    assert QUESTIONS["05 submit"].happened({"": trace}) == happened


@pytest.mark.parametrize(("done", "happened"), [(True, "with the call"), (False, "at once")])
def test_a_block_is_left_with_its_call_if_that_was_done_by_then(done: Any, happened: str) -> None:
    assert QUESTIONS["05 with"].happened(done) == happened


@pytest.mark.parametrize(
    ("name", "answer", "happened", "words"),
    [
        ("05 order", ("S", "A", "B"), ("A", "B", "S"), "That would be `wait=False`"),
        ("05 order", ("A", "S", "B"), ("A", "B", "S"), "running calls only"),
        ("05 order", ("B", "A", "S"), ("A", "B", "S"), "There is one worker"),
        ("05 wait=False", 0, 6, "Nothing was cancelled"),
        ("05 wait=False", 2, 6, "does not cancel it"),
        ("05 cancel_futures", 0, 2, "can no longer be cancelled"),
        ("05 cancel_futures", 6, 2, "were cancelled"),
        ("05 exit", 0, 3, "did not end with its last line"),
        ("05 exit", 1, 3, "more than the running call"),
    ],
)
def test_a_wrong_answer_is_told_its_own_mistake(name: str, answer: Any, happened: Any, words: str) -> None:
    assert words in QUESTIONS[name].why(answer, happened)[-1]
    assert words not in " ".join(QUESTIONS[name].why(happened, happened))
