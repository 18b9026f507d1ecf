"""What the functions of a notebook refer to: what travels with them, what does not, and what it costs."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import cloudpickle
import pytest

from tests.contract.gates import PATIENCE_S
from tests.library.watching import MakePool, on_processes
from tests.scripts import run_like_a_kernel

OPEN = """
import functools, sqlite3, threading, weakref
from pool_lab import ProcessPoolExecutor
pool = ProcessPoolExecutor(1)
"""
CLOSE = "\npool.shutdown()\n"


def run(program: str) -> list[str]:
    return run_like_a_kernel(OPEN + program + CLOSE)


def test_cached_functions_travel_and_keep_their_cache_in_the_process() -> None:
    assert run("""
@functools.lru_cache(maxsize=50)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def use(n): return fib(n), fib.cache_info().misses, fib.cache_info().maxsize
print(pool.submit(fib, 20).result())
print(pool.submit(use, 20).result())
print(pool.submit(use, 21).result())
print(fib.cache_info().currsize)
""") == ["6765", "(6765, 21, 50)", "(10946, 22, 50)", "0"]


def test_properties_that_are_cached_and_functions_that_dispatch_travel() -> None:
    assert run("""
class Slow:
    def __init__(self, number): self.number = number
    @functools.cached_property
    def twice(self): return self.number * 2
@functools.singledispatch
def kind(value): return "something"
@kind.register
def _(value: int): return "a number"
print(pool.submit(lambda: Slow(3).twice).result(), pool.submit(Slow(4).__getattribute__, "twice").result())
print(pool.submit(kind, 1).result(), pool.submit(lambda: kind("")).result())
""") == ["6 8", "a number something"]


def test_weak_dictionaries_travel_with_what_is_in_them() -> None:
    assert run("""
class Thing: pass
thing = Thing()
known, names = weakref.WeakValueDictionary(it=thing), weakref.WeakKeyDictionary({thing: "it"})
print(pool.submit(lambda: ("it" in known, thing in names, len(names))).result())
""") == ["(True, True, 1)"]


def test_classes_with_slots_travel_both_ways() -> None:
    assert run("""
class Point:
    __slots__ = ("x",)
    def __init__(self, x): self.x = x
def move(point): return Point(point.x + 1)
back = pool.submit(move, Point(1)).result()
print(type(back) is Point, back.x)
import dataclasses, typing
@dataclasses.dataclass(slots=True)
class Item: x: int; y: int = 2
class Pair(typing.NamedTuple): a: int; b: str = "x"
print(pool.submit(lambda item: dataclasses.replace(item, x=5), Item(1)).result() == Item(5))
print(type(pool.submit(lambda pair: pair._replace(a=2), Pair(1)).result()) is Pair)
""") == ["True 2", "True", "True"]


@pytest.mark.parametrize("value", ["threading.Lock()", "sqlite3.connect(':memory:')", "(n for n in range(3))"])
def test_the_error_names_the_global_that_cannot_travel(value: str) -> None:
    assert run(f"""
held = {value}
def inner(): return [held for _ in range(3)]
def outer(): return inner()
def closure(mine): return lambda: mine
def fault(call): return str(call.exception()).split(": ")[1].split(" (")[0]
print(fault(pool.submit(outer)), fault(pool.submit(closure(held))), sep=", ")
""") == ["the global 'held' that inner uses, the variable 'mine' that <lambda> uses"]


def test_a_map_pickles_its_function_once_however_much_it_refers_to() -> None:
    assert run("""
class Counted:
    pickled = 0
    def __reduce__(self):
        Counted.pickled += 1
        return Counted, ()
counted = Counted()
def use(n): return counted is not None and n
print(sum(pool.map(use, range(300))), Counted.pickled)
calls = [pool.submit(use, n) for n in range(300)]
print(sum(call.result() for call in calls), Counted.pickled < 150)
""") == ["44850 1", "44850 True"]


def test_a_large_global_is_named_once_with_what_to_do() -> None:
    told, *results = run("""
import logging, sys
logging.basicConfig(stream=sys.stdout, format="%(message)s")
words, small = {n: str(n) for n in range(200_000)}, "small"
def use(n): return words[n], small
for n in range(2): print(*pool.submit(use, n).result())
""")
    assert results == ["0 small", "1 small"]
    assert "because of the global 'words' that use uses. Set it in an initializer" in told


# Modules that no other process can import


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[ModuleType]:
    """Loaded from a path outside `sys.path`."""
    path = tmp_path / "plug.py"
    path.write_text("FACTOR = 3\nclass Made:\n    pass\ndef make(): return Made()\ndef triple(n): return n * FACTOR\n")
    spec = importlib.util.spec_from_file_location("plug_in", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["plug_in"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["plug_in"]
    if "plug_in" in cloudpickle.list_registry_pickle_by_value():
        cloudpickle.unregister_pickle_by_value(module)


@on_processes
def test_functions_and_classes_of_a_module_from_a_path_travel_by_value(make_pool: MakePool, plugin: ModuleType) -> None:
    pool = make_pool(1)
    assert pool.submit(plugin.triple, 2).result(PATIENCE_S) == 6
    assert list(pool.map(plugin.triple, range(3))) == [0, 3, 6]
    assert type(pool.submit(plugin.make).result(PATIENCE_S)) is plugin.Made
    assert pool.submit(type, plugin.Made()).result(PATIENCE_S) is plugin.Made
    assert pool.submit(lambda: plugin.triple(5)).result(PATIENCE_S) == 15


@on_processes
def test_a_module_that_the_program_has_made_travels_by_value(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("made_up")
    monkeypatch.setitem(sys.modules, "made_up", module)
    exec("def twice(n): return 2 * n", vars(module))
    try:
        assert make_pool(1).submit(module.twice, 4).result(PATIENCE_S) == 8
    finally:
        cloudpickle.unregister_pickle_by_value(module)


@on_processes
def test_a_module_under_a_foreign_name_does_not_stop_pickling_by_value(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "another_name", ModuleType("its_own_name"))
    pool = make_pool(1)
    assert pool.submit(lambda: 4).result(PATIENCE_S) == 4
    assert list(pool.map(lambda number: 2 * number, range(3))) == [0, 2, 4]


@on_processes
def test_a_module_that_is_registered_travels_by_value(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a function that was changed after its import arrives as it is."""
    from tests.library import changing

    cloudpickle.register_pickle_by_value(changing)
    try:
        monkeypatch.setattr(changing, "FACTOR", 100)
        assert make_pool(1).submit(changing.times, 2).result(PATIENCE_S) == 200
    finally:
        cloudpickle.unregister_pickle_by_value(changing)
