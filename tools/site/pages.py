"""The pages of the site, as Markdown for Sphinx: those of `docs/`, and those that are made from something else."""

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

from pool_lab.lessons.exporting.page import export
from pool_lab.lessons.series import LESSONS, title
from tools.site.reference import reference_pages
from tools.write_glossary import Explanation, explanations

__all__ = ["PICTURES", "PROJECT", "lesson_page", "lesson_table", "section", "write_lessons", "write_sources"]

PROJECT = Path(__file__).resolve().parents[2]
DOCS, NOTEBOOKS = PROJECT / "docs", PROJECT / "notebooks"
PICTURES = [str(path) for path in sorted(DOCS.glob("race-*"))]
"""What the start page shows."""
ONLY_IN_THE_REPOSITORY = {"interface.md"}  # The reference has all that it says.
TABLE = re.compile(r"^((?:\|.*\n)+)", re.MULTILINE)
# [words](../notebooks/04_map_a_function.ipynb#heading), from anywhere.
LESSON_LINK = re.compile(r"\[([^\]]+)\]\((?:[\w./-]*/)?(\d\d_\w+)\.ipynb(#[^)\s]*)?\)")
# As a part of the page, so that the drawing has the colours of the theme that is chosen there.
HOUSE = re.compile(r"!\[[^\]]+\]\(docs/house\.svg\)")
LESSONS_HEAD = """\
# The lessons

Every lesson is a notebook. Here you can read it. You can play and zoom the runs that it shows, and point at a call to
see what happened to it. To run the code, move the sliders and have your predictions and exercises checked, open the
lesson in JupyterLab: `make lab`, or `pool-lab lessons`.

{table}
"""
GLOSSARY_HEAD = """\
# Glossary

All words that the lessons explain, in the words of the lesson that needs them first.

"""
NAVIGATION = """\
<nav aria-label="lessons"><p>{links}</p></nav>
"""


def write_sources(folder: Path) -> None:
    """Write all that Sphinx reads into a folder."""
    shutil.copytree(DOCS, folder, ignore=lambda _, names: ONLY_IN_THE_REPOSITORY.intersection(names))
    (folder / "reference").mkdir()
    pages = {f"reference/{name}": text for name, text in reference_pages().items()}
    pages |= {"lessons.md": _lessons(), "glossary.md": _glossary(explanations(sorted(NOTEBOOKS.glob("*.ipynb"))))}
    pages["your_own_program.md"] = f"# Your own program\n{section(_read(PROJECT / 'README.md'), 'Your own program')}"
    pages |= {f"{name.lower()}.md": _read(PROJECT / f"{name}.md") for name in ("CHANGELOG", "CONTRIBUTING")}
    pages |= {str(path.relative_to(folder)): _read(path) for path in folder.rglob("*.md")}
    for name, text in pages.items():
        page = HOUSE.sub(_read(DOCS / "house.svg"), text)
        (folder / name).write_text(with_lesson_links(page, depth=name.count("/")), encoding="utf-8")


def with_lesson_links(text: str, depth: int = 0) -> str:
    """Links to notebooks as links to the pages of the lessons, which Sphinx does not make and so does not know."""
    return LESSON_LINK.sub(rf'<a href="{"../" * depth}lessons/\2.html\3">\1</a>', text)


def lesson_table(readme: str) -> str:
    """The table of the lessons: it has one place, and that is README.md. `ValueError` if it is not there."""
    found = TABLE.search(section(readme, "The lessons"))
    if not found:
        raise ValueError("README.md has no table under the heading 'The lessons'")
    return found[1]


def section(readme: str, heading: str) -> str:
    """What is written below a heading, down to the next one. `ValueError` if there is no such heading."""
    _, found, rest = readme.partition(f"\n## {heading}\n")
    if not found:
        raise ValueError(f"README.md has no heading '{heading}'")
    return rest.partition("\n## ")[0]


def _lessons() -> str:
    """The page of the lessons: the table, and how each of them begins."""
    openings = (f"## {title(name[:2])}\n\n{_opening(name)}" for name in LESSONS)
    return "\n\n".join([LESSONS_HEAD.format(table=lesson_table(_read(PROJECT / "README.md"))), *openings, ""])


def _opening(name: str) -> str:
    """The first paragraph of a lesson, and what you will do and learn and need."""
    _, first, points, *_ = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells[0].source.split("\n\n")
    return f"{first}\n\n{points}\n\n[Open the lesson]({name}.ipynb)"


def _glossary(terms: Iterable[Explanation]) -> str:
    entries = (
        f"{each.term}\n: {each.sentence} [{title(each.lesson[:2])}]({each.lesson}.ipynb)\n"
        for each in sorted(terms, key=lambda each: each.term.lower())
    )
    return GLOSSARY_HEAD + "::::{glossary}\n" + "\n".join(entries).replace("\n: ", "\n  ") + "::::\n"


def write_lessons(folder: Path) -> None:
    """Write a page for each lesson."""
    folder.mkdir(exist_ok=True)
    for name in LESSONS:
        (folder / f"{name}.html").write_text(lesson_page(name), encoding="utf-8", errors="backslashreplace")


def lesson_page(name: str) -> str:
    """The page of a lesson, which plays without a kernel, with a way back to the site."""
    page = export(NOTEBOOKS / f"{name}.ipynb", {f"{each}.ipynb": f"{each}.html" for each in LESSONS})
    head, place, rest = page.partition("<header>\n")
    if not place:
        raise ValueError(f"the page of {name} has no place for links to the site: pool_lab/lessons/exporting/page.html")
    return "".join([head, NAVIGATION.format(links=" · ".join(_ways(name))), place, rest])


def _ways(name: str) -> Iterator[str]:
    place = LESSONS.index(name)
    yield '<a href="../index.html">pool_lab</a>'
    yield '<a href="../lessons.html">All lessons</a>'
    for words, other in (("Before", place - 1), ("Next", place + 1)):
        if 0 <= other < len(LESSONS):
            yield f'{words}: <a href="{LESSONS[other]}.html">{title(LESSONS[other][:2])}</a>'


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
