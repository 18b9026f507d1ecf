"""Lessons as their readers and Python see them: prose, headings, links, and what each cell binds and uses."""

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from pool_lab.lessons.series import LESSONS
from tools.store_notebooks import tags

__all__ = ["FOLDER", "WRITTEN", "Binding", "Lesson", "bindings", "prose", "second_meanings"]

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"

CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Lesson:
    """One notebook."""

    def __init__(self, name: str) -> None:
        """The name is that of the file, without its ending."""
        self.name, self.number = name, name[:2]
        self.cells: list[NotebookNode] = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells

    def __repr__(self) -> str:
        return self.name

    @cached_property
    def code(self) -> list[NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @cached_property
    def text(self) -> str:
        """All that is written between the code."""
        return "\n\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")

    @property
    def headings(self) -> list[str]:
        return HEADING.findall(CODE.sub("", self.text))

    @property
    def links(self) -> list[tuple[str, str]]:
        """The words and the target of each."""
        return LINK.findall(self.text)

    def tagged(self, *wanted: str) -> list[NotebookNode]:
        """The code cells that bear all these tags."""
        return [cell for cell in self.code if set(wanted) <= set(tags(cell))]

    def names_used(self) -> set[str]:
        """What its code uses: names as `wait` (of pool_lab, or built in), attributes `.submit`, keywords `timeout=`."""
        return {name for cell in self.code for name in _names(ast.parse(cell.source))}


WRITTEN = [Lesson(name) for name in LESSONS if (FOLDER / f"{name}.ipynb").is_file()]


def prose(text: str) -> str:
    """The text without code, and without the targets of links."""
    return LINK.sub(r"\1", CODE.sub(" ", text))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "pool_lab":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Name) and hasattr(builtins, node.id):  # as TimeoutError is
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield f".{node.attr}"
        elif isinstance(node, ast.keyword) and node.arg:
            yield f"{node.arg}="


class Binding(NamedTuple):
    """A name is given a meaning."""

    name: str
    meaning: str
    """What kind of thing it stands for, as far as the source says: "ThreadPoolExecutor()", "[submit()]"."""


def second_meanings(sources: list[str]) -> list[str]:
    """What cells give another meaning than an earlier cell has given it. Within one cell anything goes."""
    first: dict[str, str] = {}
    found = []
    for source in sources:
        for name, meaning in dict(bindings(source)).items():
            if first.setdefault(name, meaning) != meaning:
                found.append(f"{name}: first {first[name]}, then {meaning}")
    return found


def bindings(source: str) -> Iterator[Binding]:
    """All that a cell binds outside of its functions."""
    for statement in _statements(ast.parse(source).body):
        match statement:
            case ast.Import(names=names):
                yield from (Binding(alias.asname or alias.name, f"module {alias.name}") for alias in names)
            case ast.ImportFrom(module=module, names=names):
                yield from (Binding(alias.asname or alias.name, f"{alias.name} of {module}") for alias in names)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield Binding(name, f"{type(statement).__name__} {name}")
            case ast.Assign(targets=targets, value=value):
                yield from (binding for target in targets for binding in _bound(target, value))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _bound(target, value)
            case ast.For(target=target):
                yield from _bound(target, None)
            case ast.With(items=items):
                yield from (
                    binding
                    for item in items
                    if item.optional_vars
                    for binding in _bound(item.optional_vars, item.context_expr)
                )
            case _:
                pass


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Those in blocks as well, but not those in functions and classes."""
    for statement in body:
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            for part in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from _statements(handler.body)


def _bound(target: ast.expr, value: ast.expr | None) -> Iterator[Binding]:
    """A loop variable has no meaning but to be the next one."""
    if isinstance(target, ast.Name):
        yield Binding(target.id, "one after another" if value is None else _shape(value))
    elif isinstance(target, ast.Tuple | ast.List):
        apart = value.elts if isinstance(value, ast.Tuple | ast.List) else [value] * len(target.elts)
        for part, its_value in zip(target.elts, apart, strict=False):
            yield from _bound(part, its_value)


def _shape(value: ast.expr) -> str:
    """What kind of thing an expression makes: calls of one function make the same kind, whatever they are given."""
    match value:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return f"{name}()"
        case ast.ListComp(elt=each) | ast.GeneratorExp(elt=each):
            return f"[{_shape(each)}]"
        case ast.DictComp(key=key, value=each):
            return f"{{{_shape(key)}: {_shape(each)}}}"
        case ast.Constant(value=constant):
            return type(constant).__name__
        case ast.List():
            return "list"
        case _:
            return ast.unparse(value)
