"""What a verdict draws: the learner's timeline above that of a right answer, live and as a still."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib.text import Text

from pool_lab.lessons import check
from pool_lab.lessons.exercises.attempt import Attempt, Run
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.comparison import Timelines
from pool_lab.lessons.exercises.messages import AttemptEnding
from pool_lab.lessons.saved_progress import FILE_VARIABLE
from tests.kernels import Kernel
from tests.lab.script import Script
from tests.lessons.answer_files import answers_to


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One with a user, which keeps progress in its own file."""
    with Kernel() as started:
        file: Path = tmp_path_factory.mktemp("progress") / "progress.jsonl"
        started.run(f"import os; os.environ[{FILE_VARIABLE!r}] = {str(file)!r}")
        started.run("from pool_lab.lessons import check")
        yield started


def test_a_wrong_answer_is_drawn_above_a_right_one() -> None:
    timelines = check("00.1", "E D C").timelines()
    assert timelines is not None
    figure = timelines.figure()
    words = {text.get_text() for text in figure.findobj(Text)}
    assert {"Yours", "A right answer"} <= words
    assert timelines.summary().startswith("Yours took")
    assert "as long as a right answer" in timelines.summary()
    assert timelines.view is None, "no person uses it"
    assert check("00.1", "B A").timelines() is None, "no call, no picture"


def test_calls_that_went_on_are_drawn_until_the_answer_was_over_and_a_pool_without_calls_is_not_drawn() -> None:
    task = EXERCISES["06.2"]
    (answer,) = (answer for answer in answers_to(task) if answer.file == "wrong_another_pool.py")
    verdict = check("06.2", task.value_of(answer.source))
    assert verdict.attempt is not None
    assert len(verdict.attempt.runs) == 2, "the one that was given, and its own"
    timelines = verdict.timelines()
    assert timelines is not None
    assert timelines.summary().startswith("Yours was over after ")
    assert "ran no calls" not in timelines.summary()
    (trace,) = (run.trace for run in verdict.attempt.own_runs)
    assert trace.watched_until is not None
    assert trace.open_calls == 5, "of seven mirrors one is broken and one has answered"


@pytest.mark.parametrize(("kind", "says_so"), [("other", True), ("threads", False)])
def test_a_call_that_may_run_in_a_process_of_the_learner_is_not_simply_called_queued(kind: str, says_so: bool) -> None:
    run = Run("SturdyPool", kind, False, Script().ran(0, 0, 0.0, 1.0).queued(1).trace(watched_until=1.0))
    said = Timelines("", [("yours", Attempt(AttemptEnding.RETURNED, runs=(run,)))]).summary()
    assert "1 still queued" in said
    assert (
        said.endswith("counts as queued here until its result is back, because it runs in another process.") is says_so
    )


def test_the_picture_is_live_where_someone_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = check("00.1", "E D C")
    monkeypatch.setattr("pool_lab.lessons.exercises.comparison.someone_is_there", lambda: True)
    timelines = verdict.timelines()
    assert timelines is not None
    view = timelines.view
    assert view.caption == timelines.summary()
    assert [panel["title"] for panel in view.log["panels"]] == ["Yours", "A right answer"]
    assert 0.3 <= view.log["now"] < 10, "both began when the picture did"


def test_a_wrong_verdict_leaves_its_words_and_a_picture_for_readers_without_a_kernel(kernel: Kernel) -> None:
    kernel.run('check("00.1", "E D C")')
    words, _, view, still = (message["content"] for message in kernel.messages if message["msg_type"] == "display_data")
    assert words["data"]["text/markdown"].startswith("**✗ Exercise 00.1: wrong.**")
    assert "application/vnd.jupyter.widget-view+json" in view["data"]
    assert "image/png" in still["data"]
    assert still["metadata"]["image/png"]["alt"].startswith("Yours took ")
