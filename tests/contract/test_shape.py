"""The classes and functions themselves: what they take, what may be derived from them, and what cannot be copied."""

import concurrent.futures
import inspect
import multiprocessing
import pickle
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future
from operator import attrgetter
from types import ModuleType
from typing import Any

import pytest

import pool_lab
from tests.contract.calls import add, remember, remembered, thread_name
from tests.contract.gates import PATIENCE_S
from tests.contract.kinds import MakePool, beyond_standard, on_processes, on_threads

METHODS = {
    "Executor": ("submit", "map", "shutdown"),
    "Future": (
        *("__init__", "cancel", "cancelled", "running", "done", "result", "exception", "add_done_callback"),
        *("set_running_or_notify_cancel", "set_result", "set_exception"),
    ),
    "ThreadPoolExecutor": ("__init__", "submit", "map", "shutdown"),
    "ProcessPoolExecutor": ("__init__", "submit", "map", "shutdown", "terminate_workers", "kill_workers"),
}
FUNCTIONS = ["wait", "as_completed", *(f"{owner}.{name}" for owner, names in METHODS.items() for name in names)]


# Nobody passes a default: what it means if nothing is passed may be better here.
OURS_TO_CHOOSE = {"chunksize": None}


def parameters(function: Callable[..., Any]) -> list[tuple[str, object, object]]:
    """Name, kind and default of each; without those that stand for any number of others, which may have any name."""
    found = [each for each in inspect.signature(function).parameters.values() if each.kind is not each.VAR_KEYWORD]
    return [(each.name, each.kind, OURS_TO_CHOOSE.get(each.name, each.default)) for each in found]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_whatever_can_be_passed_to_the_standard_one_can_be_passed_in_the_same_way(name: str) -> None:
    try:
        standard = attrgetter(name)(concurrent.futures)
    except AttributeError:
        pytest.skip("it came with a later Python")
    expected, ours = parameters(standard), parameters(attrgetter(name)(pool_lab))
    assert set(expected) <= set(ours)
    positional = [each for each in expected if each[1] is not inspect.Parameter.KEYWORD_ONLY]
    assert ours[: len(positional)] == positional


@on_threads
def test_options_of_a_pool_of_threads_may_be_passed_by_position(library: ModuleType) -> None:
    values = threading.local()
    with library.ThreadPoolExecutor(1, "named", setattr, (values, "answer", 42)) as pool:
        assert pool.submit(lambda: (thread_name(), values.answer)).result(PATIENCE_S) == ("named_0", 42)


@on_processes
def test_options_of_a_pool_of_processes_may_be_passed_by_position(library: ModuleType, kind: str) -> None:
    with library.ProcessPoolExecutor(1, multiprocessing.get_context(kind), remember, (1, 2)) as pool:
        assert pool.submit(remembered).result(PATIENCE_S) == [(1, 2)]


def test_a_class_derived_from_executor_needs_only_submit(library: ModuleType) -> None:
    class AtOnce(library.Executor):  # type: ignore[name-defined,misc]
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = library.Future()
            future.set_result(fn(*args, **kwargs))
            return future

    with AtOnce() as executor:
        assert list(executor.map(add, range(3), range(3))) == [0, 2, 4]


def test_an_executor_that_does_not_say_how_to_submit_cannot(library: ModuleType) -> None:
    with pytest.raises(NotImplementedError):
        library.Executor().submit(add, 1)
    library.Executor().shutdown()


@pytest.mark.parametrize("name", ["ThreadPoolExecutor", "ProcessPoolExecutor"])
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_map_submits_the_way_a_derived_pool_does(library: ModuleType, name: str) -> None:
    base: type[Executor] = getattr(library, name)

    class Counting(base):  # type: ignore[valid-type,misc]
        submitted = 0

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.submitted += 1
            future: Future[Any] = super().submit(fn, *args, **kwargs)
            return future

    with Counting(max_workers=1) as pool:
        assert list(pool.map(add, range(4), timeout=PATIENCE_S)) == [0, 1, 2, 3]
        assert pool.submitted == 4


def test_a_derived_future_may_have_a_constructor_of_its_own(library: ModuleType) -> None:
    class Named(library.Future):  # type: ignore[name-defined,misc]
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    future: Future[int] = Named("answer")
    future.set_result(42)
    assert repr(future).startswith("<Named at ")
    assert library.wait([future], timeout=0).done == {future}


def test_a_future_may_be_given_attributes_and_is_equal_to_itself_only(library: ModuleType) -> None:
    future: Any = library.Future()
    other: Any = library.Future()
    future.address = "https://example.org"
    assert weakref.ref(future)() is future
    assert future == future
    assert future != other
    assert len({future, other}) == 2


@pytest.mark.parametrize("state", ["pending", "finished"])
def test_a_future_cannot_be_pickled(library: ModuleType, state: str) -> None:
    future: Future[int] = library.Future()
    if state == "finished":
        future.set_result(42)
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(future)


@pytest.mark.filterwarnings("ignore:Pickle, copy, and deepcopy support:DeprecationWarning")  # of what pools hold
@pytest.mark.parametrize("used", [False, True])
def test_a_pool_cannot_be_pickled(make_pool: MakePool, used: bool) -> None:
    pool = make_pool(1)
    if used:
        pool.submit(add, 1).result(PATIENCE_S)
    # The second is what the standard pool of threads raises since Python 3.14.
    with pytest.raises((TypeError, pickle.PicklingError), match="pickle"):
        pickle.dumps(pool)


@on_processes
@beyond_standard("its error names neither the call nor the argument")
def test_a_future_sent_to_a_process_fails_with_an_error_that_names_it(make_pool: MakePool) -> None:
    pool = make_pool(1)
    sent = pool.submit(add, 1)
    with pytest.raises(TypeError, match=r"add.*argument 0 \(Future\)"):
        pool.submit(add, sent).result(PATIENCE_S)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["CancelledError", "InvalidStateError", "BrokenExecutor", "TimeoutError"])
def test_errors_of_the_library_can_be_pickled(library: ModuleType, name: str) -> None:
    error = getattr(library, name)("what happened")
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.args) == (type(error), error.args)
