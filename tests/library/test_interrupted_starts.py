"""Ctrl-C while a pool starts a worker: it reaches who submits, and costs neither the pool nor a call."""

import multiprocessing
import threading
from typing import Any

import pytest

from pool_lab.processes import child, reader
from pool_lab.staff import Statistics
from tests.contract import calls
from tests.contract.gates import PATIENCE_S
from tests.library.watching import MakePool, until

PLACES: dict[str, tuple[Any, str]] = {
    "thread": (threading.Thread, "start"),
    "process": (child, "_start"),
    "listening": (reader.Reader, "add"),
}


@pytest.mark.parametrize(
    ("what", "when"),
    [("thread", "before"), ("thread", "after"), ("process", "before"), ("listening", "before"), ("listening", "after")],
)
def test_an_interrupt_while_a_worker_is_started_loses_neither_pool_nor_call(
    make_pool: MakePool, kind: str, monkeypatch: pytest.MonkeyPatch, what: str, when: str
) -> None:
    """It reaches the caller, and another worker is started: for the call, if it was for one that waits already."""
    if kind == "threads" and what != "thread":
        pytest.skip("threads need no process")
    owner, name = PLACES[what]
    start, presses = getattr(owner, name), [True]

    def start_and_press_ctrl_c(*args: Any) -> Any:
        pressed = presses and presses.pop()
        if pressed and when == "before":
            raise KeyboardInterrupt
        started = start(*args)
        if pressed:
            raise KeyboardInterrupt
        return started

    pool = make_pool(1)
    monkeypatch.setattr(owner, name, start_and_press_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        pool.submit(calls.add, 1)
    assert presses == []
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2
    until(lambda: pool.statistics() == Statistics(size=1, workers=1, idle=1, queued=0))
    pool.shutdown()
    assert multiprocessing.active_children() == []
