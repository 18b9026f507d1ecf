"""The notebook: whether a person uses it, which cell is running, and threads that may send to the page."""

import sys
import threading
import weakref
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Protocol


class Cover(Protocol):
    """Covers an experiment until it opens: a prediction opens when you have answered."""

    @property
    def asks(self) -> str:
        """The question to answer, in one sentence."""

    @property
    def is_open(self) -> bool: ...
    def skip(self) -> None:
        """Uncover it without an answer."""

    def when_open(self, callback: Callable[[], None], /) -> None:
        """Call this when it opens; at once if it is open."""

    def doubt(self, evidence: Any, /) -> str:
        """Why this run cannot tell what was asked, as a sentence; empty if it can, or if there is no answer yet."""


class _Closable(Protocol):
    def close(self) -> None: ...


_made: dict[str, tuple[str, "weakref.WeakSet[Any]"]] = {}
"""For each cell, the id of its latest run and what that run has made."""


def someone_is_there() -> bool:
    """Whether a person uses this kernel: one that may ask for `input()`."""
    return bool(getattr(_kernel(), "_allow_stdin", False))


def in_a_notebook() -> bool:
    """Whether outputs go to a notebook. False in a terminal, also in IPython's."""
    return _kernel() is not None


def page_thread(target: Callable[..., Any], *args: Any, name: str) -> threading.Thread:
    """A daemon thread that may send to the page, not yet started.

    It has a copy of the caller's context variables, from which the kernel knows the cell that an output belongs to.
    ipykernel 7.0 fails without them.
    """
    return _PageThread(target=copy_context().run, args=(target, *args), name=name, daemon=True)


def widget_output(view: Any, text: str) -> dict[str, Any]:
    """What a notebook shows as this view, by MIME type. `text`: for a notebook that shows no views."""
    model = {"version_major": 2, "version_minor": 0, "model_id": view.model_id}
    return {"text/plain": text, "application/vnd.jupyter.widget-view+json": model}


def after_each_cell(action: Callable[[], object]) -> None:
    """Do this in the main thread, at the end of this cell and of all later ones. Outside a notebook, do nothing."""
    kernel: Any = _kernel()
    if kernel is not None:
        kernel.shell.events.register("post_run_cell", lambda _: action())


class _PageThread(threading.Thread):
    """Can be joined again after Ctrl-C has ended the first `join`.

    Before Python 3.13 an interrupted `Thread.join` marks the thread as ended: later joins, also at exit, do not wait.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._has_ended = threading.Event()

    def run(self) -> None:
        try:
            super().run()
        finally:
            self._has_ended.set()

    def join(self, timeout: float | None = None) -> None:
        may_be_joined = self.ident is not None and self is not threading.current_thread()
        if not may_be_joined or self._has_ended.wait(timeout):
            super().join(timeout)  # raises if it may not be joined; else it returns at once


def replace_earlier_run(new: _Closable) -> None:
    """Close what earlier runs of this cell have made, and remember `new`. Outside a notebook, do nothing."""
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
    """The id of the cell and of its run; empty if the front end sends none."""
    kernel: Any = _kernel()
    parent = kernel.get_parent("shell") if hasattr(kernel, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId") or ""
    return str(cell), str(parent.get("header", {}).get("msg_id", ""))


def _kernel() -> Any:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None)
