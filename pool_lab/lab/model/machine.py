"""`Machine`: the cores that calls compete for, and what a pool costs on them beside the calls themselves.

With all costs left at zero it is the ideal machine of queueing theory, for which there are formulas (see `theory`).
`calibrate()` measures the costs of the machine it runs on.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from pool_lab.lab.model.checks import above_zero, finite, known, not_negative, share

__all__ = ["KINDS", "START_METHODS", "TYPICAL", "Machine"]

KINDS = ("threads", "processes")
START_METHODS = ("fork", "forkserver", "spawn")


@dataclass(frozen=True)
class Machine:
    """Costs are seconds; "in Python" means on a core while holding the GIL of the program that owns the pool."""

    cores: float = 1.0
    """Not always whole: two cores that share their caches may do the work of 1.9."""
    gil: bool = True
    """False for a free-threaded build of Python: there no thread waits for a GIL."""
    gil_loss: float = 0.0
    """The share of the time, from 0 to less than 1, that is lost while several threads want the GIL."""
    thread_call_s: float = 0.0
    """What each call of a thread pool costs in Python: to submit it, hand it over, and store its outcome."""
    process_call_s: float = 0.0
    """The same for a process pool, without the message that the call travels in."""
    child_call_s: float = 0.0
    """What each call costs in its process, on a core."""
    message_s: float = 0.0
    """What a message to a process and its reply cost in Python, however many calls are in it."""
    message_wait_s: float = 0.0
    """How much longer they take because the two processes have to be woken. No core is needed meanwhile."""
    pickle_bytes_per_s: float = math.inf
    """Bytes that are pickled and unpickled in a second, in Python."""
    pipe_bytes_per_s: float = math.inf
    """Bytes that travel in a second, on a core without the GIL. A byte that is sent and returned travels twice."""
    batch_s: float = 0.0
    """How long the calls take together that travel in one message, if the pool chooses. 0: they travel one by one."""
    thread_start_s: float = 0.0
    """What it costs in Python to start a thread."""
    process_start_s: Mapping[str, float] = field(default_factory=dict)
    """What it takes to start a process, on a core, by start method. Methods that are missing take no time."""

    def __post_init__(self) -> None:
        checks = {"cores": above_zero, "pickle_bytes_per_s": above_zero, "pipe_bytes_per_s": above_zero}
        for name in (each.name for each in fields(self) if each.type is float):
            checks.get(name, finite)(name, getattr(self, name))
        if share("gil_loss", self.gil_loss) == 1:
            raise ValueError("gil_loss must be less than 1: with 1, no thread would make progress")
        for method, seconds in self.process_start_s.items():
            not_negative(f"the start of a process by {known('start method', method, START_METHODS)}", seconds)


TYPICAL = Machine(
    cores=4.0,
    gil_loss=0.02,
    thread_call_s=8e-6,
    process_call_s=9e-6,
    child_call_s=1e-6,
    message_s=110e-6,
    message_wait_s=30e-6,
    pickle_bytes_per_s=1.5e9,
    pipe_bytes_per_s=0.7e9,
    batch_s=0.0025,
    thread_start_s=100e-6,
    process_start_s={"fork": 0.06, "forkserver": 0.06, "spawn": 0.11},
)
"""Four cores, and costs that `calibrate` found on a server of 2026 with Python 3.11: for runs that are to be the same
everywhere. Take `dataclasses.replace(TYPICAL, cores=64)` for other machines."""
