"""A prediction is recorded, opens the experiments that wait for it, and is compared with what really ran."""

import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import cast
from unittest.mock import MagicMock

import pytest

from pool_lab import ThreadPoolExecutor
from pool_lab.lab import watch, workloads
from pool_lab.lab.experiments.race import Race
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.work.executors import OURS
from pool_lab.lessons import content, predict
from pool_lab.lessons.predictions.drawn_timeline import DrawQuestion
from pool_lab.lessons.predictions.predict import QUESTIONS
from pool_lab.lessons.predictions.prediction import Prediction
from pool_lab.lessons.predictions.question_rules import number, words_of
from pool_lab.lessons.predictions.questions import Explained, NumberQuestion, Option, OrderQuestion, Question, Undecided
from pool_lab.lessons.saved_progress import FILE_VARIABLE, entries
from tests.lab.script import Script

QUESTION = Question(
    text="How many?",
    options={"one": Option("One.", "Right: one.", "Not one."), "two": Option("Two.", "Right: two.", "Not two.")},
    judge=lambda traces: {1: "one", 2: "two"}.get(traces[""].most_at_once),
)


class Experiment:
    def __init__(self, trace: Trace | dict[str, Trace]) -> None:
        self.trace = trace


def overlapping(calls: int) -> Trace:
    """Calls that all run at one moment, each for half of its time on a core."""
    script = Script()
    for call in range(calls):
        script.ran(call, worker=call, began=1, ended=2, cpu_s=0.5)
    return script.trace()


@pytest.fixture
def covered(monkeypatch: pytest.MonkeyPatch) -> Prediction:
    """A prediction in a notebook with a front end."""
    monkeypatch.setattr("pool_lab.lessons.predictions.prediction.someone_is_there", lambda: True)
    return Prediction(QUESTION)


def test_without_a_front_end_nothing_waits() -> None:
    prediction = Prediction(QUESTION)
    opened: list[bool] = []
    prediction.when_open(lambda: opened.append(True))
    assert prediction.is_open
    assert opened == [True]


def test_an_answer_opens_waiting_experiments_once(covered: Prediction) -> None:
    opened: list[bool] = []
    covered.when_open(lambda: opened.append(True))
    assert not covered.is_open
    covered.answer("one", "certain")
    covered.answer("two", "a guess")
    assert opened == [True]
    assert covered.record is not None
    assert (covered.record.option, covered.record.confidence) == ("two", "a guess")


def test_the_run_decides_what_was_right() -> None:
    prediction = Prediction(QUESTION)
    prediction.answer("one")
    assert prediction.compare(Experiment(overlapping(1))).was_right
    assert prediction.compare(Experiment(overlapping(2))).was_right is False


def test_a_returned_value_can_be_judged_as_well_as_a_trace() -> None:
    prediction = Prediction(replace(QUESTION, judge=lambda given: {1: "one", 2: "two"}.get(len(given))))
    prediction.answer("two")
    assert prediction.compare({"a", "b"}).was_right
    assert prediction.compare(["a"]).was_right is False
    assert "none of the answers" in str(prediction.compare(()))


def test_a_wrong_answer_gets_its_own_explanation_and_a_right_one_does_not() -> None:
    prediction = Prediction(QUESTION)
    prediction.answer("one", "certain")
    wrong = str(prediction.compare(Experiment(overlapping(2))))
    right = str(prediction.compare(Experiment(overlapping(1))))
    assert wrong.splitlines() == ["What happened: Two.", "You predicted (certain): One.", "Right: two.", "Not one."]
    assert right.splitlines() == ["What happened: One.", "You were right (certain).", "Right: one."]


def test_a_run_is_explained_without_a_prediction_too() -> None:
    assert str(Prediction(QUESTION).compare(Experiment(overlapping(2)))).splitlines() == [
        "What happened: Two.",
        "Right: two.",
    ]


def test_a_comparison_without_a_run_says_what_to_do() -> None:
    comparison = Prediction(QUESTION).compare(Experiment(Trace(())))
    assert "Nothing has run yet" in str(comparison)
    assert comparison.was_right is None


def test_a_run_that_shows_none_of_the_answers_is_not_judged() -> None:
    comparison = Prediction(QUESTION).compare(Experiment(overlapping(3)))
    assert "none of the answers" in str(comparison)
    assert comparison.was_right is None


def test_a_run_that_cannot_tell_says_why_and_leaves_the_answer_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "progress.jsonl"))
    doubt = Undecided("The two took almost the same time.")
    prediction = Prediction(replace(QUESTION, judge=lambda traces: doubt if len(traces[""].spans) == 1 else "two"), "x")
    prediction.answer("two")
    comparison = prediction.compare(Experiment(overlapping(1)))
    assert (
        str(comparison) == "This run cannot tell. The two took almost the same time. Run it again; your answer stays."
    )
    assert (comparison.was_right, comparison.happened) == (None, None)
    assert prediction.compare(Experiment(overlapping(2))).was_right
    assert [entry.outcome for entry in entries()] == ["answered", "right"]


def test_stored_outputs_do_not_depend_on_the_run() -> None:
    prediction = Prediction(QUESTION)
    texts = {repr(prediction.compare(Experiment(overlapping(calls)))) for calls in (1, 2, 3)}
    assert texts == {"Comparison(How many?)"}


def test_without_a_prediction_the_answer_is_not_told(covered: Prediction) -> None:
    comparison = covered.compare(Experiment(overlapping(2)))
    assert str(comparison) == "Predict first: record your answer above. Then this tells you what happened."


def test_an_early_comparison_changes_when_the_prediction_is_made(
    covered: Prediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    display = MagicMock()
    monkeypatch.setattr("IPython.display.display", display)
    covered.compare(Experiment(overlapping(2)))._ipython_display_()
    assert not any("text/markdown" in call.args[0] for call in display.call_args_list)
    covered.answer("one")
    (bundle,) = display.return_value.update.call_args.args
    assert bundle["text/markdown"].startswith("**What happened:** Two.")
    assert covered.outcome == "wrong"


def test_an_answer_that_depends_on_the_machine_is_told_only_to_learners() -> None:
    prediction = Prediction(replace(QUESTION, on_any_machine=False))
    assert "depends on the machine" in str(prediction.compare(Experiment(overlapping(2))))
    prediction.answer("two")
    assert "You were right" in str(prediction.compare(Experiment(overlapping(2))))


def test_an_answer_must_be_one_of_the_options(covered: Prediction) -> None:
    with pytest.raises(ValueError, match="there is no option 'three'; choose one of one, two"):
        covered.answer("three")
    with pytest.raises(ValueError, match="there is no confidence 'very'"):
        covered.answer("one", "very")


def test_a_question_must_be_known() -> None:
    with pytest.raises(ValueError, match="there is no question '99'"):
        predict("99")


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_wrong_answer_of_a_lesson_has_its_own_explanation(name: str) -> None:
    question = QUESTIONS[name]
    if isinstance(question, Question):
        explanations = [option.if_wrong for option in question.options.values() if option.if_wrong]
        assert len(explanations) == len(set(explanations)) >= len(question.options) - 1
    else:
        assert isinstance(question, DrawQuestion | NumberQuestion | OrderQuestion)
        assert question.otherwise


@pytest.mark.parametrize("module", list(content.modules("questions")), ids=lambda module: module.__name__[-12:-10])
def test_all_words_of_a_lesson_belong_to_a_question(module: ModuleType) -> None:
    sections = content.page_of(module).sections
    assert list(sections) == list(module.QUESTIONS)
    for name, section in sections.items():
        question = QUESTIONS[name]
        parts = len(question.options) if isinstance(question, Question) else 2 + len(cast("Explained", question).misses)
        parts += len(question.items) if isinstance(question, OrderQuestion) else 0
        assert sum(line.startswith("- ") for line in section.splitlines()) == parts
        said = re.findall(r"  - (?:if right|if wrong): (.+)", section)
        assert len(said) == sum(line.startswith(" ") for line in section.splitlines())


def test_a_mistake_without_words_is_noticed() -> None:
    section = "How many?\n\n- because: Three.\n- fewer: No.\n- otherwise: Count."
    with pytest.raises(KeyError, match="no words for \\['more'\\] of: How many"):
        number(len, {"fewer": 1, "more": 5})(words_of(section))


def test_words_of_a_question_may_contain_colons_and_a_number_is_a_wrong_answer() -> None:
    asked = number(len)(words_of("How many?\n\n- because: Three: all.\n- 2: Not: two.\n- otherwise: Count."))
    assert asked.text == "How many?"
    assert [asked.why(answer, 3) for answer in (3, 2, 1)] == [
        ["Three: all."],
        ["Three: all.", "Not: two."],
        ["Three: all.", "Count."],
    ]


def test_the_naps_of_the_first_lesson_are_judged_by_what_overlapped() -> None:
    judge = QUESTIONS["00 naps"].happened
    assert [judge({"": overlapping(calls)}) for calls in (1, 2, 8, 5)] == ["one", "workers", "all", None]


def test_a_race_and_a_watch_can_be_compared_before_they_have_run() -> None:
    contest = Race(workloads.of(abs, [1]), 1, 1, OURS, together=True, cover=None)
    with ThreadPoolExecutor(1) as pool:
        assert "Nothing has run yet" in str(predict("00 naps").compare(watch(pool)))
    assert "Nothing has run yet" in str(predict("07 fetch").compare(contest))
