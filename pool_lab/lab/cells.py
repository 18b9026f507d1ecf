"""What the notebook's cells are to the lab: a cell that is run again takes the place of what it made before."""

import sys
import weakref
from typing import Any, Protocol

__all__ = ["replace_what_this_cell_made"]


class Closable(Protocol):
    def close(self) -> None: ...


_made: dict[str, tuple[str, "weakref.WeakSet[Any]"]] = {}


def replace_what_this_cell_made(new: Closable) -> None:
    """Close what earlier runs of the cell that now runs have made, and remember the new one."""
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
    """The id of the cell and that of its run; empty where there are no cells, or they have no ids."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    kernel: Any = getattr(shell, "kernel", None)
    parent = kernel.get_parent("shell") if hasattr(kernel, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId") or ""
    return str(cell), str(parent.get("header", {}).get("msg_id", ""))
