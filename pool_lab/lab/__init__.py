"""The laboratory: watch any executor, race several, put a server under load, and see why.

    from pool_lab.lab import race, sweep, watch, workloads

A name is loaded when it is first used: a worker process that runs a workload needs neither widgets nor pictures.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pool_lab.lab.experiments.inspect import inspect_futures
    from pool_lab.lab.experiments.interleave import interleave
    from pool_lab.lab.experiments.latencies import latencies
    from pool_lab.lab.experiments.load import load
    from pool_lab.lab.experiments.measure import measure
    from pool_lab.lab.experiments.race import race
    from pool_lab.lab.experiments.stacked import stacked
    from pool_lab.lab.experiments.sweep import sweep
    from pool_lab.lab.experiments.waits_for import waits_for
    from pool_lab.lab.experiments.watch import watch
    from pool_lab.lab.model.calibration import calibrate
    from pool_lab.lab.model.machine import Machine
    from pool_lab.lab.model.runs import simulate
    from pool_lab.lab.model.simulated_pool import SimulatedPool
    from pool_lab.lab.model.work import Work
    from pool_lab.lab.programs.recording import record
    from pool_lab.lab.work import servers, workloads
    from pool_lab.lab.work.gate import Gate
    from pool_lab.lab.work.thread_per_call import ThreadPerCall
    from pool_lab.lab.work.watchdog import watchdog

__all__ = [
    "Gate",
    "Machine",
    "SimulatedPool",
    "ThreadPerCall",
    "Work",
    "calibrate",
    "inspect_futures",
    "interleave",
    "latencies",
    "load",
    "measure",
    "race",
    "record",
    "servers",
    "simulate",
    "stacked",
    "sweep",
    "waits_for",
    "watch",
    "watchdog",
    "workloads",
]

_MODULES = ("servers", "workloads")
_HOMES = {
    "Gate": "work.gate",
    "Machine": "model.machine",
    "SimulatedPool": "model.simulated_pool",
    "ThreadPerCall": "work.thread_per_call",
    "Work": "model.work",
    "calibrate": "model.calibration",
    "inspect_futures": "experiments.inspect",
    "interleave": "experiments.interleave",
    "latencies": "experiments.latencies",
    "load": "experiments.load",
    "measure": "experiments.measure",
    "race": "experiments.race",
    "record": "programs.recording",
    "simulate": "model.runs",
    "stacked": "experiments.stacked",
    "sweep": "experiments.sweep",
    "waits_for": "experiments.waits_for",
    "watch": "experiments.watch",
    "watchdog": "work.watchdog",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"pool_lab.lab.work.{name}")
    if name in _HOMES:
        return getattr(import_module(f"pool_lab.lab.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
