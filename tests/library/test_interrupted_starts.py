"""Ctrl-C while a pool starts a worker: it reaches the submitter, and costs neither the pool nor a call."""

import multiprocessing
import signal
import threading

import pytest

from pool_lab.scheduler import Statistics
from tests.contract import calls
from tests.contract.gates import PATIENCE_S
from tests.library.watching import MakePool, until


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_interrupt_while_a_worker_is_started_loses_neither_pool_nor_call(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """It reaches the caller, and the next call has a worker. (A process is started by its worker's thread.)"""
    start, to_come = threading.Thread.start, [True]

    def press_ctrl_c() -> None:
        to_come.clear()
        signal.raise_signal(signal.SIGINT)

    def start_and_press_ctrl_c(thread: threading.Thread) -> None:
        if to_come and when == "before":
            press_ctrl_c()
        start(thread)
        if to_come:
            press_ctrl_c()

    pool = make_pool(1)
    monkeypatch.setattr(threading.Thread, "start", start_and_press_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        pool.submit(calls.add, 1)
    assert not to_come
    assert pool.submit(calls.add, 2).result(PATIENCE_S) == 2
    until(lambda: pool.statistics() == Statistics(size=1, workers=1, idle=1, queued=0))
    pool.shutdown()
    assert [thread for thread in threading.enumerate() if "PoolExecutor" in thread.name] == []
    assert multiprocessing.active_children() == []
