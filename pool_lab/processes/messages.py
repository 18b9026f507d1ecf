"""The two messages: a `Request` to a process, with one call or several, and its `Reply`.

Both are tuples of columns, of plain values and pickles. So a message can always be read, and a call that cannot be
unpickled fails alone. A function is pickled once for all calls of a request, and the process keeps it until the next
request. Arguments that are not plain are pickled call by call, so that calls share no object.

If a message is about a single call, large buffers travel beside it (see `pipe`). Otherwise they are in the pickle, as
they were when the call was sent, or when it returned.
"""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, repeat
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, NamedTuple

from .pickling import PLAIN, PROTOCOL, LargeBuffers, dumps, loads, loads_error, unsendable

# Short messages. To a process: END. From it: READY, it can take calls; BEGUN, a call with a time limit begins.
END, READY, BEGUN = b"", b"A", b"B"
NO_KWARGS: dict[str, Any] = {}
LARGE_FUNCTION = 1_000_000  # bytes
_warned: set[str] = set()
Errors = dict[int, BaseException]  # by the place of the call in its batch


class Request(NamedTuple):
    number: int  # the reply has the same
    is_observed: bool
    patience_s: float  # how long a call may take before those behind it are given back; 0: a few milliseconds
    # One for all calls, or one for each; on the way, their pickles. None: it is in the pickle of the arguments.
    functions: list[Any]
    inputs: list[Any]  # the positional arguments of each call; bytes: a pickle of all its arguments
    kwargs: list[Any] | None  # None: no call has any

    def rows(self) -> Iterator[tuple[Any, Any, Any]]:
        is_common = len(self.functions) < len(self.inputs)
        functions = repeat(self.functions[0]) if is_common else self.functions
        return zip(functions, self.inputs, self.kwargs or repeat(NO_KWARGS), strict=False)


class Reply(NamedTuple):
    number: int
    outcomes: list[Any]  # of the next calls of the batch: a plain result, or (whether it is a result, its pickle)
    given_back: int  # how many of the last calls the process has not begun, and gives back
    is_last: bool
    took_s: float  # seconds for each outcome, on average
    time: float  # when it was made, on `time.perf_counter`, which every process of a machine shares
    times: list[tuple[float, float, float]] | None  # of each call, if the pool is observed


def pack(request: Request, pickles: dict[int, bytes]) -> tuple[bytes, Sequence[Any], Errors]:
    """The message (empty: no call can be sent), its large buffers, and errors. `pickles`: keeps those of functions."""
    rows: list[tuple[Any, Any, Any]] = []
    failures: Errors = {}
    buffers: Sequence[Any] = ()
    with suppress(Exception):  # it fails again, call by call
        if len(request.functions) == 1 and request.kwargs is None and _are_plain(chain.from_iterable(request.inputs)):
            function = _pack_function(request.functions[0], pickles)
            if function is not None:
                return pickle.dumps((*request[:3], [function], *request[4:]), PROTOCOL), (), failures
    for place, call in enumerate(request.rows()):
        try:
            row, buffers = _pack_call(call, pickles, is_single=len(request.inputs) == 1)
            rows.append(row)
        except BaseException as error:  # user code runs here, which may raise SystemExit
            failures[place] = _refused(*call, error.with_traceback(None))
    columns = [list(column) for column in zip(*rows, strict=True)]
    return pickle.dumps((*request[:3], *columns), PROTOCOL) if rows else b"", buffers, failures


def _are_plain(values: Iterable[Any]) -> bool:
    return PLAIN.issuperset(map(type, values))


def _pack_function(function: Any, pickles: dict[int, bytes]) -> bytes | None:
    """The function's pickle, which calls in one request share. None: it may contain data, so each call has its own."""
    is_method = type(function) is BuiltinFunctionType and not isinstance(function.__self__, ModuleType)
    if is_method or type(function) not in {FunctionType, BuiltinFunctionType, type}:
        return None
    if id(function) not in pickles:
        pickles[id(function)] = dumps(function, to_worker=True)
        if len(pickles[id(function)]) > LARGE_FUNCTION:
            _warn(function, len(pickles[id(function)]))
    return pickles[id(function)]


def _warn(function: Any, size: int) -> None:
    from pool_lab.errors import logger
    from pool_lab.processes.by_value import used_by

    sizes = {what: len(dumps(value, to_worker=True)) for what, value in used_by(function)}
    what = max(sizes, key=sizes.__getitem__, default="itself")
    if what not in _warned:
        _warned.add(what)
        done = f"a function of {size / 1e6:.1f} MB travels with each batch of calls, because of {what}"
        logger.warning("%s. Set it in an initializer, or pass what a call needs of it as an argument.", done)


def _pack_call(call: tuple[Any, Any, Any], pickles: dict[int, bytes], *, is_single: bool) -> tuple[Any, Sequence[Any]]:
    function, args, kwargs = call
    pickled = _pack_function(function, pickles)
    if pickled is not None and _are_plain(args) and _are_plain(kwargs.values()):
        return (pickled, args, kwargs), ()
    rest = (function, args, kwargs) if pickled is None else (args, kwargs)
    buffers = LargeBuffers() if is_single else None
    return (pickled, dumps(rest, buffers, to_worker=True), NO_KWARGS), buffers or ()


def _refused(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], error: BaseException) -> Exception:
    """The error of a call that cannot be sent. It says which part cannot be pickled."""
    from pool_lab.events import name_of
    from pool_lab.processes.by_value import used_by

    named = {f"argument {place}": value for place, value in enumerate(args)} | {**kwargs}
    parts = [(f"{name} ({type(value).__qualname__})", value) for name, value in (*used_by(function), *named.items())]
    what = f"the call {name_of(function)}(...) cannot be sent to a worker process"
    for part, value in [*parts, ("the function", function)]:
        try:
            dumps(value, to_worker=True)
        except BaseException:
            return unsendable(f"{what}: {part} cannot be pickled", error)
    return unsendable(f"{what}: their combination cannot be pickled", error)


def load_outcomes(outcomes: list[Any], functions: Iterable[Any], buffers: list[Any]) -> tuple[list[Any], Errors]:
    """The results of calls of these functions, and the errors of those that raised."""
    if tuple not in set(map(type, outcomes)):
        return outcomes, {}
    from pool_lab.events import name_of

    results, errors = outcomes.copy(), Errors()
    for place, (outcome, function) in enumerate(zip(outcomes, functions, strict=False)):
        if type(outcome) is not tuple:
            continue
        is_result, pickled = outcome
        results[place] = None
        try:
            if is_result:
                results[place] = loads(pickled, f"the result of {name_of(function)}(...)", buffers)
            else:
                errors[place] = loads_error(pickled, f"the exception of {name_of(function)}(...)")
        except Exception as error:
            errors[place] = error.with_traceback(None)
    return results, errors
