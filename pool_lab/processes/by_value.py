"""Pickling by value: functions and classes that a worker cannot import, because a notebook cell or a prompt made them.

cloudpickle does it. Left alone it gives each function a copy of the globals it mentions, so a call would not see what
the initializer has set, nor what an earlier call has left; here the functions of a notebook share one namespace in a
worker, its `__main__`. For each global in it:

- what comes from the notebook for the first time, or has changed there since it last came, replaces what is there;
- otherwise whatever the worker's calls have made of it stays.

Each worker has a namespace of its own, and globals never travel home: a class that was sent out comes back as itself, a
function with copies of the globals it mentions. Whether data has changed is told from its pickle; what cannot be
pickled, and functions, count as changed.
"""

import io
import pickle
import sys
import weakref
from collections import ChainMap
from collections.abc import Callable
from multiprocessing.reduction import ForkingPickler
from types import CodeType, FunctionType
from typing import Any, ClassVar, NoReturn

import cloudpickle
from cloudpickle.cloudpickle import _class_setstate, _function_setstate

__all__ = ["dumps_by_value"]

_sent: "weakref.WeakSet[type]" = weakref.WeakSet()
"""Classes that this process has sent to workers by value."""

_marks: dict[str, int | None] = {}
"""In a worker: the globals that came from the notebook, and what their pickles were like."""


def dumps_by_value(value: object, protocol: int, *, to_worker: bool, from_notebook: bool) -> bytes:
    """The value, pickled on its way to a worker or home. `from_notebook`: no other process can import `__main__`."""
    pickled = io.BytesIO()
    if to_worker:
        _Outward(pickled, protocol, from_notebook).dump(value)
    else:
        _Homeward(pickled, protocol).dump(value)
    return pickled.getvalue()


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"cannot pickle {type(value).__name__!r} object")


def _reduce_code(code: CodeType) -> tuple[Any, ...]:
    return _code, (code.co_filename, *cloudpickle.Pickler.dispatch_table[CodeType](code))


def _code(filename: str, make: Callable[..., CodeType], args: tuple[Any, ...]) -> CodeType:
    """Code that knows which cell it is from; cloudpickle may leave that out, and tracebacks would lack its lines."""
    return make(*args).replace(co_filename=filename)


class _ByValue(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle is untyped
    # Besides, what multiprocessing can send, such as connections; but no open files: cloudpickle would send a copy of
    # the text, which is not what anyone means by it.
    dispatch_table: ClassVar[Any] = ChainMap(
        {io.TextIOWrapper: _refuse, CodeType: _reduce_code},
        ForkingPickler._extra_reducers,  # type: ignore[attr-defined]
        cloudpickle.Pickler.dispatch_table,
    )


class _Outward(_ByValue):
    def __init__(self, file: io.BytesIO, protocol: int, from_notebook: bool) -> None:
        super().__init__(file, protocol)
        self.is_from_notebook = from_notebook
        if from_notebook:
            # This is where cloudpickle looks up what becomes of a function's globals.
            self.globals_ref[id(_main())] = _Main()

    def reducer_override(self, value: object) -> Any:
        reduced = super().reducer_override(value)
        if not isinstance(reduced, tuple):
            return reduced
        if isinstance(value, type):
            _sent.add(value)
        elif isinstance(value, FunctionType) and value.__globals__ is _main() and self.is_from_notebook:
            return *reduced[:-1], _settle
        return reduced


class _Homeward(_ByValue):
    def reducer_override(self, value: object) -> Any:
        reduced = super().reducer_override(value)
        if isinstance(value, type) and isinstance(reduced, tuple) and reduced[-1] is _class_setstate:
            return *reduced[:-1], _welcome
        return reduced


class _Main:
    """Stands for the globals of `__main__`, and becomes those of the process it arrives in."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _main, ()


def _main() -> dict[str, Any]:
    return vars(sys.modules["__main__"])


def _settle(function: FunctionType, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """In a worker, finish a function as cloudpickle does, with those of its globals that are news."""
    _, slots = state
    slots["__globals__"] = {name: value for name, value in slots["__globals__"].items() if _is_news(name, value)}
    _function_setstate(function, state)


def _is_news(name: str, value: object) -> bool:
    before, _marks[name] = _marks.get(name), _mark(value)
    return before is None or _marks[name] != before


def _mark(value: object) -> int | None:
    """Alike for values that are alike; None if that cannot be told."""
    pickled = io.BytesIO()
    try:
        _Marker(pickled).dump(value)
    except Exception:
        return None
    return hash(pickled.getvalue())


class _Marker(pickle.Pickler):
    """For a function or class it is enough to know whether it is the same one: those that come by value come anew."""

    def reducer_override(self, value: object) -> Any:
        return (id, (id(value),)) if isinstance(value, (FunctionType, type)) else NotImplemented


def _welcome(cls: type, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """At home, finish a class as cloudpickle does; not one of ours: its methods would get the worker's globals."""
    if cls not in _sent:
        _class_setstate(cls, state)
