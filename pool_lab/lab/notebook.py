"""The notebook: whether a person is there, which cell is running, and threads that may send to the page."""

import sys
import weakref
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Protocol

from pool_lab.lab.joinable_thread import JoinableThread

__all__ = ["COVER", "Curtain", "replace_earlier_run", "showing_thread", "someone_is_there"]

COVER = "Predict first: this opens when your answer is in."
"""Stands in the place of what is covered."""


class Curtain(Protocol):
    """What covers an experiment until it opens, such as a prediction that you make first."""

    @property
    def is_open(self) -> bool: ...
    def when_open(self, callback: Callable[[], None], /) -> None:
        """Have the callback called once it opens; at once if it is open."""


class Closable(Protocol):
    def close(self) -> None: ...


_made: dict[str, tuple[str, "weakref.WeakSet[Any]"]] = {}
"""For each cell the id of its latest run, and what that run has made."""


def someone_is_there() -> bool:
    """Whether a person uses this kernel. A kernel that may ask for `input()` has one."""
    return bool(getattr(_kernel(), "_allow_stdin", False))


def showing_thread(target: Callable[..., Any], *args: Any, name: str) -> JoinableThread:
    """A daemon thread that may send to the page, not yet started.

    It gets a copy of the caller's context variables: from them a kernel knows the cell that an output belongs to, and
    ipykernel 7.0 fails without them.
    """
    return JoinableThread(target=copy_context().run, args=(target, *args), name=name, daemon=True)


def replace_earlier_run(new: Closable) -> None:
    """Close what earlier runs of the running cell have made, and remember `new`. Outside a notebook: do nothing."""
    cell, run = _this_cell()
    if not cell:
        return
    latest, things = _made.get(cell, ("", weakref.WeakSet()))
    if latest != run:
        for old in list(things):
            old.close()
        things = weakref.WeakSet()
    things.add(new)
    _made[cell] = run, things


def _this_cell() -> tuple[str, str]:
    """The id of the cell and that of its run; empty if there are no cells, or they have no ids."""
    kernel: Any = _kernel()
    parent = kernel.get_parent("shell") if hasattr(kernel, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId") or ""
    return str(cell), str(parent.get("header", {}).get("msg_id", ""))


def _kernel() -> Any:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None)
