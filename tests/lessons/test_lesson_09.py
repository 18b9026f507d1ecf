"""What lesson 09 builds does what the lesson says, and its questions are judged by what came back."""

import math
import multiprocessing
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from types import SimpleNamespace
from typing import Any

import pytest

from pool_lab import BrokenProcessPool, ProcessPoolExecutor, WorkerDiedError
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.lesson_09.given import ProcessGate, kill_one_of_four, look_around
from pool_lab.lessons.lesson_09.small_pool import SmallPool, call_all, start_child
from pool_lab.lessons.predictions.predict import QUESTIONS
from tests.contract.kinds import START_METHODS
from tests.lab.script import Script


@contextmanager
def asking() -> Iterator[Any]:
    """As the lesson asks a child by hand."""
    pipe, child = start_child()

    def ask(fn: Any, *args: Any) -> Any:
        pipe.send_bytes(pickle.dumps((fn, args)))
        return pickle.loads(pipe.recv_bytes())

    try:
        yield ask
    finally:
        pipe.close()
        child.join()


def test_the_child_answers_with_a_result_or_an_exception_until_its_pipe_is_closed() -> None:
    with asking() as ask:
        assert ask(call_all, abs, [-1, 2]) == (True, [1, 2])
        was_made, error = ask(math.isqrt, -1)
        assert (was_made, type(error)) == (False, ValueError)
        was_made, process = ask(os.getpid)
        assert was_made
        assert process != os.getpid()
        assert ask(Lock)[0] is False, "a result that cannot be pickled"


def test_a_function_that_the_child_cannot_import_is_only_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def double(number: int) -> int:
        return 2 * number

    double.__module__, double.__qualname__ = "__main__", "double"
    monkeypatch.setattr(sys.modules["__main__"], "double", double, raising=False)
    with asking() as ask:
        reply = ask(double, 21)
    assert QUESTIONS["09 bytes"].happened(reply) == "name"


def pool_of_lesson() -> type[SmallPool]:
    """The class of the lesson: the starter of its second exercise."""
    task = EXERCISES["09.2"]
    found: type[SmallPool] = task.value_of(task.solution._replace(cell=task.starter))
    return found


@pytest.mark.parametrize("kind", [SmallPool, pool_of_lesson()], ids=["threads", "processes"])
def test_the_small_pools_make_calls_and_keep_exceptions(kind: type[SmallPool]) -> None:
    pool = kind(2)
    roots = [pool.submit(math.isqrt, number) for number in (1, 16, 81, -1)]
    is_here = pool.submit(os.getpid).result() == os.getpid()
    pool.shutdown()
    assert [root.result() for root in roots[:3]] == [1, 4, 9]
    assert isinstance(roots[3].exception(), ValueError)
    assert is_here is (kind is SmallPool)


@pytest.mark.parametrize("replaces", [False, True])
def test_the_death_of_one_of_two_workers_costs_all_calls_or_one(replaces: bool) -> None:
    with ProcessPoolExecutor(2, replace_workers=replaces) as pool:
        errors = [type(error) for error in kill_one_of_four(pool)]
    none = type(None)
    assert errors == ([WorkerDiedError, none, none, none] if replaces else [BrokenProcessPool] * 4)


def test_a_gate_that_nobody_opens_is_left_after_a_while() -> None:
    with pytest.raises(TimeoutError, match="was not opened"):
        ProcessGate(patience_s=0)("A")


@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_only_a_forked_worker_has_the_globals_and_the_locks_of_the_program(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, lock = sys.modules["__main__"], Lock()
    monkeypatch.setattr(main, "secret", "here", raising=False)
    monkeypatch.setattr(main, "lock", lock, raising=False)
    with lock, ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
        seen = pool.submit(look_around).result()
    assert seen == ("knows secret; its lock is held" if method == "fork" else "knows nothing of the notebook")


@pytest.mark.parametrize(
    ("reply", "happened"),
    [((True, 42), "code"), ((False, AttributeError()), "name"), ((False, ValueError()), None)],
)
def test_a_reply_says_what_was_in_the_bytes(reply: Any, happened: str | None) -> None:
    assert QUESTIONS["09 bytes"].happened(reply) == happened


def test_the_length_counts_that_the_list_has_when_it_is_compared() -> None:
    judge: Any = QUESTIONS["09 copies"].happened
    assert [judge(0), judge(3), judge([7, 8, 9])] == [0, 3, None]


KNOWS, KNOWS_NOT = "knows secret; its lock is held", "knows nothing of the notebook"


@pytest.mark.parametrize(
    ("results", "happened"),
    [
        ({"fork": KNOWS, "spawn": KNOWS_NOT, "forkserver": KNOWS_NOT}, "fork"),
        ({"spawn": KNOWS_NOT}, "none"),
        ({"fork": KNOWS, "spawn": KNOWS, "forkserver": KNOWS}, "all"),
        ({"fork": KNOWS_NOT, "spawn": KNOWS, "forkserver": KNOWS_NOT}, None),
    ],
)
def test_the_start_methods_are_told_apart_by_what_their_workers_know(
    results: dict[str, str], happened: str | None
) -> None:
    measured: Any = SimpleNamespace(results=results)
    assert QUESTIONS["09 start"].happened(measured) == happened


def four_calls(crashed: int) -> Trace:
    script = Script()
    for call in range(4):
        error = "BrokenProcessPool: a worker has died" if call < crashed else None
        script.ran(call, worker=0, began=call, ended=call + 1, error=error)
    return script.trace()


def test_calls_that_crashed_are_counted_when_none_is_left() -> None:
    judge = QUESTIONS["09 kill"].happened
    assert [judge({"": four_calls(crashed)}) for crashed in (0, 1, 4)] == [0, 1, 4]
    assert judge({"": Script().running(0, worker=0, began=1).trace()}) is None


@pytest.mark.parametrize(
    ("name", "answer", "happened", "words"),
    [
        ("09 copies", 3, 0, "in a thread pool"),
        ("09 copies", 1, 0, "Not even one"),
        ("09 copies", 5, 0, "Each call appended one"),
        ("09 kill", 1, 4, "Only A was in the process"),
        ("09 kill", 2, 4, "B ran in a healthy process"),
        ("09 kill", 3, 4, "C and D had not even begun"),
        ("09 kill", 0, 4, "Somebody has to tell you"),
    ],
)
def test_a_wrong_answer_is_told_its_own_mistake(name: str, answer: int, happened: int, words: str) -> None:
    assert words in QUESTIONS[name].why(answer, happened)[-1]
    assert words not in " ".join(QUESTIONS[name].why(happened, happened))
