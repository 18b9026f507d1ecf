"""How values are pickled on their way to a process and back. Both sides load this file, so it imports little.

A value that cannot be pickled or unpickled costs one call and never a worker. So each is pickled alone, and unpickled
alone in a `try`, unless it is *plain*, such as a number or a string: these can always be unpickled, and never change.

Functions and classes travel by name, as pickle sends them, if the other process can find the name (see `program`).
Others, and functions made inside functions and lambdas, travel by value: see `by_value`.
"""

import copyreg
import io
import pickle
import sys
from contextlib import suppress
from multiprocessing.reduction import ForkingPickler
from typing import Any

from .pipe import LARGE
from .program import names_out_of_reach

PROTOCOL = 5  # of pickle: it can leave buffers out
NOT_SENT_BACK = "cannot be sent back from the worker process"
PLAIN = frozenset({bool, bytes, complex, float, int, str, type(None)})
_extra_reducers: dict[type, Any] = ForkingPickler._extra_reducers  # type: ignore[attr-defined]


class LargeBuffers(list[pickle.PickleBuffer]):
    """pickle's `buffer_callback`: whether a buffer goes into the pickle. Those of large arrays are kept here."""

    def __call__(self, buffer: pickle.PickleBuffer) -> bool:
        with suppress(BufferError):  # it is not contiguous
            view = buffer.raw()
            if view.nbytes >= LARGE and not view.readonly and isinstance(view.obj, _array_type()):
                self.append(buffer)
                return False
        return True


def _array_type() -> Any:
    return getattr(sys.modules.get("numpy"), "ndarray", ())


def _reduce_array(array: Any) -> Any:
    """An array that NumPy makes from a buffer does not own its data. So only large arrays become buffers."""
    return array.__reduce_ex__(PROTOCOL if array.nbytes >= LARGE and array.flags.writeable else PROTOCOL - 1)


def dumps(value: object, buffers: LargeBuffers | None = None, *, to_worker: bool = False) -> bytes:
    """Pickle; by value, what the other process cannot find by name. `buffers`: collects those of large arrays."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, PROTOCOL, buffer_callback=buffers)
    reducers = {_array_type(): _reduce_array, **copyreg.dispatch_table, **_extra_reducers}
    pickler.dispatch_table, first_error = reducers, None
    try:
        pickler.dump(value)
        pickled = stream.getvalue()
        if not names_out_of_reach(pickled, to_worker=to_worker):
            return pickled
    except Exception as error:
        first_error = error.with_traceback(None)  # which leads to this frame: no cycle
    if buffers is not None:
        buffers.clear()
    from .by_value import dumps_by_value  # many programs do without cloudpickle, and it takes long to import

    try:
        return dumps_by_value(value, buffers, reducers, to_worker=to_worker)
    except Exception as error:
        raise error from first_error


def loads(pickled: bytes, what: str, buffers: list[Any] | None = None) -> Any:
    """Unpickle. Raises `CallUnpicklingError`, which says `what` it was."""
    try:
        return pickle.loads(pickled, buffers=buffers)
    except BaseException as error:  # user code runs here, which may raise SystemExit
        from pool_lab.errors import CallUnpicklingError
        from pool_lab.events import text_of

        raise CallUnpicklingError(f"{what} arrived but cannot be unpickled: {text_of(error)}") from error


def dumps_error(error: BaseException) -> bytes:
    """An exception, or a `CallPicklingError` if it cannot be pickled, and its traceback as text, safe to unpickle."""
    import traceback

    text = "".join(traceback.format_exception(error))
    try:
        pickled = dumps(error)
    except BaseException as failure:  # user code runs here, which may raise SystemExit
        pickled = dumps(unsendable(f"the call raised {type(error).__qualname__}, which {NOT_SENT_BACK}", failure))
    return pickle.dumps((text, pickled))


def unsendable(what: str, cause: BaseException) -> Exception:
    from pool_lab.errors import CallPicklingError, caused
    from pool_lab.events import text_of

    return caused(CallPicklingError(f"{what}: {text_of(cause)}"), cause)


def loads_error(pickled: bytes, what: str) -> BaseException:
    """The exception that was sent, or an error that says why it cannot be loaded. Its last cause is the traceback."""
    from pool_lab.errors import CallUnpicklingError, RemoteTraceback

    text, exception = pickle.loads(pickled)
    try:
        error: BaseException = loads(exception, what)
        last = error
        if not isinstance(error, BaseException):
            raise CallUnpicklingError(f"{what} arrived as {type(error).__qualname__}, which is not an exception")
    except CallUnpicklingError as failure:
        error = last = failure.with_traceback(None)
        seen = {id(last)}
        while last.__cause__ is not None and id(last.__cause__) not in seen:
            last = last.__cause__
            seen.add(id(last))
    # Not `last.__cause__ = ...`: an exception's class may forbid assignments.
    object.__setattr__(last, "__cause__", RemoteTraceback(_with_source(text)))
    return error


def _with_source(text: str) -> str:
    """A worker's traceback with the lines of notebook cells, which only the notebook's own process knows."""
    import linecache
    import re

    def add_line(frame: "re.Match[str]") -> str:
        line = linecache.getline(frame["file"], int(frame["line"])).strip()
        return f"{frame[0]}{frame['margin']}  {line}\n" if line else frame[0]

    without_line = r'^(?P<margin>[ |]*)File "(?P<file>.+)", line (?P<line>\d+), in .+\n(?!(?P=margin) )'
    return re.sub(without_line, add_line, text, flags=re.MULTILINE)
