"""Shorter tracebacks in a notebook: a learner sees the lines of the lesson, and not those of pool_lab.

Only what is printed is shorter. The exception keeps its traceback, and `%debug` goes through all of it.
"""

import sys
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["hide_own_frames"]

OURS = str(Path(__file__).parents[1])


def hide_own_frames() -> None:
    """In a kernel, leave the frames of pool_lab out of tracebacks from now on. Elsewhere, do nothing."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    printer: Any = getattr(shell, "InteractiveTB", None)
    whole = getattr(printer, "get_records", None)
    if not hasattr(shell, "kernel") or whole is None or hasattr(whole, "__wrapped__"):
        return

    @wraps(whole)
    def get_records(traceback: TracebackType, *options: Any, **more: Any) -> Any:
        others = _without_ours(traceback)
        return [] if others is None else whole(others, *options, **more)

    printer.get_records = get_records


def _without_ours(traceback: TracebackType | None) -> TracebackType | None:
    if traceback is None:
        return None
    rest = _without_ours(traceback.tb_next)
    if traceback.tb_frame.f_code.co_filename.startswith(OURS):
        return rest
    return TracebackType(rest, traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno)
