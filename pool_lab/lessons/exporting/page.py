"""A notebook as one HTML page, in which every run that the notebook keeps can be played. It needs no kernel.

notebook --outputs.for_a_page--> notebook --nbconvert, template/--> cells --page.html--> page
"""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

import pool_lab.lab.views
from pool_lab.lab.views.bundle import filled, html_page, program, style
from pool_lab.lessons.exporting.outputs import for_a_page

__all__ = ["NotebookError", "Page", "export", "page_of"]

HERE, VIEWS = Path(__file__).parent, Path(pool_lab.lab.views.__file__).parent
STYLES = (VIEWS / "timeline" / "timeline.css", VIEWS / "race_result" / "race_result.css", HERE / "page.css")
HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)
LINK = re.compile(r'(?<=href=")([^":?#]+\.ipynb)(?=[#"])')
ABOUT = """\
You can play and zoom the timelines on this page; point at a call to see what happened to it. To run code, move \
sliders and answer questions, open <code>{name}</code> in JupyterLab."""


class NotebookError(ValueError):
    """A file is not a notebook that can be exported: which file, what is wrong, what to do."""


class Page(NamedTuple):
    html: str
    timelines: int
    """How many runs can be played."""


def export(notebook_path: Path | str, pages: Mapping[str, str] | None = None) -> str:
    """The page of a notebook, as HTML. Raises `NotebookError`.

    pages: of other notebooks, by their file names, such as {"01_see.ipynb": "01_see.html"}. Links to these notebooks
        lead to the pages. Other links stay as they are.
    """
    return page_of(Path(notebook_path), pages or {}).html


def page_of(path: Path, pages: Mapping[str, str]) -> Page:
    """The same, and how many timelines it has."""
    notebook = _read(path)
    timelines = sum(for_a_page(cell) for cell in notebook.cells if cell.cell_type == "code")
    parts = {
        "about": ABOUT.format(name=escape(path.name)),
        "cells": LINK.sub(lambda link: pages.get(link[1], link[1]), _cells(notebook)),
        "script": program(HERE / "page.js"),
    }
    body = filled(HERE / "page.html", parts)
    return Page(html_page(_title(notebook) or path.stem, style(*STYLES), body), timelines)


def _read(path: Path) -> NotebookNode:
    try:
        notebook: NotebookNode = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        notebook.cells  # noqa: B018  # a JSON object may lack them
    except OSError as error:
        raise NotebookError(f"cannot read {path}: {error.strerror}") from error
    except Exception as error:  # what nbformat raises depends on what is wrong
        raise NotebookError(
            f"{path} is not a notebook ({type(error).__name__}); name a file that Jupyter saved"
        ) from error
    return notebook


def _title(notebook: NotebookNode) -> str:
    """The first heading."""
    texts = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return next((found[1].strip() for found in map(HEADING.search, texts) if found), "")


def _cells(notebook: NotebookNode) -> str:
    exporter = HTMLExporter(
        template_name="template", extra_template_basedirs=[str(HERE)], exclude_anchor_links=True, enable_async=False
    )
    html, _ = exporter.from_notebook_node(notebook)
    return str(html)
