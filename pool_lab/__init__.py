"""`concurrent.futures`, small enough to read: executors, futures, and events that show what they do.

Every name of the standard module is here with the same meaning. Read on in this order: `future`, `waiting`,
`executor`, `dispatch`, `threads`, `processes`; `events` is what the laboratory in `pool_lab.lab` watches.
"""

from .errors import (
    BrokenExecutor,
    BrokenProcessPool,
    BrokenThreadPool,
    CallPicklingError,
    CallUnpicklingError,
    CancelledError,
    InvalidStateError,
    RemoteTraceback,
    TimeoutError,  # noqa: A004  # concurrent.futures has it too
    WorkerDiedError,
)
from .events import Event, EventKind, Observer
from .executor import Executor
from .future import Future
from .processes import ProcessPoolExecutor
from .threads import ThreadPoolExecutor
from .waiting import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, as_completed, wait

__all__ = [
    "ALL_COMPLETED",
    "FIRST_COMPLETED",
    "FIRST_EXCEPTION",
    "BrokenExecutor",
    "BrokenProcessPool",
    "BrokenThreadPool",
    "CallPicklingError",
    "CallUnpicklingError",
    "CancelledError",
    "Event",
    "EventKind",
    "Executor",
    "Future",
    "InvalidStateError",
    "Observer",
    "ProcessPoolExecutor",
    "RemoteTraceback",
    "ThreadPoolExecutor",
    "TimeoutError",
    "WorkerDiedError",
    "as_completed",
    "wait",
]
