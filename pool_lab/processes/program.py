"""What a new process can import of this program, and what it cannot.

A script's `__main__` is imported again in every new process. That of a notebook, a prompt or standard input cannot be,
nor can plugins: modules loaded from outside `sys.path`. Their functions and classes travel by value: see `by_value`.
"""

# ruff: noqa: PTH113, PTH118, PTH123  # pathlib takes longer to load than all that a worker process needs

import os
import re
import sys
from contextlib import suppress
from functools import lru_cache
from importlib import machinery
from multiprocessing import process
from types import ModuleType
from typing import Any

FILE_LOADERS = (machinery.SourceFileLoader, machinery.SourcelessFileLoader, machinery.ExtensionFileLoader)


def main_module() -> ModuleType:
    """The program's `__main__`. An embedded Python may have none, and under a debugger it may lack `__spec__`."""
    main = sys.modules.get("__main__") or ModuleType("__main__")
    sys.modules["__main__"] = sys.modules["__mp_main__"] = main  # the second name is in the results of scripts
    vars(main).setdefault("__spec__", None)
    return main


def is_importable_main() -> bool:
    """Whether new processes import this `__main__`, as they do with scripts and modules that are not packages."""
    main = main_module()
    if hasattr(sys, "ps1") or hasattr(main, "get_ipython"):
        return False
    name = getattr(getattr(main, "__spec__", None), "name", None)
    if name is not None:
        return not (name == "__main__" or name.endswith(".__main__"))
    # Code that is typed or piped in has a loader without files, even if `__file__` is set.
    return getattr(main, "__loader__", None) is not machinery.BuiltinImporter and os.path.isfile(_file(main))


def _file(main: ModuleType) -> str:
    return os.path.join(process.ORIGINAL_DIR or "", getattr(main, "__file__", None) or "")  # type: ignore[attr-defined]


def lacks_guard() -> bool:
    """Whether `__main__` is a script that new processes import, and that has no `if __name__ == "__main__":`."""
    with suppress(OSError), open(_file(main_module()), "rb") as script:
        return is_importable_main() and re.search(rb"^if\b.*__name__", script.read(), re.MULTILINE) is None
    return False


def names_out_of_reach(pickled: bytes, *, to_worker: bool) -> bool:
    """Whether the pickle mentions a module that the other process cannot import."""
    if b"__main__" in pickled and not is_importable_main():
        return True
    if not to_worker:
        return False
    registered = getattr(sys.modules.get("cloudpickle.cloudpickle"), "_PICKLE_BY_VALUE_MODULES", ())
    names = plugins().union(registered)
    return bool(names) and _mention_of(names).search(pickled) is not None


@lru_cache(maxsize=1)
def _mention_of(names: frozenset[str]) -> re.Pattern[bytes]:
    """A short string in a pickle: its opcode, one byte for the length, the text, and the opcode that memoizes it."""
    return re.compile(rb"\x8c.(?:%s)[.\x94]" % b"|".join(re.escape(name.encode()) for name in names), re.DOTALL)


def plugins() -> frozenset[str]:
    """The names of modules that no import in another process would find."""
    last = None
    with suppress(RuntimeError):  # another thread is importing something
        last = next(reversed(sys.modules))
    return _plugins(len(sys.modules), last)


@lru_cache(maxsize=1)
def _plugins(*loaded_now: object) -> frozenset[str]:
    return frozenset(name for name, module in sys.modules.copy().items() if _is_plugin(name, module))


def _is_plugin(name: str, module: Any) -> bool:
    try:
        spec = object.__getattribute__(module, "__spec__")  # a plain `getattr` would make lazy modules load
    except AttributeError:
        return False
    if spec is None and type(module) is ModuleType and name not in {"__main__", "__mp_main__"} and "." not in name:
        return not any(_finds(finder, name, None, None) for finder in sys.meta_path)  # the program has made it
    if getattr(spec, "name", None) != name or type(spec.loader) not in FILE_LOADERS or not spec.has_location:
        return False
    folder, file = os.path.split(spec.origin)
    if spec.submodule_search_locations is not None:
        folder, file = os.path.split(folder)
    package, _, last = name.rpartition(".")
    path = list(getattr(sys.modules.get(package), "__path__", ())) if package else sys.path
    if file.split(".")[0] == last and folder in path:  # an import would look there
        return False
    return not any(_finds(finder, name, path if package else None, spec.origin) for finder in sys.meta_path)


def _finds(finder: Any, name: str, path: list[str] | None, origin: str | None) -> bool:
    with suppress(Exception):  # other packages' finders may raise anything
        found = finder.find_spec(name, path)
        return found is not None and (origin is None or os.path.realpath(found.origin) == os.path.realpath(origin))
    return False
