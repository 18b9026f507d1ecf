"""`pool-lab export`: what a page has of a notebook, and what is said if there is none."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode, v4

from pool_lab import ThreadPoolExecutor
from pool_lab.lab import watch
from pool_lab.lab.programs.kept_run import RUN
from pool_lab.lab.stills.still import Still
from pool_lab.lessons.command import main
from pool_lab.lessons.exporting.page import NotebookError, export
from tools import store_notebooks

PICTURE = {"image/png": "aGVsbG8=", "text/plain": "Watch(ThreadPoolExecutor)"}
ALT = {"image/png": {"alt": "all is <well>"}}
ASKING = 'naps = predict("00 naps")\nnaps'


def output(data: dict[str, Any], **metadata: Any) -> NotebookNode:
    made: NotebookNode = v4.new_output("display_data", data, metadata=metadata)
    return made


@pytest.fixture
def a_run() -> dict[str, Any]:
    with ThreadPoolExecutor(2) as pool:
        seen = watch(pool)
        pool.submit(abs, 1).result()
    still = seen.figure()
    assert isinstance(still, Still)
    return still.keeps


def stored(folder: Path, *cells: NotebookNode, name: str = "lesson.ipynb") -> Path:
    path = folder / name
    nbformat.write(v4.new_notebook(cells=list(cells), metadata=store_notebooks.METADATA), path)
    return path


def logs(page: str) -> list[dict[str, Any]]:
    """The runs that the page can play."""
    found = re.findall(r'<div class="pool-lab-recorded"><script type="application/json">(.*?)</script>', page)
    return [json.loads(each)["log"] for each in found]


def test_a_run_is_played_and_its_picture_is_there_without_javascript(tmp_path: Path, a_run: dict[str, Any]) -> None:
    page = export(stored(tmp_path, v4.new_code_cell("calls", outputs=[output(PICTURE, **ALT, **a_run)])))
    (log,) = logs(page)
    assert [row[2] for row in log["calls"]] == ["abs"]
    assert '<div class="still"><img' in page
    assert 'alt="all is &lt;well&gt;"' in page


def test_a_chart_stays_and_its_calls_can_be_opened(tmp_path: Path, a_run: dict[str, Any]) -> None:
    chart = {RUN: {**a_run[RUN], "is_pictured": False}}
    page = export(stored(tmp_path, v4.new_code_cell("rush", outputs=[output(PICTURE, **chart)])))
    assert 'class="still"' not in page
    assert page.index("<img") < page.index('<details class="calls">') < page.index('class="pool-lab-recorded"')


def test_a_run_that_was_left_out_or_damaged_is_a_picture_and_a_sentence(tmp_path: Path) -> None:
    outputs = [output(PICTURE, **{RUN: {"left_out": "It was long."}}), output(PICTURE, **{RUN: {"packed": "?"}})]
    page = export(stored(tmp_path, v4.new_code_cell("calls", outputs=outputs)))
    assert logs(page) == []
    assert '<p class="note">It was long.</p>' in page
    assert "a run in this notebook is damaged" in page


def test_a_page_needs_no_network(tmp_path: Path, a_run: dict[str, Any]) -> None:
    cells = [v4.new_markdown_cell("# Title\n\n$x$ costs $5"), v4.new_code_cell("1", outputs=[output(PICTURE, **a_run)])]
    page = export(stored(tmp_path, *cells))
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    assert re.findall(r"<link|@import|url\(|fetch\(|XMLHttpRequest", page) == []


def test_what_answers_a_question_is_covered_until_the_reader_opens_it(tmp_path: Path) -> None:
    notebook = v4.new_notebook(
        cells=[
            v4.new_code_cell(
                ASKING, outputs=[output({"text/plain": "How often does `f(1)` run?\n- Once.\n- <Twice>."})]
            ),
            v4.new_code_cell("naps.compare(watched)", outputs=[v4.new_output("stream", text="It was two.")]),
            v4.new_code_cell("1", outputs=[v4.new_output("stream", text="open to all")]),
        ]
    )
    store_notebooks.fold(notebook)
    page = export(stored(tmp_path, *notebook.cells))
    (covered,) = re.findall(r"<details.*?</details>", page, re.DOTALL)
    assert "It was two." in covered
    assert "open to all" not in covered
    assert store_notebooks.PIXEL not in page
    asked = "<p>How often does <code>f(1)</code> run?</p><ul><li>Once.</li><li>&lt;Twice&gt;.</li></ul>"
    assert f'<div class="question">{asked}</div>' in page


def test_what_needs_a_kernel_is_a_sentence(tmp_path: Path) -> None:
    sheet = {"text/html": '<span class="pool-lab-saved"></span><style>x {}</style>', "text/plain": ""}
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "Race(call abs)"}
    place = {"text/html": '<span class="pool-lab-still"></span>', "text/plain": ""}
    page = export(stored(tmp_path, v4.new_code_cell("r", outputs=[output(sheet), output(view), output(place)])))
    assert page.count('<div class="output">') == 1
    assert "This needs a running kernel: Race(call abs)" in page
    assert "model_id" not in page


def test_links_lead_to_the_pages_of_other_notebooks_and_else_to_the_notebooks(tmp_path: Path) -> None:
    links = "[a](01_a.ipynb) [part](01_a.ipynb#part) [b](02_b.ipynb) [far](https://example.org/01_a.ipynb)"
    page = export(stored(tmp_path, v4.new_markdown_cell(links)), {"01_a.ipynb": "../lessons/a.html"})
    assert re.findall(r'href="([^"]*)"', page) == [
        "../lessons/a.html",
        "../lessons/a.html#part",
        "02_b.ipynb",
        "https://example.org/01_a.ipynb",
    ]


def test_code_and_errors_are_shown_as_they_are(tmp_path: Path) -> None:
    error = v4.new_output("error", ename="E", evalue="", traceback=["\x1b[31mE\x1b[0m: 1 < 2"])
    page = export(stored(tmp_path, v4.new_code_cell("1 <2", outputs=[error, v4.new_output("stream", text="a & b")])))
    assert '<span class="mi">1</span>' in page
    assert "1 &lt; 2" in page
    assert "a &amp; b" in page


def test_a_folder_is_exported_beside_its_notebooks_or_into_another_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], a_run: dict[str, Any]
) -> None:
    stored(tmp_path, v4.new_markdown_cell("[next](b.ipynb)"), name="a.ipynb")
    stored(tmp_path, v4.new_code_cell("calls", outputs=[output(PICTURE, **a_run)]), name="b.ipynb")
    assert main(["export", str(tmp_path)]) == 0
    assert 'href="b.html"' in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert main(["export", str(tmp_path), "--out", str(tmp_path / "pages")]) == 0
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["a.html", "b.html"]
    said = capsys.readouterr().err.splitlines()
    nothing, played = said[-2:]
    assert nothing.startswith(f"pool-lab: 0 timelines: {tmp_path / 'pages' / 'a.html'} (the notebook keeps no run")
    assert played == f"pool-lab: 1 timeline: {tmp_path / 'pages' / 'b.html'}"


def test_one_notebook_is_exported_to_the_file_that_was_named(tmp_path: Path) -> None:
    path = stored(tmp_path, v4.new_markdown_cell("# Hello"))
    assert main(["export", str(path), "-o", str(tmp_path / "page.html")]) == 0
    assert "<title>Hello</title>" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no file"),
        (b"{", "is not a notebook"),
        (b"[]", "is not a notebook"),
        (b'{"format": "pool_lab run"}', "is not a notebook"),
        (b"\xff\xfe", "is not a notebook"),
    ],
    ids=["missing", "broken", "list", "another JSON", "no text"],
)
def test_what_is_no_notebook_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, words: str
) -> None:
    path = tmp_path / "lesson.ipynb"
    if content is not None:
        path.write_bytes(content)
    assert main(["export", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert str(path) in line


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = stored(tmp_path, v4.new_markdown_cell("# Hello"))
    assert main(["export", str(path), "--out", str(tmp_path / "no" / "page.html")]) == 2
    assert main(["export", str(path), str(path), "--out", str(path / "pages")]) == 2
    (tmp_path / "empty").mkdir()
    assert main(["export", str(tmp_path / "empty")]) == 2
    assert [line.partition(":")[2].split(";")[0] for line in capsys.readouterr().err.splitlines()] == [
        f" cannot write {tmp_path / 'no' / 'page.html'}: No such file or directory",
        " 2 notebooks are named lesson, and their pages would be one file",
        f" there is no notebook in {tmp_path / 'empty'}",
    ]


def test_as_a_function_it_raises(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="cannot read"):
        export(tmp_path / "lesson.ipynb")
