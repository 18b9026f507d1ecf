"""In JupyterLab, what a cell shows is covered as long as it would give away the answer to an open question.

`spoilers` knows these cells from their code. Questions and live views show themselves; views have their own covers.
Everything else, even what the cell prints, appears in its place when you have answered or skipped the question.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from pool_lab.lab.display import Display
from pool_lab.lab.views.cover.view import Covering
from pool_lab.lessons.predictions.prediction import Comparison, Prediction
from pool_lab.lessons.predictions.spoilers import spoilers

__all__ = ["cover_outputs"]


def cover_outputs() -> None:
    """Begin with the next cell of this notebook. Called again, it does nothing."""
    from IPython import get_ipython

    shell: Any = get_ipython()
    if shell is not None and not hasattr(shell, "pool_lab_covers_outputs"):
        shell.pool_lab_covers_outputs = _CellOutputs(shell)


class _CellOutputs:
    """What the cell that runs now shows, and whether it is covered."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._formatter = shell.display_formatter.ipython_display_formatter  # is asked first how to show a value
        self._is_covered = False
        self._cells = 0  # more than one if a cell runs another
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)

    def _begin(self, info: Any) -> None:
        self._cells += 1
        if self._cells > 1:
            return
        names = spoilers([*self._shell.user_ns["In"], info.raw_cell or ""])[-1]
        asked = [self._shell.user_ns.get(name) for name in names]
        waits_for = [each for each in asked if isinstance(each, Prediction) and not each.is_open]
        self._is_covered = bool(waits_for)
        if self._is_covered:
            self._covering, self._printed = Covering(waits_for), StringIO()
            self._stdout, sys.stdout = sys.stdout, self._printed
            self._formatter.for_type(object, self._show)

    def _end(self, _: object) -> None:
        self._cells = max(self._cells - 1, 0)  # the first cell ends without having begun
        if self._is_covered and not self._cells:
            self._is_covered = False
            sys.stdout = self._stdout
            self._formatter.pop(object)
            self._show_printed()

    def _show_printed(self) -> None:
        if text := self._printed.getvalue():
            self._printed.seek(0)
            self._printed.truncate()
            self._covering.show_later(lambda: [({"text/plain": text}, {})])

    def _show(self, value: object) -> None:
        self._show_printed()
        if isinstance(value, Comparison) or (isinstance(value, Display) and value.view is None):
            self._covering.show_later(value.outputs)
            return
        with self._as_ever():
            if isinstance(value, Prediction) or hasattr(value, "_ipython_display_") or hasattr(value, "comm"):
                from IPython.display import display  # only IPython calls this

                display(value)  # type: ignore[no-untyped-call]
            else:
                shown = self._shell.display_formatter.format(value)  # now: the value may change
                self._covering.show_later(lambda: [shown])

    @contextmanager
    def _as_ever(self) -> Iterator[None]:
        self._formatter.pop(object)
        try:
            yield
        finally:
            self._formatter.for_type(object, self._show)
