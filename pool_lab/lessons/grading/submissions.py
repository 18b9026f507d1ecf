"""Submissions: the answers in a notebook as text, each with what it builds on.

What an answer builds on is found by the names it uses: imports, functions, classes and constants of the cells before.
All else that a lesson or a learner ran there is left out, for it has nothing to do with the answer.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pool_lab.lessons.exercises.check import EXERCISES

__all__ = ["Submission", "submissions"]

ASKS = re.compile(r"""\b(?:check|exercise)\(\s*["']([\w.]+)["']""")
COMMANDS = re.compile(r"^[%!].*$", re.MULTILINE)
"""Lines that only IPython understands."""


class Submission(NamedTuple):
    """One answer as text."""

    exercise: str
    before: str
    """What the answer's cell builds on."""
    cell: str


def submissions(content: bytes) -> list[Submission]:
    """The last answer to each exercise in the notebook, in the order of the exercises.

    Raises `ValueError`, `KeyError`, `TypeError`, `AttributeError` or `RecursionError` if it is no notebook.
    """
    cells = [cell for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
    sources = [COMMANDS.sub("", "".join(cell["source"])) for cell in cells]
    answers: dict[str, Submission] = {}
    for number, source in enumerate(sources):
        for name in ASKS.findall(source):
            if name in EXERCISES:
                answers[name] = Submission(name, "\n".join(_needed(sources[:number], source)), source)
    return [answers[name] for name in sorted(answers)]


def _needed(sources: Iterable[str], cell: str) -> Iterator[str]:
    known = [part for source in sources for part in _parsed(source) if _is_definition(part)]
    needed: set[ast.stmt] = set()
    names = {"*", *(name for part in _parsed(cell) for name in _used(part))}
    while more := {part for part in known if part not in needed and not names.isdisjoint(_bound(part))}:
        needed |= more
        names |= {name for part in more for name in _used(part)}
    yield from (ast.unparse(part) for part in known if part in needed)


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a cell that never ran
        return []


def _is_definition(part: ast.stmt) -> bool:
    match part:
        case ast.Assign(targets=targets, value=value):
            return all(isinstance(target, ast.Name) for target in targets) and _is_constant(value)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return not ASKS.search(ast.unparse(part))  # another answer
        case _:
            return isinstance(part, ast.Import | ast.ImportFrom)


def _is_constant(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return isinstance(value, ast.Lambda)
    return True


def _bound(part: ast.stmt) -> Iterator[str]:
    """The names that a definition gives a meaning."""
    match part:
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in names)


def _used(part: ast.stmt) -> Iterator[str]:
    return (node.id for node in ast.walk(part) if isinstance(node, ast.Name))
