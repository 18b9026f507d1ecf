"""What crosses between a pool and its worker processes, and how it is pickled.

A request is the pickled (function, args, kwargs). A reply is a fixed head, what kind of reply and what the worker
measured, followed by the pickled result or (exception, traceback text). Payloads are bytes until the side that needs
them unpickles them, in a `try`: what cannot be pickled or unpickled costs one call and never a worker.

Functions and classes normally travel by name, as pickle does it. Two kinds have no name that a worker could look up:
those made inside functions, lambdas among them, and those defined in a notebook cell or a prompt, whose `__main__` no
other process can import. Those travel by value: see `by_value`.
"""

import pickle
import struct
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from multiprocessing.reduction import ForkingPickler
from typing import Any, NamedTuple

from pool_lab.call import Worktime, name_of
from pool_lab.errors import CallPicklingError, CallUnpicklingError, RemoteTraceback

__all__ = [
    "NO_WORKTIME",
    "Reply",
    "ReplyKind",
    "dumps",
    "dumps_call",
    "dumps_error",
    "dumps_result",
    "loads",
    "main_can_be_imported",
    "raised",
]

PROTOCOL = 5
HEAD = struct.Struct("<Bddd")
"""Of a reply: kind, began, ended, cpu_s."""


class ReplyKind(IntEnum):
    ARRIVED = 0
    """The worker is up and its initializer has run; no payload."""
    UNPREPARED = 1
    """The initializer raised the payload; the worker ends."""
    RETURNED = 2
    RAISED = 3


class Reply(NamedTuple):
    kind: ReplyKind
    worktime: Worktime
    payload: bytes

    def to_bytes(self) -> bytes:
        return HEAD.pack(self.kind, *self.worktime) + self.payload

    @classmethod
    def from_bytes(cls, message: bytes) -> "Reply":
        kind, *worktime = HEAD.unpack_from(message)
        return cls(ReplyKind(kind), Worktime(*worktime), message[HEAD.size :])


NO_WORKTIME = Worktime(0.0, 0.0, 0.0)


def dumps(value: object, *, to_worker: bool = False) -> bytes:
    """The value, pickled; by value what another process could not find by name. Raises whatever pickling raises."""
    try:
        pickled = bytes(ForkingPickler.dumps(value, PROTOCOL))
    except Exception as error:
        return _dumps_by_value(value, error, to_worker=to_worker)
    if b"__main__" in pickled and not main_can_be_imported():
        return _dumps_by_value(value, None, to_worker=to_worker)
    return pickled


def _dumps_by_value(value: object, first_error: Exception | None, *, to_worker: bool) -> bytes:
    from .by_value import dumps_by_value  # not everybody's pools need cloudpickle, and it takes long to import

    try:
        return dumps_by_value(value, PROTOCOL, to_worker=to_worker, from_notebook=not main_can_be_imported())
    except Exception as error:
        raise error from first_error


def main_can_be_imported() -> bool:
    """Whether `__main__` is a script or a module, which a new process imports again, and no prompt came after it."""
    main = sys.modules["__main__"]
    has_file = getattr(main, "__spec__", None) is not None or hasattr(main, "__file__")
    return has_file and not hasattr(sys, "ps1")


def dumps_call(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """A request. Raises `CallPicklingError`, which names what could not be pickled."""
    try:
        return dumps((function, args, kwargs), to_worker=True)
    except Exception as error:
        culprit = _culprit({"the function": function, **_named(args), **kwargs})
        raise CallPicklingError(
            f"the call {name_of(function)}(...) cannot be sent to a worker process: "
            f"{culprit} cannot be pickled: {error}"
        ) from error


def dumps_result(result: object, function_name: str) -> bytes:
    """A result for a reply. Raises `CallPicklingError`."""
    try:
        return dumps(result)
    except Exception as error:
        raise CallPicklingError(
            f"the result of {function_name}(...), a {type(result).__qualname__}, "
            f"cannot be sent back from the worker process: {error}"
        ) from error


def dumps_error(error: BaseException) -> bytes:
    """An exception for a reply, with its traceback as text; a `CallPicklingError` in its place if it cannot travel."""
    text = "".join(traceback.format_exception(error))
    try:
        return dumps((error, text))
    except Exception as failure:
        substitute = CallPicklingError(
            f"the call raised {type(error).__qualname__}, which cannot be sent back from the worker process: {failure}"
        )
        return dumps((substitute, text))


def loads(payload: bytes, what: str) -> Any:
    """The value of a payload. Raises `CallUnpicklingError`, which says `what` it was."""
    try:
        return pickle.loads(payload)
    except BaseException as error:  # foreign code runs here: a SystemExit must not end the thread that reads
        raise CallUnpicklingError(f"{what} arrived but cannot be unpickled: {error!r}") from error


def raised(payload: bytes, what: str) -> BaseException:
    """The exception of a reply, with the worker's traceback as its cause."""
    try:
        error, text = loads(payload, what)
    except CallUnpicklingError as failure:
        return failure
    error.__cause__ = RemoteTraceback(text)
    return error  # type: ignore[no-any-return]


def _named(args: tuple[Any, ...]) -> dict[str, Any]:
    return {f"argument {position}": value for position, value in enumerate(args)}


def _culprit(parts: dict[str, object]) -> str:
    """Which of the parts cannot be pickled."""
    for name, value in parts.items():
        try:
            dumps(value)
        except Exception:
            return f"{name} ({type(value).__qualname__})"
    return "their combination"
