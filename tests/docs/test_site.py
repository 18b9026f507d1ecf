"""What the site is made of is complete, and a link that leads nowhere is noticed. None of it needs the generator."""

import importlib
import re
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

from pool_lab.lessons.series import LESSONS
from tools import lesson_length, write_interface
from tools.site import links, pages, reference

README = (pages.PROJECT / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| \[(.+?)\]\(notebooks/(\w+)\.ipynb\) \| (\d+) \|", re.MULTILINE)
OBJECT = re.compile(r"^:+\{py:(?:class|function|data|exception)\} ([\w.]+)", re.MULTILINE)


def test_the_table_of_the_lessons_has_each_of_them_with_its_minutes() -> None:
    rows = [(name, int(minutes)) for _, name, minutes in ROW.findall(pages.lesson_table(README))]
    cells = {name: nbformat.read(pages.PROJECT / "notebooks" / f"{name}.ipynb", as_version=4).cells for name in LESSONS}
    assert rows == [(name, lesson_length.stated(cells[name])) for name in LESSONS]


@pytest.mark.parametrize(
    ("readme", "words"),
    [("\n## Lessons\n\n| a |\n", "no heading 'The lessons'"), ("\n## The lessons\n\n## More\n\n| a |\n", "no table")],
)
def test_a_readme_without_the_heading_or_its_table_is_an_error(readme: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        pages.lesson_table(readme)


@pytest.mark.parametrize("package", write_interface.PACKAGES)
def test_the_reference_has_every_public_name(package: str) -> None:
    module = importlib.import_module(package)
    described = OBJECT.findall(reference.reference_pages()[f"{package}.md"])
    modules = {name: getattr(module, name) for name in module.__all__ if isinstance(getattr(module, name), ModuleType)}
    inside = {f"{name}.{each}" for name, value in modules.items() for each in value.__all__}
    assert set(module.__all__) - set(modules) | inside <= set(described)
    assert len(described) == len(set(described)), "each once"


@pytest.mark.parametrize("package", write_interface.PACKAGES)
def test_the_reference_has_every_row_of_the_table_of_the_interface(package: str) -> None:
    text = reference.reference_pages()[f"{package}.md"]
    for name, _ in write_interface.rows(package):
        names = f"(?:{re.escape(name)}|{name.rpartition('.')[2]})"
        assert re.search(rf"^(:+\{{py:\w+\}} |## `){names}\b", text, re.MULTILINE), name


def takes(limit: int, others: int) -> None:
    """The docstrings of the next test are about this."""


@pytest.mark.parametrize(
    ("docstring", "markdown"),
    [
        ("Take.\n\n    takes(1)\n\n    done()\n\nTwo.", "Take.\n\n```python\ntakes(1)\n\ndone()\n```\n\nTwo."),
        ("    x -> y", "```text\nx -> y\n```"),
        ("limit: most.\n    None: all.\nothers: no.", "- `limit`: most.\n  None: all.\n- `others`: no."),
        ("limit, others: most.", "- `limit`, `others`: most."),
        ("limit, more: not both are parameters.", "limit, more: not both are parameters."),
    ],
    ids=["code", "a-diagram", "parameters", "two-at-once", "no-parameters"],
)
def test_a_docstring_gets_its_code_a_language_and_its_parameters_a_list(docstring: str, markdown: str) -> None:
    assert reference.markdown(docstring, takes) == markdown


def test_links_to_notebooks_lead_to_the_pages_of_the_lessons() -> None:
    text = "See [Map it](../../notebooks/04_map_a_function.ipynb#errors), [more](benchmarks.md)."
    page = pages.with_lesson_links(text, depth=1)
    assert page == 'See <a href="../lessons/04_map_a_function.html#errors">Map it</a>, [more](benchmarks.md).'


def test_all_code_of_the_site_is_in_a_language_that_can_be_highlighted(tmp_path: Path) -> None:
    pages.write_sources(tmp_path / "site")
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "site").rglob("*.md")]
    languages = {language for text in texts for language in re.findall(r"^```(\w+)$", text, re.MULTILINE)}
    assert {"python", "text"} <= languages <= {"python", "text", "sh", "json"}


def test_the_page_of_a_lesson_leads_to_the_site_and_to_its_neighbours() -> None:
    page = pages.lesson_page(LESSONS[1])
    for target in ("../index.html", "../lessons.html", f"{LESSONS[0]}.html", f"{LESSONS[2]}.html"):
        assert f'<a href="{target}">' in page


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<a href="there.html">', "leads to there.html, which is not there"),
        ('<a href="other.html#two">', "leads to other.html#two; that page has no such place"),
        ('<a href="#two">', "leads to #two; that page has no such place"),
        ('<img src="race.png">', "leads to race.png, which is not there"),
        ('<script src="https://cdn.test/x.js">', "loads https://cdn.test/x.js from the network"),
        ('<link rel="stylesheet" href="//cdn.test/x.css">', "loads //cdn.test/x.css from the network"),
    ],
    ids=lambda value: value if value.startswith("<") else "",
)
def test_a_link_that_leads_nowhere_is_noticed(html: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "other.html").write_text('<p id="one">', encoding="utf-8")
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    assert links.faults(tmp_path) == [f"page.html: {fault}"]


def test_links_that_lead_somewhere_are_no_fault_and_those_elsewhere_are_listed(tmp_path: Path) -> None:
    targets = ["#here", "sub/other.html#a%20b", "https://docs.test/x#y", "mailto:a@b"]
    html = '<p id="here">' + "".join(f'<a href="{target}">' for target in targets)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "other.html").write_text('<a name="a b" href="../page.html">', encoding="utf-8")
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    assert links.faults(tmp_path) == []
    assert links.external_links(tmp_path) == ["https://docs.test/x#y"]
