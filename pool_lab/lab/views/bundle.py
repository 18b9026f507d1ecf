"""Makes the one script and the one style sheet that anywidget loads of a view's many files, and pages with them.

A script names what it uses of another file, and what others may use of it:

    import { clamp } from "../shared/numbers.js";       export function place(bar) {       export const WIDE = 3;

`script` follows these imports, and no other form of them. It wraps each file in a function, so that what a file does
not export stays its own. A style sheet names those it builds on, `@import "../shared/tokens.css";`.
"""

import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple

__all__ = ["BundleError", "filled", "html_page", "program", "script", "style"]

_NAMES = r"\{([\w$,\s]*)\}"
_IMPORT = re.compile(rf'^import {_NAMES} from "(\.\.?/[^"\n]+)";\n', re.MULTILINE)
_STYLE_IMPORT = re.compile(r'^@import ()"(\.\.?/[^"\n]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function\*?|const|class) ([\w$]+))", re.MULTILINE)
_EXPORTED_NAMES = re.compile(rf"^export {_NAMES};\n", re.MULTILINE)
_DEFAULT = re.compile(r"^export default (?=\S)", re.MULTILINE)
_OTHER = re.compile(r"^@?(?:import|export)\b.*", re.MULTILINE)


class BundleError(Exception):
    """A view's files do not fit together: which file, which name, and what to do."""


class _File(NamedTuple):
    path: Path
    imports: list[tuple[Path, list[str]]]
    """Each file that it imports, and the names."""
    exports: list[str]
    body: str
    """Without imports, and without the words of the exports."""


def script(entry: Path) -> str:
    """One ES module with the default export of `entry`."""
    modules, name = _modules(entry)
    return f"{modules}\nexport default {name}.default;\n"


def program(entry: Path) -> str:
    """A script for a page without anywidget: it calls the default export of `entry`, a function."""
    modules, name = _modules(entry)
    return f"{modules}\n{name}.default();\n"


def filled(template: Path, parts: Mapping[str, str]) -> str:
    """The HTML of a page: in place of each `{{ name }}` is that part, as it is."""
    return re.sub(r"\{\{ (\w+) \}\}", lambda place: parts[place[1]], template.read_text(encoding="utf-8"))


def html_page(title: str, css: str, body: str) -> str:
    """A whole page. The title is text, the body is HTML."""
    parts = {"title": escape(title), "style": css, "body": body}
    return filled(Path(__file__).parent / "shared" / "page.html", parts)


def _modules(entry: Path) -> tuple[str, str]:
    """All files, each in a function, and the name of the last: `entry`."""
    files = _with_imports([entry])
    variables = {path: f"file_{number}" for number, path in enumerate(files)}
    if "default" not in files[entry.resolve()].exports:
        raise BundleError(f"{_short(entry)} has no default export; anywidget needs `export default {{ render }};`")
    return "\n".join(_wrapped(file, variables) for file in files.values()), variables[entry.resolve()]


def style(*paths: Path) -> str:
    """These style sheets, each after those that it imports."""
    return "\n".join(file.body for file in _with_imports(paths).values())


def _with_imports(paths: Iterable[Path]) -> dict[Path, _File]:
    """These files and all that they import, directly or not. Each comes once, after those that it imports."""
    done: dict[Path, _File] = {}

    def add(path: Path, importers: tuple[Path, ...]) -> None:
        if path in importers:
            circle = " -> ".join(map(_short, (*importers[importers.index(path) :], path)))
            raise BundleError(f"files import each other: {circle}; move what they share into a separate file")
        if path in done:
            return
        file = _read(path)
        for other, names in file.imports:
            if not other.is_file():
                raise BundleError(f"{_short(path)} imports {_short(other)}, but there is no file {other}")
            add(other, (*importers, path))
            for name in names:
                if name not in done[other].exports:
                    raise BundleError(f"{_short(path)} imports {name} from {_short(other)}, which does not export it")
        done[path] = file

    for path in paths:
        add(path.resolve(), ())
    return done


def _read(path: Path) -> _File:
    text = path.read_text(encoding="utf-8")
    form = _IMPORT if path.suffix == ".js" else _STYLE_IMPORT
    imports = [((path.parent / source).resolve(), _split(names)) for names, source in form.findall(text)]
    exports = [*_EXPORT.findall(text), *(name for names in _EXPORTED_NAMES.findall(text) for name in _split(names))]
    exports += ["default"] * len(_DEFAULT.findall(text))
    body = _DEFAULT.sub("const default_ = ", _EXPORTED_NAMES.sub("", _EXPORT.sub("", form.sub("", text))))
    if other := _OTHER.search(body):
        raise BundleError(
            f"{_short(path)}: the bundle cannot follow `{other[0]}`; views/bundle.py says which forms it knows"
        )
    return _File(path, imports, exports, body.strip())


def _wrapped(file: _File, variables: dict[Path, str]) -> str:
    imports = [f"const {{ {', '.join(names)} }} = {variables[path]};" for path, names in file.imports]
    exports = ", ".join("default: default_" if name == "default" else name for name in file.exports)
    head = f"const {variables[file.path]} = (() => {{ // {_short(file.path)}"
    return "\n".join([head, *imports, file.body, f"return {{ {exports} }};", "})();"])


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def _short(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
