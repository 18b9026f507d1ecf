"""`concurrent.futures`, small enough to read: executors, futures, and events that show what they do.

The names of the standard module are here with the meaning they have in Python 3.15, on every Python. Read on in this
order: `future`, `waiting`, `executor`, `dispatch`, `desk`, `threads`; `stint`, `hands`, `results` and `batch`, which are
`map`; `processes`. `events` is what the laboratory in `pool_lab.lab` watches.

Left out: `InterpreterPoolExecutor`, and what is private in the standard pools (`_threads`, `_processes`,
`_work_queue`), though some programs look at it. Different, where one cannot have both:

- What cannot be unpickled costs its own call. It costs the standard pool all its calls, and itself.
- A call is running when a worker has started it. The standard pool of processes also says so of calls that wait in its
  pipe; here those can be cancelled, and `shutdown(cancel_futures=True)` cancels them, except those for which a worker
  is just being started.
- Who waits for calls that `shutdown(cancel_futures=True)` cancelled is told; with the standard one, waits for ever.
- Unless a start method is asked for, processes start as they do in Python 3.14, on every Python.
- The queued calls of a pool that nobody holds any more are made, also if processes must be started for that
  (`max_tasks_per_child`); the standard one fails them.
- An error ends the iterator of `map` and cancels its calls that wait, as up to Python 3.15; the standard one goes on
  with the next result from 3.16 on.
- Forked processes start when calls need them, as others do, not all at the first call.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
from .waiting import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, as_completed, wait

if TYPE_CHECKING:
    from .processes import ProcessPoolExecutor
    from .threads import ThreadPoolExecutor

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

_KINDS = {"ProcessPoolExecutor": ".processes", "ThreadPoolExecutor": ".threads"}


def __getattr__(name: str) -> Any:
    """Load a kind of pool when it is first asked for, as the standard module does."""
    if name not in _KINDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    kind = globals()[name] = getattr(import_module(_KINDS[name], __name__), name)
    return kind


def __dir__() -> list[str]:
    return [*globals(), *_KINDS]
