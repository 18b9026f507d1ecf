"""The person before the notebook: whether there is one, what hides a view until they answer, and what may show it."""

import sys
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from pool_lab.lab.joining import JoinableThread

__all__ = ["COVER", "showing_thread", "someone_is_there"]

COVER = "Predict first: this opens when your answer is in."
"""Stands in the place of what is covered."""


def someone_is_there() -> bool:
    """Whether a person sits before this kernel: whoever runs cells for one lets them ask for `input()`."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return bool(getattr(getattr(shell, "kernel", None), "_allow_stdin", False))


def showing_thread(target: Callable[..., Any], *args: Any, name: str) -> JoinableThread:
    """A daemon that may send to the page, to be started.

    It has the context variables of whoever makes it: by them a kernel knows the cell that something belongs to, and
    ipykernel 7.0 fails without.
    """
    return JoinableThread(target=copy_context().run, args=(target, *args), name=name, daemon=True)
