"""The laboratory: watch any executor at work, race one against another, put a server under load, and see why.

    from pool_lab.lab import race, sweep, watch, workloads

Names are loaded when they are first used: a worker process that runs a workload needs neither widgets nor pictures.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pool_lab.lab import servers, workloads
    from pool_lab.lab.gates import Gate
    from pool_lab.lab.inspecting import inspect_futures
    from pool_lab.lab.loads import latencies, load
    from pool_lab.lab.racing import race
    from pool_lab.lab.stacking import stacked
    from pool_lab.lab.sweeping import sweep
    from pool_lab.lab.thread_per_call import ThreadPerCall
    from pool_lab.lab.watching import watch

__all__ = [
    "Gate",
    "ThreadPerCall",
    "inspect_futures",
    "latencies",
    "load",
    "race",
    "servers",
    "stacked",
    "sweep",
    "watch",
    "workloads",
]

_MODULES = {"servers", "workloads"}
_HOMES = {
    "Gate": "gates",
    "ThreadPerCall": "thread_per_call",
    "inspect_futures": "inspecting",
    "latencies": "loads",
    "load": "loads",
    "race": "racing",
    "stacked": "stacking",
    "sweep": "sweeping",
    "watch": "watching",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"pool_lab.lab.{name}")
    if name in _HOMES:
        return getattr(import_module(f"pool_lab.lab.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
