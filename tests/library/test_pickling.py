"""What travels to processes: functions that no process can import, what cannot be pickled, and how to pickle it."""

import copyreg
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import pytest

from pool_lab import CallPicklingError, CallUnpicklingError
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, stand_at
from tests.contract.kinds import START_METHODS
from tests.library.watching import MakeGate, MakePool, on_processes
from tests.scripts import run_file, run_like_a_kernel

KERNEL = """
import multiprocessing
from dataclasses import dataclass
from pool_lab import ProcessPoolExecutor

@dataclass
class Point:
    x: int
    y: int

class TooFar(Exception):
    pass

LIMIT = 10

def mirrored(point):
    if point.x > LIMIT:
        raise TooFar(point.x)
    assert type(point) is Point
    return Point(point.y, point.x)

with ProcessPoolExecutor(1, multiprocessing.get_context({start!r})) as pool:
    back = pool.submit(mirrored, Point(1, 2)).result()
    print(back, type(back) is Point, back == Point(2, 1))
    try:
        pool.submit(mirrored, Point(11, 2)).result()
    except TooFar as error:
        print("caught", error.args, type(error) is TooFar)
    LIMIT = 20
    print(pool.submit(mirrored, Point(11, 2)).result())
    def mirrored(point):
        return "redefined"
    print(pool.submit(mirrored, back).result())
    class Point(Point):
        def norm(self):
            return self.x + self.y
    print(pool.submit(Point.norm, Point(3, 4)).result())
    print(pool.submit(lambda: [type(point) is Point for point in [Point(5, 6)]]).result())
    print(list(pool.map(lambda number: number * LIMIT, range(3))))
    made = pool.submit(lambda: Point).result()
    print(made is Point)
"""


@pytest.mark.parametrize("start", START_METHODS)
def test_what_a_kernel_defines_travels_both_ways(start: str) -> None:
    assert run_like_a_kernel(KERNEL.format(start=start)) == [
        "Point(x=2, y=1) True True",
        "caught (11,) True",
        "Point(x=2, y=11)",
        "redefined",
        "7",
        "[True]",
        "[0, 20, 40]",
        "True",
    ]


KERNEL_INITIALIZER = """
import multiprocessing
from pool_lab import ProcessPoolExecutor

def prepare(number):
    import builtins
    builtins.prepared = number

def look():
    return prepared

with ProcessPoolExecutor(1, multiprocessing.get_context({start!r}), prepare, (7,)) as pool:
    print(pool.submit(look).result())
"""


@pytest.mark.parametrize("start", START_METHODS)
def test_a_kernels_own_initializer_runs(start: str) -> None:
    assert run_like_a_kernel(KERNEL_INITIALIZER.format(start=start)) == ["7"]


SCRIPT = """
import multiprocessing
from pool_lab import ProcessPoolExecutor

state = "unprepared"

class Wrong(Exception):
    pass

def prepare(value):
    global state
    state = value

def look():
    return state

def fail():
    raise Wrong(state)

if __name__ == "__main__":
    with ProcessPoolExecutor(1, multiprocessing.get_context({start!r}), prepare, ("prepared",)) as pool:
        print(pool.submit(look).result())
        try:
            pool.submit(fail).result()
        except Wrong as error:
            print(error)
        print(pool.submit(lambda: state).result(), state)
"""


@pytest.mark.parametrize("start", START_METHODS)
def test_what_a_script_defines_is_sent_by_name(start: str, tmp_path: Path) -> None:
    """So its calls see what the initializer has set. A lambda has no name and travels with its parent's globals."""
    printed = run_file(SCRIPT.format(start=start), tmp_path / "script.py")
    assert printed[:2] == ["prepared", "prepared"]
    assert printed[2].endswith(" unprepared")


class _NoFunction:
    """Can be called, but not sent."""

    def __call__(self) -> None: ...

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("stays here")


@on_processes
def test_the_error_names_what_cannot_be_pickled(make_pool: MakePool) -> None:
    pool, lock = make_pool(1), threading.Lock()
    for function, args, kwargs, culprit in [
        (calls.add, (1, lock), {}, r"add\(\.\.\.\).*argument 1 \(lock\)"),
        (calls.add, (1,), {"third": lock}, r"add\(\.\.\.\).*third \(lock\)"),
        (_NoFunction(), (), {}, r"_NoFunction\(\.\.\.\).*the function cannot be pickled.*stays here"),
        (calls.lock, (), {}, r"the result of lock\(\.\.\.\), a lock,"),
        (calls.raise_cannot_leave, (), {}, r"the call raised CannotLeave,"),
    ]:
        with pytest.raises(CallPicklingError, match=culprit):
            pool.submit(function, *args, **kwargs).result(PATIENCE_S)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


@on_processes
def test_the_error_names_what_cannot_be_unpickled(make_pool: MakePool) -> None:
    pool = make_pool(1)
    for function, args, culprit in [
        (
            calls.add,
            (calls.BadOnArrival(),),
            r"the call add\(...\) arrived but cannot be unp.*refused on arrival",
        ),
        (calls.bad_on_arrival, (), r"the result of bad_on_arrival\(...\) arrived.*refused on arrival"),
        (
            calls.raise_two_argument_error,
            (),
            r"the exception of raise_two_argument_error\(...\) arrived.*TwoArgumentError",
        ),
    ]:
        with pytest.raises(CallUnpicklingError, match=culprit):
            pool.submit(function, *args).result(PATIENCE_S)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


class _ExitsOnTheWay:
    """Its pickling, or its unpickling, raises what is no `Exception`."""

    def __init__(self, *, leaving: bool) -> None:
        self.leaving = leaving

    def __reduce__(self) -> tuple[Any, ...]:
        if self.leaving:
            raise SystemExit(3)
        return _exit, ()


def _exit() -> None:
    raise SystemExit(3)


def _exits_on_arrival() -> object:
    return _ExitsOnTheWay(leaving=False)


@on_processes
def test_pickling_that_exits_costs_one_call(make_pool: MakePool, make_gate: MakeGate) -> None:
    """Or that is interrupted: `KeyboardInterrupt` and `SystemExit` are no `Exception`."""
    gate, pool = make_gate(), make_pool(1)
    running = pool.submit(stand_at, gate.address)
    bad = [
        pool.submit(calls.add, _ExitsOnTheWay(leaving=True)),
        pool.submit(calls.add, _ExitsOnTheWay(leaving=False)),
        pool.submit(_exits_on_arrival),
        pool.submit(calls.add, _Interrupted()),
    ]
    good = pool.submit(calls.add, 1)
    gate.open()
    errors = [future.exception(PATIENCE_S) for future in (running, *bad)]
    assert [type(error) for error in errors] == [
        type(None),
        CallPicklingError,
        CallUnpicklingError,
        CallUnpicklingError,
        CallPicklingError,
    ]
    assert good.result(PATIENCE_S) == 1


class _Interrupted:
    def __reduce__(self) -> str:
        raise KeyboardInterrupt


@on_processes
def test_code_sent_by_value_knows_its_file(make_pool: MakePool) -> None:
    """So that a traceback can show its lines."""

    def outer() -> tuple[str, str]:
        def inner() -> None: ...

        return sys._getframe().f_code.co_filename, inner.__code__.co_filename

    assert make_pool(1).submit(outer).result(PATIENCE_S) == (__file__, __file__)


@on_processes
def test_an_open_file_is_refused(make_pool: MakePool) -> None:
    pool = make_pool(1)
    with tempfile.TemporaryFile("w+") as file:
        error = pool.submit(calls.add, file).exception(PATIENCE_S)
        hidden = pool.submit(lambda: file.read(1)).exception(PATIENCE_S)
    assert isinstance(error, CallPicklingError)
    assert "argument 0 (TextIOWrapper)" in str(error)
    assert isinstance(hidden, CallPicklingError)
    assert "the variable 'file' that <lambda> uses (TextIOWrapper)" in str(hidden)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


@on_processes
def test_a_row_of_calls_that_cannot_be_pickled_overflows_no_stack(make_pool: MakePool) -> None:
    """Each submits the next from its callback."""
    pool, failed, last = make_pool(1), [0], threading.Event()

    def again(_: object) -> None:
        failed[0] += 1
        if failed[0] == 1500:
            last.set()
        else:
            pool.submit(calls.add, threading.Lock()).add_done_callback(again)

    pool.submit(calls.add, threading.Lock()).add_done_callback(again)
    assert last.wait(PATIENCE_S)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


# Ways to pickle that a program has registered


class Registered:
    """Can be pickled as it is, and in the way that a program has registered."""


def as_text(_: Registered) -> tuple[Any, ...]:
    return str, ("a text",)


def as_number(_: Registered) -> tuple[Any, ...]:
    return int, (7,)


@pytest.fixture(params=["copyreg", "ForkingPickler"])
def register(request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    if request.param == "copyreg":
        yield copyreg.pickle
        copyreg.dispatch_table.pop(Registered, None)
    else:
        yield ForkingPickler.register
        ForkingPickler._extra_reducers.pop(Registered, None)  # type: ignore[attr-defined]


@on_processes
@pytest.mark.parametrize("by_value", [False, True])
def test_the_last_reducer_that_was_registered_is_used(
    make_pool: MakePool, register: Callable[..., None], *, by_value: bool
) -> None:
    """Also if a lambda beside it travels by value."""
    pool, beside = make_pool(1), [lambda: None] if by_value else []
    assert isinstance(pool.submit(first_of, [Registered(), *beside]).result(PATIENCE_S), Registered)
    for reducer, expected in [(as_text, "a text"), (as_number, 7)]:
        register(Registered, reducer)
        assert pool.submit(first_of, [Registered(), *beside]).result(PATIENCE_S) == expected
        assert list(pool.map(first_of, [[Registered(), *beside]] * 50)) == [expected] * 50


@on_processes
def test_a_reducer_that_a_call_has_registered_is_used_for_results(
    make_pool: MakePool, register: Callable[..., None]
) -> None:
    pool = make_pool(1)
    assert isinstance(pool.submit(Registered).result(PATIENCE_S), Registered)
    for reducer, expected in [(as_text, "a text"), (as_number, 7)]:
        pool.submit(register, Registered, reducer).result(PATIENCE_S)
        assert pool.submit(Registered).result(PATIENCE_S) == expected


def first_of(values: list[Any]) -> Any:
    return values[0]
