"""A drawing is right if its workers run the right calls, in the right order, and at the same moments."""

from collections.abc import Sequence
from typing import Any, cast

import pytest

from pool_lab.lessons.predictions.drawn_timeline import Bar, DrawQuestion, drawing_of, match
from pool_lab.lessons.predictions.predict import QUESTIONS
from pool_lab.lessons.predictions.prediction import CONFIDENCES, Prediction
from pool_lab.lessons.predictions.questions import Miss, NumberQuestion, OrderQuestion
from tests.lab.script import Ran, Script

DRAWING = cast("DrawQuestion", QUESTIONS["00 drawing"])
RIGHT = [(0, 0), (1, 0), (1, 1), (0, 3), (0, 4)]
ALTERNATING = [(0, 0), (1, 0), (0, 3), (1, 1), (0, 8)]


def run_of(bars: Sequence[tuple[int, float]], slow: float = 1.0) -> Ran:
    """A run in which everything takes `slow` times as long, and each call a little longer."""
    script = Script()
    for call, ((worker, start), length) in enumerate(zip(bars, DRAWING.calls.values(), strict=True)):
        began = 1 + start * slow / 5
        script.ran(call, worker=worker, began=began, ended=began + length * slow * 0.99 / 5)
    return Ran(script.trace())


def drawn(bars: Sequence[tuple[int, float]]) -> tuple[Bar, ...]:
    return DRAWING.checked(bars)


@pytest.mark.parametrize("slow", [1, 3])
def test_a_drawing_is_right_however_fast_the_machine_is(slow: float) -> None:
    prediction = Prediction(DRAWING)
    prediction.answer(RIGHT)
    assert prediction.compare(run_of(RIGHT, slow)).was_right


def test_which_worker_is_which_makes_no_difference() -> None:
    mirrored = drawn([(1 - worker, start) for worker, start in RIGHT])
    assert DRAWING.outcome(mirrored, drawn(RIGHT)) == "right"
    assert match(drawn(RIGHT), mirrored) == 1


@pytest.mark.parametrize("slow", [1, 3])
@pytest.mark.parametrize(
    "bars",
    [[*RIGHT[:4], (0, 5)], [(0, 0, 2), *RIGHT[1:]], [*RIGHT[:4], (0, 4, 7)]],
    ids=["starts later", "ends sooner", "ends later"],
)
def test_a_drawing_that_is_a_unit_off_is_nearly_right(bars: Sequence[tuple[float, ...]], slow: float) -> None:
    prediction = Prediction(DRAWING)
    prediction.answer(bars)
    comparison = prediction.compare(run_of(RIGHT, slow))
    assert (comparison.outcome, comparison.was_right) == ("nearly", False)
    assert str(comparison).splitlines()[1] == "You were nearly right (fairly sure)."
    assert "a unit off" in str(comparison).splitlines()[-1]


def test_a_drawing_that_is_two_units_off_is_wrong() -> None:
    assert DRAWING.outcome(drawn([*RIGHT[:4], (0, 6)]), drawn(RIGHT)) == "wrong"


@pytest.mark.usefixtures("_someone_is_there")
def test_an_untouched_order_is_no_answer() -> None:
    prediction = Prediction(ORDER)
    lines, button, said = form_of(prediction)
    button.click()
    assert (prediction.record, said.value[:20]) == (None, "Move the lines first")
    first, second = (lines.children[at].children for at in (0, 1))
    first[1].click()
    second[0].click()
    button.click()
    assert prediction.record is not None
    assert prediction.record.option == ("0", "1", "2"), "there and back: this is how the learner wants it"


def test_how_much_of_two_drawings_overlaps() -> None:
    one, half, none = [Bar(0, 0, 2)], [Bar(0, 1, 2)], [Bar(0, 3, 4)]
    assert (match(one, one), match(one, half), match(one, none)) == pytest.approx((1, 2 / 3, 0))
    assert match([Bar(0, 0, 1), Bar(0, 1, 2)], [Bar(0, 0, 1), Bar(1, 1, 2)]) == 0.5


@pytest.mark.parametrize(
    ("bars", "words"),
    [
        (ALTERNATING, "do not take turns"),
        ([(0, 0), (1, 0), (1, 0), (0, 3), (0, 4)], "one call at a time"),
        ([(0, 0), (1, 3), (1, 4), (0, 9), (0, 10)], "Neither waits for the other"),
        ([(0, 0), (1, 0), (0, 3), (1, 1), (1, 2)], "cannot know how long"),
        ([(0, 0), (1, 0), (1, 1), (0, 5), (0, 6)], "takes the next call at once"),
        ([(0, 0, 1), (1, 0, 3), (0, 1, 5), (1, 3, 4), (1, 4, 6)], "bar by bar"),
    ],
)
def test_every_way_to_draw_it_wrong_has_its_own_explanation(bars: Sequence[tuple[float, ...]], words: str) -> None:
    prediction = Prediction(DRAWING)
    prediction.answer(bars)
    comparison = prediction.compare(run_of(RIGHT))
    assert comparison.was_right is False
    assert words in str(comparison).splitlines()[-1]


def test_a_comparison_says_which_worker_ran_which_call_and_how_well_it_matches() -> None:
    prediction = Prediction(DRAWING)
    prediction.answer(ALTERNATING, "certain")
    lines = str(prediction.compare(run_of(RIGHT))).splitlines()
    assert lines[0] == "What happened: w0 runs A, D, E; w1 runs B, C"
    assert lines[1] == "You predicted (certain): w0 runs A, C, E; w1 runs B, D"
    assert lines[2].startswith("Your drawing and the run match to ")


def test_an_answer_may_give_ends_and_names() -> None:
    by_name = {name: (worker, start) for name, (worker, start) in zip("ABCDE", RIGHT, strict=True)}
    with_ends = [(bar.worker, bar.start, bar.end) for bar in drawn(RIGHT)]
    assert DRAWING.checked(by_name) == DRAWING.checked(with_ends) == drawn(RIGHT)


@pytest.mark.parametrize("bars", [[], RIGHT[:4], [(2, 0), *RIGHT[1:]], [(0, -1), *RIGHT[1:]], [(0, 2, 1), *RIGHT[1:]]])
def test_an_answer_must_be_a_drawing(bars: Sequence[tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match=r"draw 5 bars|a start before its end"):
        DRAWING.checked(bars)


def test_a_run_that_was_stopped_is_not_compared() -> None:
    script = Script().running(0, worker=0, began=1)
    assert DRAWING.happened({"": script.trace()}) is None


COUNT = NumberQuestion(
    text="How many at once?",
    judge=lambda traces: traces[""].most_at_once,
    because="As many as workers.",
    misses=(Miss(lambda answer, happened: answer > happened, "Too many."),),
    otherwise="Too few.",
    most=8,
    unit="calls",
)
ORDER = OrderQuestion(
    text="In which order do they end?",
    items={"0": "the first", "1": "the second", "2": "the third"},
    judge=lambda traces: tuple(map(str, traces[""].finish_order)),
    because="By length.",
    misses=(Miss(("0", "1", "2"), "Not as submitted."),),
    otherwise="Look again.",
)


def three() -> Ran:
    script = Script().ran(0, worker=0, began=1, ended=4).ran(1, worker=1, began=1, ended=2)
    return Ran(script.ran(2, worker=2, began=1, ended=3).trace())


@pytest.mark.parametrize(("answer", "last"), [(3, "As many as workers."), (8, "Too many."), (1, "Too few.")])
def test_a_number_is_compared_with_what_was_counted(answer: int, last: str) -> None:
    prediction = Prediction(COUNT)
    prediction.answer(answer)
    comparison = prediction.compare(three())
    assert str(comparison).splitlines()[0] == "What happened: 3 calls"
    assert str(comparison).splitlines()[-1] == last
    assert comparison.was_right is (answer == 3)


@pytest.mark.parametrize("answer", [-1, 9, "3", 2.5, None, True])
def test_a_number_must_be_one_that_can_be(answer: object) -> None:
    with pytest.raises(ValueError, match="a whole number from 0 to 8"):
        Prediction(COUNT).answer(answer)


@pytest.mark.parametrize(
    ("answer", "last"), [("1 2 0", "By length."), ("0 1 2", "Not as submitted."), (["2", "1", "0"], "Look again.")]
)
def test_an_order_is_compared_with_the_order_of_the_run(answer: object, last: str) -> None:
    prediction = Prediction(ORDER)
    prediction.answer(answer)
    comparison = prediction.compare(three())
    assert str(comparison).splitlines()[0] == "What happened: the second, the third, the first"
    assert str(comparison).splitlines()[-1] == last


@pytest.mark.parametrize("answer", ["0 1", "0 1 1", "0 1 2 3", [0, 1, 3]])
def test_an_order_must_have_all_of_the_items(answer: object) -> None:
    with pytest.raises(ValueError, match="answer with all of 0, 1, 2"):
        Prediction(ORDER).answer(answer)


def test_questions_of_every_kind_list_the_possible_answers() -> None:
    assert repr(Prediction(COUNT)) == "How many at once?\n- a number from 0 to 8"
    assert repr(Prediction(ORDER)).splitlines()[1:] == ["- the first", "- the second", "- the third"]
    assert repr(Prediction(DRAWING)).splitlines()[1] == "- A: 3 long"


@pytest.fixture
def _someone_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pool_lab.lessons.predictions.prediction.someone_is_there", lambda: True)


def form_of(prediction: Prediction) -> tuple[Any, Any, Any]:
    """The widget for the answer, the last of the buttons that record it, and the text beside them."""
    _, entry, foot = prediction.view.children
    *_, certain, said = foot.children
    return entry, certain, said


@pytest.mark.usefixtures("_someone_is_there")
def test_each_button_records_another_confidence_and_shows_which_one_it_was() -> None:
    prediction = Prediction(ORDER)
    _, *buttons, said = prediction.view.children[2].children
    assert [button.description for button in buttons] == list(CONFIDENCES)
    prediction.view.children[1].children[0].children[1].click()
    for chosen in buttons:
        chosen.click()
        assert prediction.record is not None
        assert prediction.record.confidence == chosen.description
        assert [button.button_style for button in buttons if button is not chosen] == ["", ""]
        assert chosen.button_style == "primary"
        assert said.value == f"Recorded, {chosen.description}. Now see what happens."


@pytest.mark.usefixtures("_someone_is_there")
def test_a_drawing_is_recorded_when_all_bars_are_placed_and_the_run_is_laid_over_it() -> None:
    prediction = Prediction(DRAWING)
    board, button, said = form_of(prediction)
    assert [bar[0] for bar in board.bars] == [-1] * 5
    button.click()
    assert (prediction.record, said.value) == (None, "Place all bars first.")
    board.bars = [[1 - bar.worker, bar.start, bar.end] for bar in drawn(RIGHT)]
    button.click()
    assert prediction.record is not None
    assert prediction.compare(run_of(RIGHT)).was_right
    assert [bar[0] for bar in board.real] == [bar[0] for bar in board.bars], "its workers are named as in the drawing"


@pytest.mark.usefixtures("_someone_is_there")
def test_a_number_is_typed() -> None:
    prediction = Prediction(COUNT)
    field, button, said = form_of(prediction)
    for wrong in ("", "many", "9"):
        field.value = wrong
        button.click()
        assert (prediction.record, said.value) == (None, "Type a whole number from 0 to 8 first.")
    field.value = " 3 "
    button.click()
    assert prediction.record is not None
    assert prediction.record.option == 3


@pytest.mark.usefixtures("_someone_is_there")
def test_an_order_is_made_with_buttons() -> None:
    prediction = Prediction(ORDER)
    lines, button, _ = form_of(prediction)
    moves = [list(line.children[:2]) for line in lines.children]
    assert [[mover.disabled for mover in line] for line in moves] == [[True, False], [False, False], [False, True]]
    moves[0][1].click()
    moves[2][0].click()
    assert [line.children[2].value for line in lines.children] == ["the second", "the third", "the first"]
    button.click()
    assert prediction.record is not None
    assert prediction.record.option == ("1", "2", "0")


def test_a_drawing_of_another_unit() -> None:
    trace = Script().ran(0, worker=0, began=1, ended=2).trace()
    assert drawing_of({"": trace}, calls=1, unit_s=0.5) == (Bar(0, 0, 2),)
