"""The laboratory: watch any executor at work, race one against another, and see why.

    from pool_lab.lab import race, watch, workloads

Names are loaded when they are first used: a worker process that runs a workload needs neither widgets nor pictures.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pool_lab.lab import workloads
    from pool_lab.lab.racing import race
    from pool_lab.lab.stacking import stacked
    from pool_lab.lab.watching import watch

__all__ = ["race", "stacked", "watch", "workloads"]

_HOMES = {"race": "pool_lab.lab.racing", "stacked": "pool_lab.lab.stacking", "watch": "pool_lab.lab.watching"}


def __getattr__(name: str) -> Any:
    if name == "workloads":
        return import_module("pool_lab.lab.workloads")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
