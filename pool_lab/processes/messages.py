"""What crosses between a pool and its worker processes, and how it is pickled.

A request is the pickled (function, args, kwargs). A reply is a fixed head, what kind of reply, to which request, and
what the worker measured, followed by the pickled result or (exception, traceback text). Payloads are bytes until the
side that needs them unpickles them, in a `try`: what cannot be pickled or unpickled costs one call and never a worker.

Functions and classes normally travel by name, as pickle does it. Two kinds have no name that a worker could look up:
those made inside functions, lambdas among them, and those defined in a notebook cell or a prompt, whose `__main__` no
other process can import. Those travel by value, which cloudpickle does.
"""

import io
import pickle
import struct
import sys
import traceback
from collections import ChainMap
from collections.abc import Callable
from enum import IntEnum
from multiprocessing.reduction import ForkingPickler
from typing import Any, ClassVar, NamedTuple, NoReturn

from pool_lab.call import Worktime, name_of
from pool_lab.errors import CallPicklingError, CallUnpicklingError, RemoteTraceback

__all__ = [
    "NO_WORKTIME",
    "BadReplyError",
    "Reply",
    "ReplyKind",
    "dumps",
    "dumps_call",
    "dumps_error",
    "dumps_result",
    "loads",
    "outcome",
    "raised",
]

PROTOCOL = 5
HEAD = struct.Struct("<BQddd")
"""Of a reply: kind, request, began, ended, cpu_s."""


class ReplyKind(IntEnum):
    ARRIVED = 0
    """The worker is up and its initializer has run; no payload."""
    UNPREPARED = 1
    """The initializer raised the payload; the worker ends."""
    RETURNED = 2
    RAISED = 3
    BEGUN = 4
    """The call was asked to stop too early: it began at `began`, or is just about to; no payload."""


class BadReplyError(Exception):
    """What a worker process sent is no reply, or none to the request it has."""


class Reply(NamedTuple):
    kind: ReplyKind
    request: int
    """The worker's requests are counted from 0."""
    worktime: Worktime
    payload: bytes

    def to_bytes(self) -> bytes:
        return HEAD.pack(self.kind, self.request, *self.worktime) + self.payload

    @classmethod
    def from_bytes(cls, message: bytes) -> "Reply":
        """Raises `BadReplyError`."""
        try:
            kind, request, *worktime = HEAD.unpack_from(message)
            return cls(ReplyKind(kind), request, Worktime(*worktime), message[HEAD.size :])
        except (struct.error, ValueError) as error:
            raise BadReplyError(f"{len(message)} bytes that are no reply: {error}") from None


NO_WORKTIME = Worktime(0.0, 0.0, 0.0)


def dumps(value: object) -> bytes:
    """The value, pickled; by value what another process could not find by name. Raises whatever pickling raises."""
    try:
        pickled = bytes(ForkingPickler.dumps(value, PROTOCOL))
    except Exception as error:
        return _dumps_by_value(value, error)
    if b"__main__" in pickled and not _main_can_be_imported():
        return _dumps_by_value(value, None)
    return pickled


def _dumps_by_value(value: object, first_error: Exception | None) -> bytes:
    import cloudpickle  # not everybody's pools need it, and it would double the time `import pool_lab` takes

    class ByValue(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle is untyped
        # Besides, what multiprocessing can send, such as connections; but no open files: cloudpickle would send a copy
        # of the text, which is not what anyone means by it.
        dispatch_table: ClassVar[Any] = ChainMap(
            {io.TextIOWrapper: _refuse},
            ForkingPickler._extra_reducers,  # type: ignore[attr-defined]
            cloudpickle.Pickler.dispatch_table,
        )

    buffer = io.BytesIO()
    try:
        ByValue(buffer, PROTOCOL).dump(value)
    except Exception as error:
        raise error from first_error
    return buffer.getvalue()


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"cannot pickle {type(value).__name__!r} object")


def _main_can_be_imported() -> bool:
    """Whether `__main__` is a script or a module: a new process imports those again."""
    main = sys.modules["__main__"]
    return getattr(main, "__spec__", None) is not None or hasattr(main, "__file__")


def dumps_call(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """A request. Raises `CallPicklingError`, which names what could not be pickled."""
    try:
        return dumps((function, args, kwargs))
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


def outcome(reply: Reply, function_name: str) -> tuple[object, BaseException | None]:
    """What the call returned and None, or None and what it raised."""
    if reply.kind is ReplyKind.RAISED:
        return None, raised(reply.payload, f"the exception of {function_name}(...)")
    try:
        return loads(reply.payload, f"the result of {function_name}(...)"), None
    except CallUnpicklingError as error:
        return None, error.with_traceback(None)


def raised(payload: bytes, what: str) -> BaseException:
    """The exception of a reply, with the worker's traceback as its cause."""
    try:
        error, text = loads(payload, what)
    except CallUnpicklingError as failure:
        return failure.with_traceback(None)
    except (TypeError, ValueError) as failure:
        return CallUnpicklingError(f"{what} did not arrive as it left: {failure}")
    if not isinstance(error, BaseException):
        return CallUnpicklingError(f"{what} is no exception any more, now that it was unpickled: {error!r}")
    error.__cause__ = RemoteTraceback(text)
    return error


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
