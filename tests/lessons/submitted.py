"""Notebooks as learners submit them."""

from pathlib import Path

import nbformat

from pool_lab.lessons.grading.grade import grade_notebook

IMPORTS = """\
from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lab import watch, workloads
from pool_lab.lessons import check, exercise, predict
"""


def notebook(path: Path, *cells: str) -> Path:
    sources = [nbformat.v4.new_code_cell(cell) for cell in cells]
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=sources), path)
    return path


def grades(path: Path) -> list[tuple[str, str, str]]:
    return [(mark.exercise, mark.grade, mark.misconception) for mark in grade_notebook(path.name, path.read_bytes())]
