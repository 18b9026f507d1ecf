"""The words of exercises and questions are Markdown, and their rules Python: `exercise_1.md` is beside `exercise_1.py`.

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
from html import escape
from importlib import import_module
from importlib.resources import files
from types import ModuleType
from typing import NamedTuple

__all__ = ["Named", "Page", "file_text", "inline_html", "modules", "page", "page_of"]

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


def modules(name: str) -> Iterator[ModuleType]:
    """The modules of the lessons whose names match the pattern, such as "questions", in the order of the lessons."""
    for lesson in _names(LESSONS, r"lesson_\d\d"):
        for module in _names(f"{LESSONS}.{lesson}", name):
            yield import_module(f"{LESSONS}.{lesson}.{module}")


def page_of(module: ModuleType) -> Page:
    """The page beside the module, under the same name."""
    folder, _, name = module.__name__.rpartition(".")
    return page(file_text(folder, f"{name}.md"))


def file_text(package: str, name: str) -> str:
    """The text of a file that lies in a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def page(markdown: str) -> Page:
    head, *rest = SECTION.split(markdown)
    title, _, text = head.strip().partition("\n")
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return Page(title.removeprefix("# "), _unwrapped(text), {name: _unwrapped(section) for name, section in pairs})


def inline_html(text: str) -> str:
    """The text as HTML, with the words in backquotes as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _names(package: str, pattern: str) -> list[str]:
    """The names of the modules of a package that match, sorted."""
    names = (module.name for module in pkgutil.iter_modules(import_module(package).__path__))
    return sorted(name for name in names if re.fullmatch(pattern, name))


def _unwrapped(text: str) -> str:
    """Each paragraph and each item of a list in one line; code as it is."""
    pieces = FENCED.split(text.strip())
    pieces[::2] = [re.sub(r"(?<!\n)\n(?!\n| *- |\d+\. )\s*", " ", piece) for piece in pieces[::2]]
    return "".join(pieces)
