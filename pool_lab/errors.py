"""One class for each situation a caller can handle.

Where the standard library has a class for the situation it is that very class, or a subclass of it: handlers written
for `concurrent.futures` catch what pool_lab raises.
"""

import builtins
import logging
import pickle
from concurrent.futures import BrokenExecutor, CancelledError, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from concurrent.futures.thread import BrokenThreadPool

__all__ = [
    "BrokenExecutor",
    "BrokenProcessPool",
    "BrokenThreadPool",
    "CallPicklingError",
    "CallUnpicklingError",
    "CancelledError",
    "InvalidStateError",
    "RemoteTraceback",
    "TimeoutError",
    "WorkerDiedError",
]

TimeoutError = builtins.TimeoutError  # noqa: A001  # concurrent.futures has it under this name

# For errors that no caller can be given, such as those of callbacks: the logger that users of the standard library
# already configure.
logger = logging.getLogger("concurrent.futures")


class CallPicklingError(pickle.PicklingError, TypeError):
    """A call, its result or its exception cannot be pickled. It costs this one future; the pool works on.

    The error that pickle raised is the cause.
    """


class CallUnpicklingError(BrokenProcessPool):
    """A call, its result or its exception arrived and cannot be unpickled. It costs this one future; the pool works on.

    It is a `BrokenProcessPool` because that is what the standard library gives such a future. The error that pickle
    raised is the cause.
    """


class WorkerDiedError(RuntimeError):
    """A worker process ended without being asked to. The text says which, why, and what it ran.

    It is the cause of the `BrokenProcessPool` that the pool's futures get.
    """


class RemoteTraceback(Exception):
    """The traceback that a call left behind in its worker process, as text. It is the cause of the call's exception."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'
