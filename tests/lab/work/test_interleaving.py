"""Real threads take their steps in the order that is asked for, and the order decides the result, every time."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from pool_lab.lab.work import interleaving
from pool_lab.lab.work.interleaving import all_orders, run_interleaved

LINE, LOCKED = "counter = counter + 1", "with lock: counter = counter + 1"


@pytest.mark.parametrize("_", range(50))
def test_the_same_order_loses_the_update_every_time(_: int) -> None:
    made = run_interleaved(LINE, "ABAB", {"counter": 0})
    assert made.values == {"counter": 1}
    assert made.order == "ABAB"
    assert made.lost == [3]


def test_every_order_is_run_and_only_two_of_six_are_right() -> None:
    finals = all_orders(LINE, {"counter": 0})
    assert finals.keys() == {"AABB", "ABAB", "ABBA", "BAAB", "BABA", "BBAA"}
    assert {order for order, values in finals.items() if values["counter"] == 2} == {"AABB", "BBAA"}
    assert all(
        bool(run_interleaved(LINE, order, {"counter": 0}).lost) == (finals[order]["counter"] == 1) for order in finals
    )


def test_with_a_lock_no_order_is_wrong() -> None:
    assert all_orders(LOCKED, {"counter": 0, "lock": threading.Lock()}) == {
        "AAAABBBB": {"counter": 2},
        "BBBBAAAA": {"counter": 2},
    }


def test_a_lock_that_begins_after_the_reading_does_not_help() -> None:
    late = "seen = counter\nwith lock: counter = seen + 1"
    finals = all_orders(late, {"counter": 0, "lock": threading.Lock()})
    assert {values["counter"] for values in finals.values()} == {1, 2}


def test_a_thread_that_wants_a_lock_that_is_held_uses_its_turn_to_wait() -> None:
    made = run_interleaved(LOCKED, "ABBA", {"counter": 0, "lock": threading.Lock()})
    assert [*map(str, made.steps)] == ["A takes lock", "B waits for lock", "B waits for lock", "A reads counter: 0"]
    assert {thread: step.does for thread, step in made.ahead.items()} == {
        "A": "writes counter: 1",
        "B": "waits for lock",
    }


def test_an_order_in_which_nobody_can_go_on_ends_there() -> None:
    twice = "lock.acquire()\nlock.acquire()\ncounter = 1"
    assert all_orders(twice, {"counter": 0, "lock": threading.Lock()}) == {
        "A": {"counter": 0},
        "B": {"counter": 0},
    }


def test_both_threads_are_real_and_names_that_are_not_shared_are_their_own() -> None:
    code = "from threading import get_ident\nmine = get_ident()\nseen = seen | {mine}"
    assert len(run_interleaved(code, "AABB", {"seen": set()}).values["seen"]) == 2


def test_an_update_that_the_thread_has_read_is_not_lost() -> None:
    assert run_interleaved("a = a + 1\na = a + 1", "AABBBBAA", {"a": 0}).lost == []
    assert run_interleaved("a = 1", "AB", {"a": 0}).lost == [1], "nobody has read what A wrote"


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (lambda: run_interleaved(LINE, "AAA", {"counter": 0}), ValueError, "A has no step left after 2 steps"),
        (
            lambda: run_interleaved(LINE, "AC", {"counter": 0}),
            ValueError,
            "there is no thread 'C'; the threads are A and B",
        ),
        (lambda: run_interleaved("counter = tea", "A", {"counter": 0}), RuntimeError, "A raised NameError: name 'tea'"),
        (
            lambda: run_interleaved("lock.release()", "A", {"lock": threading.Lock()}),
            RuntimeError,
            "release unlocked lock",
        ),
        (lambda: run_interleaved("counter =", "", {"counter": 0}), SyntaxError, "invalid syntax"),
        (lambda: all_orders("while True: a = a", {"a": 0}), ValueError, "more than 12 steps"),
    ],
)
def test_what_cannot_be_done_is_an_error_that_says_why(act: Callable[[], Any], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        act()


def test_code_that_never_comes_to_a_step_does_not_hold_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interleaving, "LONGEST_S", 0.05)
    over = threading.Event()
    with pytest.raises(RuntimeError, match="A did not come to its next step"):
        run_interleaved("over.wait()\na = 1", "A", {"a": 0, "over": Waiting(over)})
    over.set()
    for thread in threading.enumerate():
        if thread.name in interleaving.THREADS:
            thread.join(20)


class Waiting:
    """Reading it is a step; what it does is none."""

    def __init__(self, event: threading.Event) -> None:
        self.wait = event.wait
