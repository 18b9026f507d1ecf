"""The reference: a page for each package, with every public name, from its docstring.

Docstrings of this project are plain text with indented code, which is nearly Markdown. The rest is done here: a code
block gets its language, and what is said about the parameters becomes a list.
"""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

from tools.write_interface import PACKAGES, STANDARD, about, docstring, has_members, is_ours, members, what_it_returns

__all__ = ["reference_pages"]

PARAMETER = re.compile(r"([a-z_]\w*(?:, [a-z_]\w*)*): (?=\S)")
MODULE_PREFIX = re.compile(r"\b(?:[a-z_]\w*\.)+(?=[A-Z_])")
HEAD = """\
# {title}: `{package}`

{text}
"""
SHARED = f"What it shares with `concurrent.futures` is described [in Python's documentation]({STANDARD})."


def reference_pages() -> dict[str, str]:
    """The Markdown of each page, by the name of its file."""
    return {f"{package}.md": _page(package, title) for package, title in PACKAGES.items()}


def _page(package: str, title: str) -> str:
    module = import_module(package)
    text = markdown(inspect.getdoc(module) or "")
    head = HEAD.format(title=title, package=package, text=f"{text}\n\n{SHARED}" if package == "pool_lab" else text)
    # Modules have a heading of their own, and are last: what follows a heading belongs to it.
    names = sorted(module.__all__, key=lambda name: (isinstance(getattr(module, name), ModuleType), name.lower()))
    return "\n".join([head, f"```{{py:module}} {package}\n```\n", *(_entry(module, name) for name in names)])


def _entry(module: ModuleType, name: str) -> str:
    """What there is to say about a public name, and about what it returns, if that is ours."""
    value = getattr(module, name)
    if isinstance(value, ModuleType):
        inside = (_described(f"{name}.{each}", getattr(value, each)) for each in sorted(value.__all__))
        return "\n\n".join([f"## `{name}`", _text(value), *inside, ""])
    parts = [_described(name, value)]
    returned = None if isinstance(value, type) else what_it_returns(value)
    if isinstance(returned, type) and has_members(returned) and returned.__name__ not in module.__all__:
        parts.append(_described(returned.__name__, returned, signature=""))
    return "\n\n".join([*parts, ""])


def _described(name: str, value: Any, signature: str | None = None) -> str:
    """One name as Sphinx wants it, with its members. A signature of "" is for a class that you do not call."""
    signature = _signature(value) if signature is None else signature
    if isinstance(value, type):
        text = _text(value) if is_ours(value) else about(name, value)
        kind, inner = ("exception" if issubclass(value, BaseException) else "class"), _members(value)
        return _directive(kind, name + signature, "\n\n".join([text, *inner]), fence=5)
    if inspect.isroutine(value):
        return _directive("function", name + signature, _text(value), fence=5)
    return _directive("data", name, about(name.rpartition(".")[2], value), fence=5)


def _members(owner: type) -> Iterator[str]:
    if issubclass(owner, Enum):
        yield "\n".join(f"- `{each.name}`" for each in owner)
    if not has_members(owner):
        return
    for name in members(owner):
        value = inspect.getattr_static(owner, name)
        kind, signature = ("method", _signature(value)) if isinstance(value, FunctionType) else ("property", "")
        yield _directive(kind, name + signature, markdown(inspect.cleandoc(docstring(owner, name)), value), fence=4)


def _directive(kind: str, signature: str, text: str, fence: int) -> str:
    marks = ":" * fence
    return f"{marks}{{py:{kind}}} {signature}\n\n{text}\n{marks}"


def _signature(value: Any) -> str:
    """What stands in the brackets, without the modules of its types. Empty: that would say nothing."""
    if not callable(value) or getattr(value, "__origin__", None):
        return ""
    if isinstance(value, type) and (not is_ours(value) or issubclass(value, Enum | BaseException)):
        return ""
    signature = inspect.signature(value)
    if next(iter(signature.parameters), "") == "self":
        signature = signature.replace(parameters=list(signature.parameters.values())[1:])
    if isinstance(value, type):
        signature = signature.replace(return_annotation=inspect.Signature.empty)
    text = MODULE_PREFIX.sub("", str(signature)).replace("<factory>", "...")
    return re.sub(r"(-> |: )'([^']+)'", r"\1\2", text)


def _text(value: Any) -> str:
    """The docstring of a module, a function or a class; of a class also what is said about making one."""
    making = docstring(value, "__init__") if has_members(value) else ""
    return markdown("\n\n".join(filter(None, [inspect.getdoc(value), inspect.cleandoc(making)])), value)


def markdown(text: str, value: Any = None) -> str:
    """A docstring as Markdown; `value` is what it is about, whose parameters it may explain."""
    names = set(inspect.signature(value).parameters) if inspect.isfunction(value) else set()
    if isinstance(value, type) and is_ours(value) and not issubclass(value, Enum | BaseException):
        names = set(inspect.signature(value).parameters)
    return "\n\n".join(_block(block, names) for block in _blocks(text))


def _blocks(text: str) -> Iterator[str]:
    """Its paragraphs; indented code with blank lines in it is one block."""
    code: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        if block.startswith("    "):
            code.append(block)
            continue
        if code:
            yield "\n\n".join(code)
            code = []
        yield block
    if code:
        yield "\n\n".join(code)


def _block(block: str, names: set[str]) -> str:
    if block.startswith("    "):
        code = inspect.cleandoc(f"\n{block}")
        return f"```{'python' if _is_python(code) else 'text'}\n{code}\n```"
    return "\n".join(_lines(block.splitlines(), names))


def _lines(lines: Iterable[str], names: set[str]) -> Iterator[str]:
    """A line that begins with parameters and a colon is a point of a list; indented lines continue it."""
    for line in lines:
        found = PARAMETER.match(line)
        if found and set(found[1].split(", ")) <= names:
            yield f"- `{found[1].replace(', ', '`, `')}`: {line[found.end() :]}"
        else:
            yield re.sub(r"^ +", "  ", line)


def _is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True
