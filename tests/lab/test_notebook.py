"""Threads that show something in a notebook know which cell it belongs to."""

from contextvars import ContextVar
from functools import partial

import pytest

from pool_lab.lab import workloads
from pool_lab.lab.experiments.race import race
from pool_lab.lab.notebook import page_thread
from pool_lab.lab.views.timeline.view import Panel, Timeline
from pool_lab.thread import ThreadPoolExecutor

cell = ContextVar("cell", default="none")


def test_a_thread_that_shows_something_belongs_to_the_cell_that_made_it() -> None:
    found: list[str] = []
    cell.set("cell 3")
    thread = page_thread(lambda end: found.append(cell.get() + end), "!", name="painter")
    cell.set("cell 4")
    thread.start()
    thread.join()
    assert found == ["cell 3!"]
    assert thread.name == "painter"
    assert thread.daemon


def test_so_does_all_that_a_timeline_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []
    monkeypatch.setattr(Timeline, "send", lambda *_: found.append(cell.get()))
    timeline = Timeline()
    cell.set("cell 3")
    timeline.begin([Panel("ThreadPoolExecutor", "one interpreter, one GIL", "threads", 2)])
    timeline.end()
    timeline.close()
    assert found == ["cell 3", "cell 3"]


def test_so_do_the_calls_of_a_race_in_a_pool_that_inherits_the_context() -> None:
    found: list[str] = []
    cell.set("cell 3")
    ours = {"ours": partial(ThreadPoolExecutor, inherit_context=True)}
    race(workloads.of(lambda _: found.append(cell.get()), range(2)), executors=ours, serial_s=0)
    assert found == ["cell 3", "cell 3"]
