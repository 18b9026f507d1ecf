"""How values are pickled on their way to a process and back. Both sides load this file, so it imports little.

What cannot be pickled or unpickled costs one call and never a worker. So a value is pickled alone, and unpickled alone
in a `try`, unless it is *plain*, such as a number or a text: plain values can always be unpickled, and never change.

Functions and classes travel by name, as pickle does it, if the other process can find the name. Functions made inside
functions, lambdas, and what the `__main__` of a notebook or of another program without a file defines, travel by value:
see `by_value`.
"""

import copyreg
import io
import pickle
import sys
from collections.abc import Callable
from functools import lru_cache
from multiprocessing.reduction import ForkingPickler
from typing import Any

from .pipe import LARGE

APART = 5  # the pickle protocol that can leave buffers out
NOT_SENT_BACK = "cannot be sent back from the worker process"
PLAIN = frozenset({bool, bytes, complex, float, int, str, type(None)})
_extra_reducers: dict[type, Any] = ForkingPickler._extra_reducers  # type: ignore[attr-defined]


class LargeBuffers(list[pickle.PickleBuffer]):
    """What pickle asks of each buffer: whether to put it into the pickle. The others are kept here."""

    were_small = False

    def __call__(self, buffer: pickle.PickleBuffer) -> bool:
        try:
            view = buffer.raw()
            is_small = view.nbytes < LARGE or view.readonly  # a receiver could not write to it, either
        except BufferError:  # it is in pieces
            is_small = True
        if is_small:
            self.were_small = True
        else:
            self.append(buffer)
        return is_small


def dumps(value: object, *, to_worker: bool = False) -> bytes:
    """The value, pickled; by value what another process could not find by name. Raises whatever pickling raises."""
    return _dumps(value, pickle.DEFAULT_PROTOCOL, None, to_worker=to_worker)


def dumps_apart(value: object, *, to_worker: bool = False) -> tuple[bytes, LargeBuffers]:
    """As `dumps`, and the large buffers that are left out of the pickle."""
    buffers = LargeBuffers()
    pickled = _dumps(value, APART, buffers, to_worker=to_worker)
    if buffers or not buffers.were_small:
        return pickled, buffers
    # NumPy makes an array that does not own its data of a buffer, and does better with the usual protocol.
    return dumps(value, to_worker=to_worker), buffers


@lru_cache(maxsize=1)
def _reducers(*registered: object) -> dict[type, Any]:
    """How to pickle what has a way of its own. It is made anew when something else is registered."""
    return {**copyreg.dispatch_table, **_extra_reducers}


def _dumps(value: object, protocol: int, buffers: LargeBuffers | None, *, to_worker: bool) -> bytes:
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, protocol, True, buffers)
    pickler.dispatch_table = _reducers(*copyreg.dispatch_table.values(), *_extra_reducers.values())
    first_error = None
    try:
        pickler.dump(value)
        pickled = stream.getvalue()
        if b"__main__" not in pickled or is_importable_main():  # otherwise nobody can find what it names
            return pickled
    except Exception as error:
        first_error = error
    if buffers is not None:
        buffers.clear()
    from .by_value import dumps_by_value  # many programs do without cloudpickle, and it takes long to import

    try:
        return dumps_by_value(value, protocol, buffers, to_worker=to_worker, from_notebook=not is_importable_main())
    except Exception as error:
        raise error from first_error


def is_importable_main() -> bool:
    """Whether a new process imports the `__main__` of this one, as `multiprocessing` does it for scripts and modules.

    False for a prompt, a notebook, a program from standard input or `-c`, a package's or an archive's `__main__`.
    """
    main = sys.modules["__main__"]
    if hasattr(sys, "ps1") or hasattr(main, "get_ipython"):
        return False
    name = getattr(getattr(main, "__spec__", None), "name", None)
    if name is not None:
        return not (name == "__main__" or name.endswith(".__main__"))
    file = getattr(main, "__file__", None)
    return file is not None and not file.startswith("<")


def loads(pickled: bytes, what: str, buffers: list[Any] | None = None) -> Any:
    """Unpickle. Raises `CallUnpicklingError`, which says `what` it was."""
    try:
        return pickle.loads(pickled, buffers=buffers)
    except BaseException as error:  # user code runs here, which may raise SystemExit
        from pool_lab.errors import CallUnpicklingError
        from pool_lab.events import text_of

        raise CallUnpicklingError(f"{what} arrived but cannot be unpickled: {text_of(error)}") from error


def dumps_result(value: object, function: Callable[..., Any]) -> tuple[bool, bytes, LargeBuffers]:
    """The outcome of a call that returned this, (whether it is a result, its pickle), and its large buffers."""
    try:
        return True, *dumps_apart(value)
    except Exception as error:
        from pool_lab.events import name_of

        what = f"the result of {name_of(function)}(...), a {type(value).__qualname__}, {NOT_SENT_BACK}"
        return False, dumps_error(unsendable(what, error)), LargeBuffers()
    except BaseException as error:  # user code runs here, which may raise SystemExit
        return False, dumps_error(error), LargeBuffers()


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
    from pool_lab.errors import CallPicklingError
    from pool_lab.events import text_of

    error = CallPicklingError(f"{what}: {text_of(cause)}")
    error.__cause__ = cause
    return error


def loads_error(pickled: bytes, what: str) -> BaseException:
    """The exception that was sent, or the error that says why not. The last of its causes is the worker's traceback."""
    from pool_lab.errors import CallUnpicklingError, RemoteTraceback

    text, exception = pickle.loads(pickled)
    try:
        error: BaseException = loads(exception, what)
        last = error
        if not isinstance(error, BaseException):
            raise CallUnpicklingError(f"{what} arrived as {type(error).__qualname__}, which is no exception")
    except CallUnpicklingError as failure:
        error = last = failure.with_traceback(None)
        while last.__cause__ is not None:
            last = last.__cause__
    # Not `last.__cause__ = ...`: an exception's class may forbid every assignment.
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
