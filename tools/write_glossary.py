"""Collect the words that the lessons explain, and write them into the first lesson: `python -m tools.write_glossary`.

A lesson explains a word in one sentence, in which the word is in bold: "A **pool** has a number of **workers**." So in
the running text of a lesson, up to three words in bold that are not capitalised (or are an abbreviation) are a term,
and the sentence around them is its explanation. What is merely to be stressed is in italics, and a button has the word
*press* before it. A term is explained once in the series, where it is needed first.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat

PROJECT = Path(__file__).resolve().parent.parent
FIRST_LESSON = PROJECT / "notebooks" / "00_start_here.ipynb"
TAG = "glossary"

BOLD = re.compile(r"(?<!press )(?<!presses )(?<!Press )\*\*([^*\n]+?)\*\*")
TERM = re.compile(r"(?:[a-z][a-z-]*|[A-Z]{2,})(?: [a-z-]+){0,2}")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*\[])")
CODE_BLOCK = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


class Explanation(NamedTuple):
    term: str
    sentence: str
    lesson: str
    """The notebook's file, without its ending."""


def main() -> None:
    lessons = sorted(FIRST_LESSON.parent.glob("*.ipynb"))
    first = nbformat.read(FIRST_LESSON, as_version=4)
    for cell in first.cells:
        if TAG in cell.metadata.get("tags", []):
            cell.source = page(explanations(lessons))
    nbformat.write(first, FIRST_LESSON)


def explanations(lessons: Iterable[Path]) -> list[Explanation]:
    """All that the lessons explain, in their order."""
    return [
        Explanation(term, sentence, lesson.stem)
        for lesson in lessons
        for cell in nbformat.read(lesson, as_version=4).cells
        if cell.cell_type == "markdown" and TAG not in cell.metadata.get("tags", [])
        for term, sentence in explained(cell.source)
    ]


def explained(text: str) -> Iterator[tuple[str, str]]:
    """Each term in a text, and the sentence that explains it."""
    for paragraph in re.split(r"\n\s*\n", CODE_BLOCK.sub("", text)):
        if paragraph.startswith(("#", "|", "- ")):
            continue
        for sentence in SENTENCE_END.split(" ".join(paragraph.split())):
            for found in BOLD.findall(sentence):
                if TERM.fullmatch(found):
                    yield singular(found), sentence.replace("**", "")


def singular(term: str) -> str:
    """The term as it stands in a dictionary: "worker" for "workers", "process" for "processes"."""
    if term.endswith("sses"):
        return term[:-2]
    return term[:-1] if term.endswith("s") and not term.endswith("ss") else term


def page(terms: Iterable[Explanation]) -> str:
    """A table of the terms, as the lesson shows it: folded, until a reader opens it."""
    rows = [
        f"| {each.term} | {each.sentence} | [{each.lesson[:2]}]({each.lesson}.ipynb) |"
        for each in sorted(terms, key=lambda each: each.term.lower())
    ]
    summary = "<details><summary>All words that the lessons explain, and where</summary>"
    head = [summary, "", "| word | in the words of the lesson | |", "|---|---|---|"]
    return "\n".join(["## Words", "", *head, *rows, "", "</details>"])


if __name__ == "__main__":
    main()
