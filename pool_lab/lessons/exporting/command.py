"""The command `pool-lab export`: notebooks as pages."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pool_lab.lab.trace.units import number_of
from pool_lab.lessons.exporting.page import NotebookError, Page, page_of

__all__ = ["export", "export_arguments"]

BAD_INPUT = 2
EXPORT = """\
Write notebooks as HTML pages, in which you can play and zoom every timeline, and point at a call to see what happened
to it. They need no kernel and no network. If you do not say where, a page is written beside its notebook. Links
between the notebooks lead to the pages.
"""


def export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = EXPORT
    parser.add_argument("notebooks", type=Path, nargs="+", help="notebooks, or folders of notebooks")
    parser.add_argument("--out", "-o", type=Path, help="the page, or a folder for the pages of several notebooks")


def export(chosen: argparse.Namespace) -> int:
    """Write the pages. Returns the exit status."""
    try:
        notebooks = list(_notebooks(chosen.notebooks))
        for path, target in zip(notebooks, _targets(notebooks, chosen), strict=True):
            page = page_of(path, {other.name: f"{other.stem}.html" for other in notebooks})
            _write(page.html, target)
            print(f"pool-lab: {number_of(page.timelines, 'timeline')}: {target}{_why(page)}", file=sys.stderr)
    except NotebookError as error:
        print(f"pool-lab: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0


def _why(page: Page) -> str:
    """Why there is no timeline to play."""
    if page.timelines:
        return ""
    return " (the notebook keeps no run: run its cells with this version of pool_lab, save it, and export it again)"


def _notebooks(given: Sequence[Path]) -> Iterator[Path]:
    """The notebooks, and those in the folders."""
    for path in given:
        if not path.exists():
            raise NotebookError(f"there is no file {path}; name a notebook, or a folder of notebooks")
        if not path.is_dir():
            yield path
            continue
        inside = sorted(path.glob("*.ipynb"))
        if not inside:
            raise NotebookError(f"there is no notebook in {path}; name a folder with files such as lesson.ipynb")
        yield from inside


def _targets(notebooks: Sequence[Path], chosen: argparse.Namespace) -> list[Path]:
    """Where each page is to be written."""
    out = chosen.out
    if out is None:
        return [path.with_suffix(".html") for path in notebooks]
    if len(notebooks) == 1 and not chosen.notebooks[0].is_dir() and not out.is_dir():
        return [out]
    name, times = Counter(path.stem for path in notebooks).most_common(1)[0]
    if times > 1:
        raise NotebookError(
            f"{times} notebooks are named {name}, and their pages would be one file; export them singly"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotebookError(f"cannot make the folder {out}: {error.strerror}; name another one with --out") from error
    return [out / f"{path.stem}.html" for path in notebooks]


def _write(html: str, target: Path) -> None:
    try:
        target.write_text(html, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise NotebookError(f"cannot write {target}: {error.strerror}; name another place with --out") from error
