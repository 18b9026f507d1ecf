"""Which cells of a lesson give away the answer to a question, read from their code.

    naps = predict("00 naps")         asks
    watched = watch(pool)             the run: all cells up to the one that compares
    naps.compare(watched)             compares
    watched.trace.most_at_once        shows again what it was compared with

Stored outputs of these cells are folded (tools/store_notebooks.py). In JupyterLab they are covered while the question
is open (covered_outputs.py).
"""

import ast
import builtins
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

__all__ = ["asks", "spoilers"]


class _Cell(NamedTuple):
    asks: tuple[str, ...]
    """The variables of the predictions that it makes."""
    compares: dict[str, frozenset[str]]
    """What each prediction is compared with, by variables."""
    reads: frozenset[str]


def spoilers(sources: Iterable[str]) -> list[list[str]]:
    """For each code cell, in the order in which they run: the predictions that it gives away, by their variables."""
    evidence: dict[str, frozenset[str] | None] = {}  # of all questions so far; None: not compared yet
    found = []
    for cell in map(_read, sources):
        given_away = [name for name, shown in evidence.items() if shown is None or shown & cell.reads]
        found.append([] if cell.asks else given_away)  # a cell that asks shows a question
        for name in cell.asks:
            evidence.pop(name, None)  # asked again, it is the last
            evidence[name] = None
        evidence |= cell.compares
    return found


def asks(source: str) -> bool:
    """Whether a code cell asks a question."""
    return bool(_read(source).asks)


@lru_cache(maxsize=1000)
def _read(source: str) -> _Cell:
    try:
        nodes = list(_nodes(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):  # a cell that cannot run
        return _Cell((), {}, frozenset())
    asks, compares = [], {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=ast.Call(func=ast.Name("predict"))):
                asks.append(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(name), attr="compare"), args=evidence):
                compares[name] = frozenset(_names(part for each in evidence for part in _nodes(each)))
    return _Cell(tuple(asks), compares, frozenset(_names(nodes)))


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it that run with the cell: not what is inside a function."""
    yield node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _nodes(child)


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The variables that are read."""
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and not hasattr(builtins, node.id):
            yield node.id
