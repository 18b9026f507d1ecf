"""What crosses between processes: what is defined where no worker can import it, and what cannot cross at all."""

import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

from pool_lab import CallPicklingError, CallUnpicklingError, Event, EventKind
from tests.contract import calls
from tests.contract.gates import PATIENCE_S
from tests.contract.kinds import START_METHODS
from tests.library.watching import Log, MakeGate, MakePool, on_processes
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
def test_what_a_kernel_defines_crosses_both_ways(start: str) -> None:
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
        raise TypeError("stays at home")


@on_processes
def test_the_error_names_what_cannot_leave(make_pool: MakePool) -> None:
    pool, lock = make_pool(1), threading.Lock()
    for function, args, kwargs, culprit in [
        (calls.add, (1, lock), {}, r"add\(\.\.\.\).*argument 1 \(lock\)"),
        (calls.add, (1,), {"third": lock}, r"add\(\.\.\.\).*third \(lock\)"),
        (_NoFunction(), (), {}, r"the function \(_NoFunction\).*stays at home"),
        (calls.lock, (), {}, r"the result of lock\(\.\.\.\), a lock,"),
        (calls.raise_cannot_leave, (), {}, r"the call raised CannotLeave,"),
    ]:
        with pytest.raises(CallPicklingError, match=culprit):
            pool.submit(function, *args, **kwargs).result(PATIENCE_S)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


@on_processes
def test_the_error_names_what_cannot_arrive(make_pool: MakePool) -> None:
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
    """Also where the one who pickles is the thread that reads all replies: the bad calls wait for a worker."""
    gate, pool = make_gate(), make_pool(1)
    running = pool.submit(calls.stand_and_remember, gate.address)
    bad = [
        pool.submit(calls.add, _ExitsOnTheWay(leaving=True)),
        pool.submit(calls.add, _ExitsOnTheWay(leaving=False)),
        pool.submit(_exits_on_arrival),
    ]
    good = pool.submit(calls.add, 1)
    gate.open()
    assert running.result(PATIENCE_S) == []
    outcomes = [type(future.exception(PATIENCE_S)) for future in bad]
    assert outcomes == [SystemExit, CallUnpicklingError, CallUnpicklingError]
    assert good.result(PATIENCE_S) == 1
    assert isinstance(pool.submit(calls.add, _ExitsOnTheWay(leaving=True)).exception(PATIENCE_S), SystemExit)
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2


class _Interrupted:
    def __reduce__(self) -> str:
        raise KeyboardInterrupt


@on_processes
def test_a_submit_interrupted_while_it_pickles_loses_no_worker(make_pool: MakePool) -> None:
    pool = make_pool(1)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    with pytest.raises(KeyboardInterrupt):
        pool.submit(calls.add, _Interrupted())
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2


def test_a_submit_interrupted_in_an_observer_loses_no_worker(make_pool: MakePool) -> None:
    armed: list[bool] = []

    def interrupt(event: Event) -> None:
        if event.kind is EventKind.SUBMITTED and armed and armed.pop():
            raise KeyboardInterrupt

    pool = make_pool(1, observer=interrupt)
    pool.submit(calls.add, 1).result(PATIENCE_S)
    armed.append(True)
    with pytest.raises(KeyboardInterrupt):
        pool.submit(calls.add, 2)
    armed.append(False)
    assert pool.submit(calls.add, 3).result(PATIENCE_S) == 3


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
    assert "the function" in str(hidden)
    assert pool.submit(calls.add, 1).result(PATIENCE_S) == 1


@on_processes
def test_twenty_thousand_cancelled_calls_overflow_no_stack(make_pool: MakePool, make_gate: MakeGate, log: Log) -> None:
    gate, pool = make_gate(), make_pool(1)
    running = pool.submit(calls.stand_and_remember, gate.address)
    gate.wait_for(1)
    waiting = [pool.submit(calls.add, number) for number in range(20_000)]
    assert all(future.cancel() for future in waiting)
    last = pool.submit(calls.add, 1)
    gate.open()
    running.result(PATIENCE_S)
    assert last.result(PATIENCE_S) == 1


@on_processes
def test_a_row_of_calls_that_cannot_leave_overflows_no_stack(make_pool: MakePool) -> None:
    """Each submits the next from its callback, in whatever thread it fails."""
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
