"""The questions of lesson 10 are judged by which calls finished, and by what was seen in other processes."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from pool_lab.lab.trace.wait_graph import WaitGraph
from pool_lab.lessons.lesson_10.given import run_program
from pool_lab.lessons.predictions.predict import QUESTIONS
from tests.lab.script import Script

LESSON = Path(__file__).parents[2] / "notebooks" / "10_break_a_pool_safely.ipynb"


def seen(graph: WaitGraph) -> Any:
    """As `waits_for` shows it."""
    return SimpleNamespace(graph=graph, is_deadlock=graph.is_deadlock)


def test_what_has_finished_is_counted_in_a_deadlock_only() -> None:
    script = Script().running(0, worker=0, began=1).queued(1, submitted=2)
    assert QUESTIONS["10 nested"].happened(seen(WaitGraph(script.trace(size=1), {0: [1]}))) == 0
    assert QUESTIONS["10 nested"].happened(seen(WaitGraph(script.trace(size=1), {}))) is None
    script.ran(2, worker=0, began=0, ended=0.5)
    assert QUESTIONS["10 nested"].happened(seen(WaitGraph(script.trace(size=1), {0: [1]}))) == 1


def test_what_ran_in_spite_of_ctrl_c_is_counted_at_the_end() -> None:
    script = Script().ran(0, worker=0, began=0, ended=1).ran(1, worker=0, began=1, ended=2)
    assert QUESTIONS["10 ctrl-c"].happened({"": script.trace()}) == 2
    assert QUESTIONS["10 ctrl-c"].happened({"": script.cancelled(2, at=1).trace()}) == 2
    assert QUESTIONS["10 ctrl-c"].happened({"": script.queued(3).trace()}) is None


@pytest.mark.parametrize(
    ("printed", "happened"),
    [
        ("child: got the lock: False\nparent: got the lock: True\n", "held"),
        ("child: got the lock: True\nparent: got the lock: True\n", "free"),
        ("parent: got the lock: True\n", None),
        ("", None),
    ],
)
def test_the_child_tells_whether_it_got_the_lock(printed: str, happened: str | None) -> None:
    assert QUESTIONS["10 fork"].happened(printed) == happened


def test_the_program_that_forks_shows_the_same_where_there_is_no_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    names: dict[str, Any] = {}
    exec(cells["break-fork-program"], names)
    printed = run_program(names["forking"])
    assert QUESTIONS["10 fork"].happened(printed) == "held"
    monkeypatch.delattr(os, "fork", raising=False)
    assert run_program(names["forking"]) == printed
