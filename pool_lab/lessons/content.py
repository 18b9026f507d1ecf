"""The text of an exercise is Markdown, its rules are Python: `exercise_1.md` is next to `exercise_1.py`.

Both are found by their names, in the folders `lesson_00`, `lesson_01` and so on. Nothing has to be registered.

    # Title
    The text.
    ## A section
    - name (23): The text for it, and the number of a common belief.
"""

import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from types import ModuleType
from typing import NamedTuple

__all__ = ["Named", "Page", "Part", "file_text", "modules", "page", "parts"]

LESSONS = "pool_lab.lessons"
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
STEP = re.compile(r"\d+\. (.+)")
NAMED = re.compile(r"- (?P<name>[^:(]+?)(?: \((?P<number>\d+)\))?: (?P<words>.+)")


class Named(NamedTuple):
    """The text for one named item of a list."""

    words: str
    number: int | None


@dataclass(frozen=True)
class Page:
    """A file of Markdown. Its paragraphs are lines: where they were wrapped does not matter."""

    title: str
    text: str
    """What stands between the title and the first section."""
    sections: Mapping[str, str]

    def code(self, section: str) -> str:
        """The code between the ``` lines."""
        return "\n".join(self.sections[section].strip().splitlines()[1:-1])

    def steps(self, section: str) -> tuple[str, ...]:
        """The items of a numbered list."""
        return tuple(STEP.findall(self.sections[section]))

    def named(self, section: str) -> dict[str, Named]:
        """The items of a list in which each has a name."""
        found = {}
        for item in self.sections[section].splitlines():
            if match := NAMED.fullmatch(item):
                number = match["number"]
                found[match["name"]] = Named(match["words"], int(number) if number else None)
        return found


class Part(NamedTuple):
    """One exercise of one lesson: its words and its module."""

    name: str
    """The number of the lesson and its own: "04.2"."""
    page: Page
    module: ModuleType


def modules(name: str) -> Iterator[ModuleType]:
    """The module of that name in each lesson that has one, in the order of the lessons."""
    for lesson in _modules(LESSONS, r"lesson_\d\d"):
        for module in _modules(f"{LESSONS}.{lesson[0]}", name):
            yield import_module(f"{LESSONS}.{lesson[0]}.{module[0]}")


def parts(kind: str) -> Iterator[Part]:
    """All parts of one kind, such as "exercise", in the order of the lessons."""
    for lesson in _modules(LESSONS, r"lesson_(\d\d)"):
        for module in _modules(f"{LESSONS}.{lesson[0]}", rf"{kind}_(\d+)"):
            package = f"{LESSONS}.{lesson[0]}"
            words = page(file_text(package, f"{module[0]}.md"))
            yield Part(f"{lesson[1]}.{module[1]}", words, import_module(f"{package}.{module[0]}"))


def file_text(package: str, name: str) -> str:
    """The text of a file that lies in a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def page(markdown: str) -> Page:
    head, *rest = SECTION.split(markdown)
    title, _, text = head.strip().partition("\n")
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return Page(title.removeprefix("# "), _unwrapped(text), {name: _unwrapped(section) for name, section in pairs})


def _modules(package: str, pattern: str) -> list[re.Match[str]]:
    """The modules of a package whose names match, sorted."""
    names = sorted(module.name for module in pkgutil.iter_modules(import_module(package).__path__))
    return [match for name in names if (match := re.fullmatch(pattern, name))]


def _unwrapped(text: str) -> str:
    """Each paragraph and each item of a list in one line; code as it is."""
    pieces = FENCED.split(text.strip())
    pieces[::2] = [re.sub(r"(?<!\n)\n(?!\n|- |\d+\. )\s*", " ", piece) for piece in pieces[::2]]
    return "".join(pieces)
