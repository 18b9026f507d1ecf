"""Suspicious code: what a submission's text contains that no answer needs.

A submission runs in the same process as the code that observes it, and Python has no walls inside a process. So an
author who knows that code could forge its report. But the text would show it: an import that no answer needs, a name
that begins with an underscore, a change to an imported module. That can be read without running anything. Then a person
decides.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from pool_lab import lessons

__all__ = ["SuspiciousLine", "suspicious_lines"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODULES = _words(
    "abc asyncio bisect collections collections.abc concurrent concurrent.futures contextlib copy dataclasses "
    "datetime decimal enum fractions functools hashlib heapq IPython.display itertools json math matplotlib.pyplot "
    "multiprocessing numpy os os.path pool_lab pool_lab.lab pool_lab.lab.work.workloads pool_lab.lessons queue "
    "random re statistics string textwrap threading time timeit typing urllib.error urllib.parse urllib.request "
    "uuid warnings zlib"
)
"""What answers import. A person looks at all other imports."""
FROM_OS = _words("cpu_count environ getpid getppid path process_cpu_count sched_getaffinity urandom")
NAMES = _words("__builtins__ __import__ breakpoint compile delattr eval exec getattr globals locals open setattr vars")
ATTRIBUTES = _words(
    # Frames and code: they lead anywhere.
    "ag_code ag_frame co_code cr_code cr_frame f_back f_builtins f_code f_globals f_locals gi_code gi_frame tb_frame "
    # Modules by way of other modules.
    "builtins ctypes ctypeslib gc importlib inspect nt os pickle posix subprocess sys "
    # Files and programs.
    "create_subprocess_exec create_subprocess_shell fromfile memmap save savetxt savez system tofile"
)
HARMLESS = _words("__doc__ __enter__ __exit__ __init__ __name__ __class__ __iter__ __len__ __next__ __call__")


class SuspiciousLine(NamedTuple):
    line: int
    what: str


def suspicious_lines(source: str) -> list[SuspiciousLine]:
    """What is suspicious, in the order of the lines; nothing for an ordinary answer, or for text that is not Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return sorted(set(_found(tree)))


def _found(tree: ast.AST) -> Iterator[SuspiciousLine]:
    imported = {name for node in ast.walk(tree) for name in _names_imported(node)}
    owners = {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        yield from (SuspiciousLine(line, what) for what in _odd(node, imported))
        if isinstance(node, ast.Name) and node.id == "os" and node not in owners:
            yield SuspiciousLine(line, "passes os on")


def _odd(node: ast.AST, imported: set[str]) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (
                f"imports {alias.name}"
                for alias in names
                if alias.name not in MODULES or (alias.name == "os" and alias.asname)
            )
        case ast.ImportFrom(module=module, names=names):
            yield from _odd_names(module or ".", [alias.name for alias in names])
        case ast.Name(id=name) if name in NAMES:
            yield f"uses {name}"
        case ast.Attribute(attr=name, ctx=ast.Load()) if _is_hidden(node, name):
            yield f"uses .{name}"
        case ast.Attribute(value=ast.Name(id="os"), attr=name) if name not in FROM_OS:
            yield f"uses os.{name}"
        case ast.Attribute(ctx=ast.Store() | ast.Del(), value=value, attr=name) if _root(value) in imported:
            yield f"changes {_root(value)}: .{name}"
        case ast.ClassDef(bases=bases) if any("Executor" in ast.unparse(base) for base in bases):
            yield "makes a subclass of a pool"
        case ast.MatchClass(kwd_attrs=names) if any(name.startswith("_") or name in ATTRIBUTES for name in names):
            yield "matches hidden attributes"


def _odd_names(module: str, names: list[str]) -> Iterator[str]:
    if module not in MODULES:
        yield f"imports from {module}"
    for name in names:
        hidden = name.startswith("_") or name in ATTRIBUTES
        foreign = (module == "pool_lab.lessons" and name not in lessons.__all__) or (
            module == "os" and name not in FROM_OS
        )
        if hidden or foreign:
            yield f"imports {name} from {module}"


def _is_hidden(node: ast.Attribute, name: str) -> bool:
    """Whether the attribute is private, or leads to the insides of Python. A class may use its own private names."""
    if name in ATTRIBUTES:
        return True
    own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
    return name.startswith("_") and name not in HARMLESS and (not own or name.startswith("__"))


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _names_imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
