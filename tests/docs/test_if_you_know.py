"""The programs on the pages "If you know ..." run, and print what the pages say."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scripts import run_file

PAGES = sorted((Path(__file__).resolve().parents[2] / "docs" / "if_you_know").glob("*.md"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def programs(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Each program of a page, and the lines of the text block after it."""
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    for (language, program), (kind, printed) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if language == "python":
            yield program, printed.splitlines() if kind == "text" else []


PROGRAMS = [
    pytest.param(program, printed, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, (program, printed) in enumerate(programs(page), 1)
]


@pytest.mark.parametrize(("program", "printed"), PROGRAMS)
def test_a_program_of_a_page_prints_what_the_page_says(program: str, printed: list[str], tmp_path: Path) -> None:
    assert printed, "a program without a text block after it"
    assert run_file(program, tmp_path / "program.py") == printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_all_code_of_a_page_is_a_program_or_what_it_prints(page: Path) -> None:
    assert {language for language, _ in FENCE.findall(page.read_text(encoding="utf-8"))} <= {"python", "text"}
