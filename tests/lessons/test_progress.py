"""Progress is kept and never lost, and a lesson goes on if it cannot be kept."""

import json
import multiprocessing
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest

from pool_lab.lessons import check, predict, progress, saved_progress, solution
from pool_lab.lessons.progress_table import LESSONS
from pool_lab.lessons.saved_progress import FILE_VARIABLE, entries, keep, path
from tests.lab.script import Ran, Script
from tests.lessons.keeping import keep_many

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the progress, in a folder that does not exist yet."""
    file = tmp_path / "of" / "a learner" / "progress.jsonl"
    monkeypatch.setenv(FILE_VARIABLE, str(file))
    return file


def two_at_once() -> Ran:
    return Ran(Script().ran(0, worker=0, began=1, ended=2).ran(1, worker=1, began=1, ended=2).trace())


def test_answers_and_verdicts_are_kept(file: Path) -> None:
    prediction = predict("00 naps")
    prediction.answer("one", "certain")
    prediction.compare(two_at_once())
    check("00.1", "E B F C")
    assert [(entry.kind, entry.name, entry.outcome, entry.note) for entry in entries()] == [
        ("prediction", "00 naps", "answered", "one, certain"),
        ("prediction", "00 naps", "wrong", "one, certain"),
        ("exercise", "00.1", "wrong", "5"),
    ]
    assert file.is_file()


def test_an_exercise_without_an_answer_is_not_kept(file: Path) -> None:
    check("00.1", "...")
    predict("00 naps").compare(two_at_once())
    assert entries() == []
    assert not file.exists()


def test_the_table_has_a_row_for_each_lesson_that_was_begun(file: Path) -> None:
    keep("exercise", "00.2", "almost")
    keep("exercise", "00.1", "correct")
    keep("exercise", "00.1", "wrong")
    keep("prediction", "00 naps", "answered")
    keep("prediction", "03 box", "right")
    keep("prediction", "03 cancel", "wrong")
    keep("prediction", "03 timeout", "right")
    assert str(progress()).splitlines() == [
        "00 Start here | predictions 1 of 2: 1 … answered | exercises 2 of 2: 1 ✓ correct, 1 ◐ almost",
        "03 Hold a promise | predictions 3 of 6: 2 ✓ right, 1 ✗ wrong | exercises 0 of 2",
    ]
    assert progress()._repr_markdown_().count("|---") == 3


def test_a_prediction_counts_as_it_was_compared_first(file: Path) -> None:
    for option in ("one", "workers"):
        prediction = predict("00 naps")
        prediction.answer(option)
        prediction.compare(two_at_once())
        with pytest.raises(RuntimeError, match="this answer stays"):
            prediction.answer("all")
    assert str(progress()) == "00 Start here | predictions 1 of 2: 1 ✗ wrong | exercises 0 of 2"


def test_a_question_that_was_skipped_is_not_answered(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pool_lab.lessons.predictions.prediction.someone_is_there", lambda: True)
    prediction = predict("00 naps")
    prediction.skip()
    assert prediction.is_open
    assert "What happened:" in str(prediction.compare(two_at_once()))
    with pytest.raises(RuntimeError, match="you have seen what happens"):
        prediction.answer("workers")
    predict("00 naps").answer("workers")
    assert [entry.outcome for entry in entries()] == ["skipped", "answered"]
    assert str(progress()) == "00 Start here | predictions 0 of 2: 1 skipped | exercises 0 of 2"


def test_an_answer_that_is_compared_again_is_kept_once(file: Path) -> None:
    prediction = predict("00 naps")
    prediction.answer("workers")
    assert [prediction.compare(two_at_once()).outcome for _ in range(2)] == ["right", "right"]
    assert [entry.outcome for entry in entries()] == ["answered", "right"]


def test_a_solution_that_was_shown_before_the_answer_is_noted(file: Path) -> None:
    solution("00.1")
    assert str(progress()).startswith("Nothing is recorded yet."), "looking is no answer"
    check("00.1", "E B A C")
    keep("exercise", "00.2", "correct")
    solution("00.2")
    keep("exercise", "00.2", "correct")
    assert str(progress()).endswith("exercises 2 of 2: 1 ✓ correct after its solution was shown, 1 ✓ correct")


def test_without_entries_a_sentence_says_so(file: Path) -> None:
    assert str(progress()) == progress()._repr_markdown_()
    assert str(progress()).startswith("Nothing is recorded yet.")
    keep("exercise", "99.9", "correct")
    assert str(progress()).startswith("Nothing is recorded yet."), "there is no such exercise"


def test_the_table_has_the_titles_of_the_lessons() -> None:
    cells = {path.name[:2]: nbformat.read(path, as_version=4).cells for path in NOTEBOOKS.glob("*.ipynb")}
    assert {number: cells[number][0].source.splitlines()[0].removeprefix("# ") for number in cells} == LESSONS


def test_progress_can_be_reset(file: Path) -> None:
    keep("exercise", "00.1", "correct")
    assert "correct" in str(progress())
    assert "correct" not in str(progress().reset())
    assert progress().reset().entries == ()


def test_without_a_front_end_nothing_is_kept_or_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FILE_VARIABLE, raising=False)
    monkeypatch.setattr("pool_lab.lessons.saved_progress.path", lambda: tmp_path / "progress.jsonl")
    (tmp_path / "progress.jsonl").write_text('{"kind": "exercise", "name": "00.1", "outcome": "correct", "at": 1}')
    keep("exercise", "00.2", "correct")
    assert len(entries()) == 1
    assert progress().entries == ()
    monkeypatch.setattr(saved_progress, "someone_is_there", lambda: True)
    assert len(progress().entries) == 1
    keep("exercise", "00.2", "correct")
    assert len(progress().entries) == 2


def test_the_default_is_a_file_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FILE_VARIABLE, raising=False)
    assert path().name == "progress.jsonl"
    assert "pool_lab" in path().parts
    assert path().is_absolute()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe garbage",
        b"[" * 100_000,
        b'{"kind": "exercise", "name": "00.1", "outcome": "cor',
        b'{"kind": 1, "name": [], "outcome": {}, "at": "never"}',
        b'{"kind": "exercise", "name": "00.1", "outcome": "correct"}',
        b'"a text"\n17\nnull\n[]',
    ],
)
def test_unreadable_lines_are_skipped_and_later_ones_count(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert entries() == []
    keep("exercise", "00.1", "correct")
    assert [entry.outcome for entry in entries()] == ["correct"]


def test_fields_of_a_later_version_are_skipped_and_unknown_exercises_are_not_shown(file: Path) -> None:
    file.parent.mkdir(parents=True)
    record = {"version": 9, "kind": "exercise", "name": "99.9", "outcome": "brilliant", "at": 1, "stars": [5]}
    file.write_text(json.dumps(record))
    assert [entry.outcome for entry in entries()] == ["brilliant"]
    assert "brilliant" not in str(progress())


def test_an_old_entry_without_a_note_counts(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text('{"kind": "exercise", "name": "00.1", "outcome": "correct", "at": 1}')
    assert "1 ✓ correct" in str(progress())


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A read-only file in a read-only folder. Nothing is read-only for root, so root becomes another user."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "progress.jsonl"
        monkeypatch.setenv(FILE_VARIABLE, str(file))
        keep("exercise", "00.1", "wrong")
        file.chmod(0o444)
        Path(folder).chmod(0o555)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        yield file
        if is_root:
            os.seteuid(0)
        Path(folder).chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not read-only there")
def test_a_lesson_goes_on_if_the_file_cannot_be_written(read_only: Path) -> None:
    keep("exercise", "00.1", "correct")
    assert [entry.outcome for entry in entries()] == ["wrong"]
    assert "1 ✗ wrong" in str(progress())
    with pytest.raises(PermissionError, match="cannot be removed"):
        progress().reset()
    assert read_only.exists()


def test_a_lesson_goes_on_if_the_file_cannot_be_created(file: Path) -> None:
    file.parent.parent.mkdir(parents=True)
    file.parent.write_text("not a folder")
    keep("exercise", "00.1", "correct")
    assert entries() == []
    assert progress().entries == ()
    with pytest.raises(PermissionError, match="cannot be removed"):
        progress().reset()


def test_a_lesson_goes_on_if_there_is_a_folder_instead_of_the_file(file: Path) -> None:
    file.mkdir(parents=True)
    keep("exercise", "00.1", "correct")
    assert entries() == []


def test_kernels_side_by_side_lose_nothing(file: Path) -> None:
    context = multiprocessing.get_context("spawn")
    kernels = [context.Process(target=keep_many, args=(number,)) for number in range(4)]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    kept = {(entry.name, entry.note) for entry in entries()}
    assert kept == {(str(kernel), str(number)) for kernel in range(4) for number in range(200)}
