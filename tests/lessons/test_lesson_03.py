"""The questions of lesson 03 are judged only by what the inspected futures did."""

from collections.abc import Iterator
from typing import Any

import pytest

from pool_lab import ThreadPoolExecutor
from pool_lab.lab import inspect_futures
from pool_lab.lab.experiments.inspect import FutureInspector
from pool_lab.lessons.predictions.predict import QUESTIONS
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
    """The first of them runs, the others are queued."""
    for name in names:
        lab.submit(name)
    lab.finish("first")
    lab.wait_for(names[0], "RUNNING")


def test_submit_returns_the_future_before_there_is_a_result(lab: FutureInspector) -> None:
    runs(lab, "report")
    assert happened(lab, "box") is None
    asked = lab.result("report")
    lab.finish("report", 42)
    asked.wait()
    assert happened(lab, "box") == ("submit", "start", "end", "result")


def test_only_the_queued_call_was_cancelled(lab: FutureInspector) -> None:
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


def test_a_timeout_does_not_stop_the_call(lab: FutureInspector) -> None:
    runs(lab, "letter")
    assert happened(lab, "timeout") is None
    lab.result("letter", timeout=0.01).wait()
    assert happened(lab, "timeout") == "raises"


def test_a_failure_is_noticed_when_the_future_is_asked(lab: FutureInspector) -> None:
    runs(lab, "payment")
    lab.fail("payment", OSError("no connection"))
    assert happened(lab, "silence") is None
    lab.exception("payment")
    assert happened(lab, "silence") == "asked"


@pytest.mark.parametrize("noted_before", [0, 1])
def test_callbacks_run_in_order_in_the_thread_that_completes_the_future(
    lab: FutureInspector, noted_before: int
) -> None:
    for _ in range(noted_before):  # as if the button had been pressed
        lab.add_done_callback("first")
    runs(lab, "parcel")
    for callback in (None, lab.broken, None):
        lab.add_done_callback("parcel", callback)
    assert happened(lab, "callbacks") is None
    lab.finish("parcel")
    lab.called_back("parcel")
    assert happened(lab, "callbacks") == "all"


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name.startswith("03 ")])
def test_a_run_without_an_inspector_shows_none_of_the_answers(name: str) -> None:
    assert QUESTIONS[name].happened({"": Script().ran(0, worker=0, began=1, ended=2).trace()}) is None
