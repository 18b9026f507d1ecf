"""The questions of lesson 03 are judged by what the inspected futures did, and by nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

from pool_lab import ThreadPoolExecutor
from pool_lab.lab import inspect_futures
from pool_lab.lab.experiments.inspect import FutureInspector
from pool_lab.lessons.questions import QUESTIONS
from tests.lab.script import Script


@pytest.fixture
def lab() -> Iterator[FutureInspector]:
    """One worker, as in the lesson, and it is busy."""
    with ThreadPoolExecutor(1, "worker") as pool:
        lab = inspect_futures(pool)
        lab.submit("first")
        lab.wait_for("first", "RUNNING")
        yield lab
        lab.close()


def happened(lab: FutureInspector, name: str) -> Any:
    return QUESTIONS[f"03 {name}"].happened({"": lab.trace})


def runs(lab: FutureInspector, *names: str) -> None:
    """The first of them runs, the others wait."""
    for name in names:
        lab.submit(name)
    lab.finish("first")
    lab.wait_for(names[0], "RUNNING")


def test_the_box_is_held_before_anything_is_in_it(lab: FutureInspector) -> None:
    runs(lab, "report")
    assert happened(lab, "box") is None
    asked = lab.result("report")
    lab.finish("report", 42)
    asked.wait()
    assert happened(lab, "box") == ("submit", "start", "end", "result")


def test_only_what_waits_was_cancelled(lab: FutureInspector) -> None:
    lab.submit("report")
    lab.finish("first")
    lab.finish("report")
    lab.wait_for("report", "FINISHED")
    lab.submit("backup")
    lab.submit("upload")
    lab.wait_for("backup", "RUNNING")
    assert happened(lab, "cancel") is None
    for name in ("report", "backup", "upload"):
        lab.cancel(name)
    assert happened(lab, "cancel") == "one"
    for ask in (lab.cancelled, lab.done, lab.running):
        ask("upload")
    assert happened(lab, "cancelled") == 2


def test_time_that_is_up_leaves_the_call_alone(lab: FutureInspector) -> None:
    runs(lab, "letter")
    assert happened(lab, "timeout") is None
    lab.result("letter", timeout=0.01).wait()
    assert happened(lab, "timeout") == "raises"


def test_a_failure_is_heard_of_by_those_who_ask(lab: FutureInspector) -> None:
    runs(lab, "payment")
    lab.fail("payment", OSError("no connection"))
    assert happened(lab, "silence") is None
    lab.exception("payment")
    assert happened(lab, "silence") == "asked"


@pytest.mark.parametrize("noted_before", [0, 1])
def test_callbacks_run_in_their_order_and_in_the_thread_of_who_completes(
    lab: FutureInspector, noted_before: int
) -> None:
    for _ in range(noted_before):  # as someone has who has pressed the button
        lab.add_done_callback("first")
    runs(lab, "parcel")
    for callback in (None, lab.broken, None):
        lab.add_done_callback("parcel", callback)
    assert happened(lab, "callbacks") is None
    lab.finish("parcel")
    lab.called_back("parcel")
    assert happened(lab, "callbacks") == "all"
    lab.submit("mail")
    lab.submit("memo")
    lab.wait_for("mail", "RUNNING")
    for name in ("parcel", "memo", "mail"):
        lab.add_done_callback(name)
    lab.cancel("memo")
    assert happened(lab, "threads") is None
    lab.finish("mail")
    lab.called_back("mail")
    assert happened(lab, "threads") == 2


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name.startswith("03 ")])
def test_what_ran_without_an_inspector_shows_none_of_the_answers(name: str) -> None:
    assert QUESTIONS[name].happened({"": Script().ran(0, worker=0, began=1, ended=2).trace()}) is None
