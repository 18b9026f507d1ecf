"""Write `docs/interface.md`, a table of all public names, from their docstrings: `python -m tools.write_interface`."""

import inspect
import sys
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
PAGE = PROJECT / "docs" / "interface.md"
PACKAGES = {
    "pool_lab": "The library",
    "pool_lab.lab": "The laboratory",
    "pool_lab.lessons": "For the lessons",
}
STANDARD = "https://docs.python.org/3/library/concurrent.futures.html"
CONSTANTS = {
    "ALL_COMPLETED": "For `wait`: return when all futures are done.",
    "FIRST_COMPLETED": "For `wait`: return when one future is done or cancelled.",
    "FIRST_EXCEPTION": "For `wait`: return when one future has failed, or all are done.",
    "Answer": "The type of an answer: called with the path of a page, it returns the page or raises.",
    "Observer": "The type of an observer: called with one `Event`; what it returns is ignored.",
}
HEAD = f"""# The public interface

Made from the docstrings by `python -m tools.write_interface`; `help(name)` says more. What `pool_lab` shares with
`concurrent.futures` is described [in Python's own documentation]({STANDARD}).
"""


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    return "\n".join([HEAD, *(line for name, title in PACKAGES.items() for line in section(name, title))])


def section(package: str, title: str) -> Iterator[str]:
    """A heading, and a table: a row for each public name, and for each member of its class or of what it returns."""
    yield from (f"## {title}: `{package}`", "", "| name | what it does |", "|---|---|")
    for name, text in rows(package):
        yield f"| `{name}` | {text} |"
    yield ""


def rows(package: str) -> Iterator[tuple[str, str]]:
    module = import_module(package)
    for name in sorted(module.__all__, key=str.lower):
        value = getattr(module, name)
        yield name, about(name, value)
        if isinstance(value, ModuleType):
            yield from ((f"{name}.{each}", about(each, getattr(value, each))) for each in sorted(value.__all__))
        owner = value if isinstance(value, type) else what_it_returns(value)
        if has_members(owner) and (owner is value or owner.__name__ not in module.__all__):
            for member in members(owner):
                yield f"{owner.__name__}.{member}", first_paragraph(docstring(owner, member))


def what_it_returns(function: Any) -> Any:
    """The class of what a function of ours returns. None: it is no function, or returns nothing of ours."""
    name = getattr(function, "__annotations__", {}).get("return")
    return getattr(sys.modules[function.__module__], name, None) if isinstance(name, str) else name


def has_members(value: Any) -> bool:
    """Whether it is a class of ours. Enumerations, tuples, texts and errors have the members of their kind."""
    return isinstance(value, type) and is_ours(value) and not issubclass(value, tuple | str | BaseException)


def members(owner: type) -> list[str]:
    """The public methods and properties of a class, also those of its bases, if they are ours."""
    names = {name for base in owner.__mro__ if is_ours(base) for name in vars(base) if not name.startswith("_")}
    values = {name: inspect.getattr_static(owner, name) for name in sorted(names)}
    return [name for name, value in values.items() if isinstance(value, FunctionType | property | cached_property)]


def docstring(owner: type, member: str) -> str:
    """Of the class itself, or of the nearest base of ours that has one."""
    found = (vars(base)[member].__doc__ for base in owner.__mro__ if is_ours(base) and member in vars(base))
    return next(filter(None, found), "")


def is_ours(value: Any) -> bool:
    return str(getattr(value, "__module__", "")).startswith("pool_lab")


def about(name: str, value: Any) -> str:
    """What a row says. Empty: there is no docstring."""
    if name in CONSTANTS:
        return CONSTANTS[name]
    if isinstance(value, type) and not is_ours(value):
        return f"As in the standard library ({value.__module__.removesuffix('._base')})."
    return first_paragraph(value.__doc__ or "")


def first_paragraph(text: str) -> str:
    return " ".join(inspect.cleandoc(text).split("\n\n", maxsplit=1)[0].split()).replace("|", "\\|")


if __name__ == "__main__":
    main()
