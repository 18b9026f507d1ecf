"""`pool-lab lessons` brings the newest lessons and never overwrites what a learner wrote."""

import errno
import json
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode, v4

from pool_lab.lessons import jupyterlab
from pool_lab.lessons.command import main
from pool_lab.lessons.lesson_folder import update_folder
from pool_lab.lessons.series import LESSONS
from tests.lessons.reading import FOLDER

FIRST, SECOND = "00_start_here.ipynb", "01_see_why_pools_exist.ipynb"


def edition(folder: Path, **sources: str) -> Path:
    """A folder of lessons as a package brings them: each has a heading and this code."""
    folder.mkdir()
    for name, source in sources.items():
        cells = [v4.new_markdown_cell("# Lesson", id="a"), v4.new_code_cell(source, id="b", execution_count=1)]
        nbformat.write(v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    return folder


def change(path: Path, source: str) -> bytes:
    """Write something in a lesson and save it, as JupyterLab does."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = source
    nbformat.write(notebook, path)
    return path.read_bytes()


def source(path: Path) -> str:
    return str(nbformat.read(path, as_version=4).cells[1].source)


def test_an_empty_folder_gets_all_lessons_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "a folder" / "lessons"
    assert main(["lessons", str(folder), "--no-open"]) == 0
    assert f"The {len(LESSONS)} lessons are in {folder}\n" == capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.ipynb" for name in LESSONS)
    for name in LESSONS:
        copy, original = (nbformat.read(at / f"{name}.ipynb", as_version=4) for at in (folder, FOLDER))
        del copy.metadata["pool_lab"]
        assert copy == original
        nbformat.validate(copy)


def test_a_lesson_in_which_nothing_was_written_is_replaced_by_a_newer_one(tmp_path: Path) -> None:
    update_folder(tmp_path / "mine", edition(tmp_path / "one", a="1", b="1"))
    newer = edition(tmp_path / "two", a="2", b="1", c="1")
    assert update_folder(tmp_path / "mine", newer) == {
        "a.ipynb": "replaced",
        "b.ipynb": "up to date",
        "c.ipynb": "new",
    }
    assert source(tmp_path / "mine" / "a.ipynb") == "2"
    newest = edition(tmp_path / "three", a="3")
    assert update_folder(tmp_path / "mine", newest) == {"a.ipynb": "replaced"}, "the copy knows what it is now"


def test_what_a_learner_wrote_is_never_overwritten(tmp_path: Path) -> None:
    first = edition(tmp_path / "one", a="1")
    update_folder(tmp_path / "mine", first)
    written = change(tmp_path / "mine" / "a.ipynb", "1  # mine")
    assert update_folder(tmp_path / "mine", first) == {"a.ipynb": "yours"}
    assert update_folder(tmp_path / "mine", edition(tmp_path / "two", a="2")) == {"a.ipynb": "outdated"}
    assert (tmp_path / "mine" / "a.ipynb").read_bytes() == written


@pytest.mark.parametrize(
    ("how", "state"),
    [
        (lambda cells: cells[1].outputs.append(v4.new_output("stream", text="ran")), "replaced"),
        (lambda cells: cells[1].update(execution_count=7), "replaced"),
        (lambda cells: cells.append(v4.new_code_cell("")), "replaced"),
        (lambda cells: cells.append(v4.new_code_cell("x")), "outdated"),
        (lambda cells: cells.append(v4.new_markdown_cell("a note")), "outdated"),
        (lambda cells: cells.pop(), "outdated"),
        (lambda cells: cells.reverse(), "outdated"),
    ],
    ids=["output", "number of a run", "empty cell after the last", "cell", "note", "deleted", "moved"],
)
def test_a_run_is_not_written_by_the_learner_and_a_cell_is(tmp_path: Path, how: Any, state: str) -> None:
    update_folder(tmp_path / "mine", edition(tmp_path / "one", a="1"))
    notebook: NotebookNode = nbformat.read(tmp_path / "mine" / "a.ipynb", as_version=4)
    how(notebook.cells)
    nbformat.write(notebook, tmp_path / "mine" / "a.ipynb")
    assert update_folder(tmp_path / "mine", edition(tmp_path / "two", a="2")) == {"a.ipynb": state}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"metadata": 1, "cells": []}', "half a noteb"])
def test_a_file_that_does_not_say_what_it_was_copied_from_is_kept(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.ipynb").write_text(content, encoding="utf-8")
    assert update_folder(tmp_path, edition(tmp_path / "one", a="1")) == {"a.ipynb": "outdated"}
    assert (tmp_path / "a.ipynb").read_text(encoding="utf-8") == content


def test_a_folder_in_the_place_of_a_lesson_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").mkdir()
    assert update_folder(tmp_path, edition(tmp_path / "one", a="1")) == {"a.ipynb": "outdated"}


def test_an_update_says_what_is_new_and_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One lesson is missing, one is older, and one is older and was written in."""
    monkeypatch.chdir(tmp_path)
    assert main(["lessons", "--no-open"]) == 0
    folder = tmp_path / "pool_lab_lessons"
    (folder / "12_go_beyond_one_machine.ipynb").unlink()
    earlier = edition(tmp_path / "earlier", **{Path(name).stem: "1" for name in (FIRST, SECOND)})
    for name in (FIRST, SECOND):
        (folder / name).unlink()
    update_folder(folder, earlier)
    written = change(folder / SECOND, "mine")
    capsys.readouterr()
    assert main(["lessons", "--no-open"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Your lessons are in {folder}",
        "New: 12_go_beyond_one_machine.ipynb",
        f"Replaced by a newer version, since you had written nothing in it: {FIRST}",
        f"There is a newer version, and yours is kept, since you wrote in it: {SECOND}",
        "To get a newer version, rename yours and run this command again.",
    ]
    assert (folder / SECOND).read_bytes() == written
    (folder / SECOND).rename(folder / "mine.ipynb")
    monkeypatch.chdir(folder)
    assert main(["lessons", "--no-open"]) == 0
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [], "the current folder has the lessons"
    assert (folder / SECOND).is_file()


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["lessons", str(tmp_path / "file"), "--no-open"]) == 2
    assert capsys.readouterr().err == (
        f"pool-lab: the lessons cannot be written to {tmp_path / 'file'}: it is not a folder; "
        "name another folder: pool-lab lessons FOLDER\n"
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS], ids=["full", "not yours", "read-only"])
def test_if_a_lesson_cannot_be_written_the_older_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    older = edition(tmp_path / "older", **{Path(FIRST).stem: "1"})
    update_folder(tmp_path / "mine", older)
    before = (tmp_path / "mine" / FIRST).read_bytes()

    def fail(path: Path, text: str, **_: Any) -> int:
        path.write_bytes(text.encode()[:10])
        raise OSError(number, "it cannot be written", str(path))

    monkeypatch.setattr(Path, "write_text", fail)
    assert main(["lessons", str(tmp_path / "mine"), "--no-open"]) == 2
    assert "it cannot be written; name another folder" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == [FIRST], "nothing unfinished is left"
    assert (tmp_path / "mine" / FIRST).read_bytes() == before


def test_without_jupyterlab_the_lessons_are_copied_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(jupyterlab, "find_spec", lambda _: None)
    assert main(["lessons", str(tmp_path / "mine")]) == 2
    assert (tmp_path / "mine" / FIRST).is_file()
    assert "needs jupyterlab, which is not installed; try: pip install 'pool_lab[lab]'" in capsys.readouterr().err


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[str]]:
    """Where `pool-lab lessons mine` starts JupyterLab, and with which command."""
    started: list[tuple[Path, list[str]]] = []

    def start(*arguments: Any) -> None:
        started.append((Path.cwd(), arguments[-1]))
        raise SystemExit(0)

    monkeypatch.chdir(folder)
    monkeypatch.setattr("os.execv", start)
    monkeypatch.setattr(jupyterlab, "_wait_for", start)
    with pytest.raises(SystemExit):
        main(["lessons", "mine"])
    return started[0]


def test_jupyterlab_opens_on_the_first_lesson_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, command = opened(tmp_path, monkeypatch)
    assert folder == tmp_path / "mine"
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--LabApp.default_url=/lab/tree/{FIRST}" in command


@pytest.mark.parametrize(
    ("traits", "is_asked_for"), [(["transport", "transport_encryption"], True), (["transport"], False)]
)
def test_kernels_encrypt_what_they_send_if_this_jupyter_client_can(
    traits: list[str], is_asked_for: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zmq.has", lambda capability: capability == "curve")
    monkeypatch.setattr("jupyter_client.manager.KernelManager.class_trait_names", lambda: traits)
    _, command = opened(tmp_path, monkeypatch)
    assert ("--KernelManager.transport_encryption=auto" in command) == is_asked_for


def test_lessons_need_nothing_beside_them() -> None:
    """What a folder of lessons lacks of the repository, no lesson refers to: links lead to lessons or to the web."""
    for path in FOLDER.glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        targets = {link.partition("#")[0] for cell in json.loads(text)["cells"] for link in _links(cell)}
        assert {link for link in targets if not link.startswith("https://")} <= {f"{name}.ipynb" for name in LESSONS}


def _links(cell: dict[str, Any]) -> list[str]:
    if cell["cell_type"] != "markdown":
        return []
    return re.findall(r"\]\(([\w./:#?=&%~-]*[.:#/][\w./:#?=&%~-]*)\)", "".join(cell["source"]))
