"""How what crosses between a pool and its worker processes is pickled.

A request is the pickled (function, args, kwargs); the payload of a reply (see `replies`) is the pickled result or
(traceback text, pickled exception). Payloads are bytes until the side that needs them unpickles them, in a `try`: what
cannot be pickled or unpickled costs one call and never a worker.

Functions and classes normally travel by name, as pickle does it. Two kinds have no name that a worker could look up:
those made inside functions, lambdas among them, and those defined in a notebook cell or a prompt, whose `__main__` no
other process can import. Those travel by value: see `by_value`.
"""

import copyreg
import io
import linecache
import pickle
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import lru_cache
from multiprocessing.reduction import ForkingPickler
from types import FunctionType
from typing import Any

from pool_lab.call import name_of, text_of
from pool_lab.errors import CallPicklingError, CallUnpicklingError, RemoteTraceback

from .memory import Shelf, can_be_sent
from .parcel import LARGE, Parcel, unpack
from .replies import NO_WORKTIME, RETURNED, BadReplyError, Reply, ReplyKind

__all__ = [
    "NUMBERS",
    "are_small",
    "dumps",
    "dumps_call",
    "dumps_error",
    "dumps_outcomes",
    "dumps_page",
    "dumps_result",
    "dumps_together",
    "loads",
    "loads_outcomes",
    "loads_plain",
    "loads_together",
    "main_can_be_imported",
    "outcome",
    "raised",
]

PROTOCOL = 5

_BARE_FRAME = re.compile(
    r'^(?P<margin>[ |]*)File "(?P<file>.+)", line (?P<line>\d+), in .+\n(?!(?P=margin) )', re.MULTILINE
)
"""A frame in a traceback, without its line of source."""


PLAIN = frozenset({bool, bytes, complex, float, int, str, type(None)})
"""What can certainly be pickled, and unpickled, without asking how."""
TEXTS = frozenset({bytes, str})
NUMBERS = PLAIN - TEXTS
NOT_PLAIN = (pickle.UnpicklingError, ArithmeticError, AttributeError, EOFError, LookupError, TypeError, ValueError)
"""What is raised for that. Not all exceptions: Ctrl-C and other signals may raise some of their own."""
MUCH = 400
"""Bytes, or characters."""
_EXTRA_REDUCERS = ForkingPickler._extra_reducers  # type: ignore[attr-defined]


def dumps(value: object, *, to_worker: bool = False) -> bytes:
    """The value, pickled; by value what another process could not find by name. Raises whatever pickling raises."""
    return _dumps(value, None, to_worker=to_worker)


def dumps_apart(value: object, shelf: Shelf, *, to_worker: bool = False) -> bytes | Parcel:
    """As `dumps`, but large buffers travel apart if there are any, and if that can be done."""
    if not can_be_sent():
        return dumps(value, to_worker=to_worker)
    buffers: list[pickle.PickleBuffer] = []
    pickled = _dumps(value, buffers, to_worker=to_worker)
    if not buffers:
        return pickled
    try:
        return Parcel(pickled, buffers, shelf)
    except OSError:  # there is not so much memory that could travel
        return dumps(value, to_worker=to_worker)


def _dumps(value: object, buffers: list[pickle.PickleBuffer] | None, *, to_worker: bool) -> bytes:
    """`buffers`: a list that large buffers are put into instead of the pickle; None: they are not."""
    pickled = io.BytesIO()
    pickler = pickle.Pickler(pickled, PROTOCOL, buffer_callback=_sorter(buffers))
    pickler.dispatch_table = _reducers()
    try:
        pickler.dump(value)
    except Exception as error:
        return _dumps_by_value(value, buffers, error, to_worker=to_worker)
    if b"__main__" in (text := pickled.getvalue()) and not main_can_be_imported():
        return _dumps_by_value(value, buffers, None, to_worker=to_worker)
    return text


def _sorter(buffers: list[pickle.PickleBuffer] | None) -> Callable[[pickle.PickleBuffer], bool] | None:
    """What pickle asks of each buffer: whether it belongs into the pickle. The others go into the list."""
    if buffers is None:
        return None
    buffers.clear()

    def is_small(buffer: pickle.PickleBuffer) -> bool:
        try:
            small = buffer.raw().nbytes < LARGE
        except BufferError:  # it is in pieces
            return True
        if not small:
            buffers.append(buffer)
        return small

    return is_small


def _reducers() -> dict[type, Callable[[Any], Any]]:
    """How to pickle what has a way of its own: registered with `copyreg`, or with multiprocessing."""
    return _put_together(len(copyreg.dispatch_table), len(_EXTRA_REDUCERS))


@lru_cache(maxsize=1)
def _put_together(*lengths: int) -> dict[type, Callable[[Any], Any]]:
    """`ForkingPickler` does this for every pickle, which takes longer than most pickles. `lengths` tell of news."""
    return {**copyreg.dispatch_table, **_EXTRA_REDUCERS}


def _dumps_by_value(
    value: object, buffers: list[pickle.PickleBuffer] | None, first_error: Exception | None, *, to_worker: bool
) -> bytes:
    from .by_value import dumps_by_value  # not everybody's pools need cloudpickle, and it takes long to import

    try:
        how = {"protocol": PROTOCOL, "buffer_callback": _sorter(buffers)}
        return dumps_by_value(value, how, to_worker=to_worker, from_notebook=not main_can_be_imported())
    except Exception as error:
        raise error from first_error


def main_can_be_imported() -> bool:
    """Whether `__main__` is a script or a module, which a new process imports again, and no prompt came after it."""
    main = sys.modules["__main__"]
    has_file = getattr(main, "__spec__", None) is not None or hasattr(main, "__file__")
    return has_file and not hasattr(sys, "ps1")


def dumps_call(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], shelf: Shelf
) -> bytes | Parcel:
    """A request. Raises `CallPicklingError`, which names what could not be pickled."""
    if type(function) is FunctionType and PLAIN.issuperset(map(type, args)) and not kwargs:
        try:
            request = pickle.dumps((function, args, kwargs), PROTOCOL)
            if b"__main__" not in request or main_can_be_imported():
                return request
        except Exception:  # it may have no name
            pass
    try:
        return dumps_apart((function, args, kwargs), shelf, to_worker=True)
    except Exception as error:
        culprit = _culprit({"the function": function, **_named(args), **kwargs})
        raise CallPicklingError(
            f"the call {name_of(function)}(...) cannot be sent to a worker process: "
            f"{culprit} cannot be pickled: {text_of(error)}"
        ) from error


def are_small(values: tuple[Any, ...]) -> bool:
    """Plain, and few bytes in all."""
    if NUMBERS.issuperset(map(type, values)):
        return True
    return PLAIN.issuperset(map(type, values)) and sum(len(each) for each in values if type(each) in TEXTS) < MUCH


def dumps_page(function: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> bytes | None:
    """A function, and what it is to be called with: plain arguments of several calls. None if it has no name."""
    if type(function) is not FunctionType:
        return None
    try:
        page = pickle.dumps((function, arguments), PROTOCOL)
    except Exception:
        return None
    return page if b"__main__" not in page or main_can_be_imported() else None


def dumps_result(result: object, function_name: str, shelf: Shelf) -> bytes | Parcel:
    """A result for a reply. Raises `CallPicklingError`."""
    if type(result) in PLAIN:
        return pickle.dumps(result, PROTOCOL)
    try:
        return dumps_apart(result, shelf)
    except Exception as error:
        raise _unsendable(result, function_name, error) from error


def _unsendable(result: object, function_name: str, error: Exception) -> CallPicklingError:
    failure = CallPicklingError(
        f"the result of {function_name}(...), a {type(result).__qualname__}, "
        f"cannot be sent back from the worker process: {text_of(error)}"
    )
    failure.__cause__ = error
    return failure


def dumps_error(error: BaseException) -> bytes:
    """An exception for a reply; a `CallPicklingError` in its place if it cannot travel.

    Its traceback goes along as text, outside the pickle of the exception, which may turn out to be unreadable.
    """
    text = "".join(traceback.format_exception(error))
    try:
        pickled = dumps(error)
    except Exception as failure:
        substitute = CallPicklingError(
            f"the call raised {type(error).__qualname__}, "
            f"which cannot be sent back from the worker process: {text_of(failure)}"
        )
        pickled = dumps(substitute)
    return pickle.dumps((text, pickled))


def dumps_outcomes(
    values: list[Any], errors: Mapping[int, BaseException], function: Callable[..., Any], given_back: int = 0
) -> bytes:
    """What calls of one function returned or raised, and how many of its stint were not made and never will be."""
    if not errors and PLAIN.issuperset(map(type, values)):
        return pickle.dumps((given_back, True, values), PROTOCOL)
    parts = [
        (ReplyKind.RAISED, dumps_error(errors[place])) if place in errors else _dumps_outcome(value, function)
        for place, value in enumerate(values)
    ]
    return pickle.dumps((given_back, False, parts), PROTOCOL)


def _dumps_outcome(value: Any, function: Callable[..., Any]) -> tuple[ReplyKind, bytes]:
    try:
        return ReplyKind.RETURNED, dumps(value)
    except Exception as error:
        return ReplyKind.RAISED, dumps_error(_unsendable(value, name_of(function), error))


def dumps_together(returned: list[tuple[int, Any]]) -> bytes:
    """What calls returned, all of it plain, by the numbers of their requests."""
    return pickle.dumps(returned, PROTOCOL)


def loads_together(payload: bytes) -> dict[int, Any]:
    """Raises `BadReplyError`."""
    try:
        return dict(pickle.loads(payload))
    except BaseException as error:  # a SystemExit must not end the thread that reads
        raise BadReplyError(f"results that cannot be read: {text_of(error)}") from error


def loads_outcomes(payload: bytes, function: Callable[..., Any]) -> tuple[int, list[Any], dict[int, BaseException]]:
    """How many calls come back, what the others returned, and what they raised by place. Raises `BadReplyError`."""
    try:
        given_back, are_plain, parts = pickle.loads(payload)
        if are_plain:
            return given_back, parts, {}
        replies = [Reply(kind, 0, NO_WORKTIME, part) for kind, part in parts]
    except BaseException as error:  # a SystemExit must not end the thread that reads
        raise BadReplyError(f"outcomes that cannot be read: {text_of(error)}") from error
    outcomes = [outcome(reply, function) for reply in replies]
    errors = {place: error for place, (_, error) in enumerate(outcomes) if error is not None}
    return given_back, [result for result, _ in outcomes], errors


def loads(payload: bytes, what: str) -> Any:
    """The value of a payload. Raises `CallUnpicklingError`, which says `what` it was."""
    try:
        return pickle.loads(payload)
    except BaseException as error:  # foreign code runs here: a SystemExit must not end the thread that reads
        raise _unreadable(what, error) from error


class _PlainUnpickler(pickle.Unpickler):
    """Runs no foreign code."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is not plain")


def loads_plain(payload: bytes) -> tuple[Any] | None:
    """The value of a payload that Python's own types are all there is to; None if it is anything else."""
    try:
        return (_PlainUnpickler(io.BytesIO(payload)).load(),)
    except NOT_PLAIN:
        return None


def _unreadable(what: str, error: BaseException) -> CallUnpicklingError:
    return CallUnpicklingError(f"{what} arrived but cannot be unpickled: {text_of(error)}")


def outcome(reply: Reply, function: Callable[..., Any]) -> tuple[object, BaseException | None]:
    """What the call returned and None, or None and what it raised."""
    if reply.kind is RETURNED or reply.memory is not None:
        try:
            if reply.memory is not None:
                return unpack(reply.payload, reply.memory), None
            return pickle.loads(reply.payload), None
        except BaseException as error:  # foreign code runs here: a SystemExit must not end the thread that reads
            failure = _unreadable(f"the result of {name_of(function)}(...)", error)
            failure.__cause__ = error
            return None, failure
    reason = raised(reply.payload, f"the exception of {name_of(function)}(...)")
    return None, reason if reply.kind is ReplyKind.RAISED else _unreadable_call(name_of(function), reason)


def _unreadable_call(function_name: str, error: BaseException) -> CallUnpicklingError:
    failure = _unreadable(f"the call {function_name}(...)", error)
    failure.__cause__ = error
    return failure


def raised(payload: bytes, what: str) -> BaseException:
    """The exception of a reply, with the worker's traceback as its cause.

    If it cannot be unpickled, the error that says so, with the traceback as the last of its causes.
    """
    text = "(its traceback was lost)\n"
    try:
        text, pickled = _pair(loads(payload, what), what)
        error = last = _exception(pickled, what)
    except CallUnpicklingError as failure:
        error = last = failure.with_traceback(None)
        while last.__cause__ is not None:
            last = last.__cause__
    # The exception may be frozen for everybody, itself included.
    object.__setattr__(last, "__cause__", RemoteTraceback(_with_source(text)))
    return error


def _pair(value: object, what: str) -> tuple[str, bytes]:
    match value:
        case (str(text), bytes(pickled)):
            return text, pickled
    raise CallUnpicklingError(f"{what} did not arrive as it left")


def _exception(pickled: bytes, what: str) -> BaseException:
    error = loads(pickled, what)
    if not isinstance(error, BaseException):
        raise CallUnpicklingError(f"{what} arrived as {type(error).__qualname__}, which is no exception")
    return error


def _with_source(text: str) -> str:
    """A worker's traceback with the lines of notebook cells, which only the notebook's own process knows."""

    def add_line(frame: re.Match[str]) -> str:
        line = linecache.getline(frame["file"], int(frame["line"])).strip()
        return f"{frame[0]}{frame['margin']}  {line}\n" if line else frame[0]

    return _BARE_FRAME.sub(add_line, text)


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
