"""`tqdm.auto` shows the progress of our pools, in a terminal and as a widget in a notebook."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kernels import Kernel

MAP = "list(tqdm(pool.map(abs, range(8)), total=8))"
AS_COMPLETED = "list(tqdm(as_completed([pool.submit(abs, n) for n in range(8)]), total=8))"
PROGRAM = """
from tqdm.auto import tqdm
from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
if __name__ == "__main__":
    tqdm.monitor_interval = 0
    with {pool}(2) as pool:
        print(len({loop}))
"""

both_loops = pytest.mark.parametrize("loop", [MAP, AS_COMPLETED], ids=["map", "as_completed"])
both_pools = pytest.mark.parametrize("pool", ["ThreadPoolExecutor", "ProcessPoolExecutor"])


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as started:
        started.run("from tqdm.auto import tqdm; from pool_lab import *")
        # What multiprocessing starts once for the whole life of a process is there from now on.
        started.run("with ProcessPoolExecutor(1) as pool: pool.submit(abs, 1).result()")
        yield started


@both_loops
@both_pools
@pytest.mark.skipif(os.name == "nt", reason="there are no such terminals")
def test_a_bar_in_a_terminal_counts_to_the_end(pool: str, loop: str) -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    command = [sys.executable, "-c", PROGRAM.format(pool=pool, loop=loop)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=environment) as program:
        os.close(theirs)
        shown = read_all(ours)
        assert program.wait(30) == 0
    os.close(ours)
    assert "\r100%|" in shown, "drawn over what was there, in one line"
    assert "8/8" in shown
    assert shown.rstrip().endswith("8")


def read_all(terminal: int) -> str:
    """Until the program at its other end has gone."""
    shown = b""
    while True:
        try:
            read = os.read(terminal, 10_000)
        except OSError:  # how Linux says it
            read = b""
        if not read:
            return shown.decode()
        shown += read


@both_loops
@both_pools
def test_a_bar_in_a_notebook_is_a_widget_that_counts_to_the_end(kernel: Kernel, pool: str, loop: str) -> None:
    assert kernel.run(f"with {pool}(2) as pool: print(len({loop}))") == "8\n"
    assert "application/vnd.jupyter.widget-view+json" in displayed(kernel)
    bar = states(kernel)
    assert (bar["value"], bar["max"], bar["bar_style"]) == (8, 8, "success")


def test_a_bar_stops_in_red_at_a_call_that_raises(kernel: Kernel) -> None:
    shown = kernel.run("with ThreadPoolExecutor(1) as pool: list(tqdm(pool.map(int, ['1', 'two', '3']), total=3))")
    assert "ValueError: invalid literal" in shown
    bar = states(kernel)
    assert (bar["value"], bar["bar_style"]) == (1, "danger")


def displayed(kernel: Kernel) -> set[str]:
    shown = [message["content"] for message in kernel.messages if message["msg_type"] == "display_data"]
    return {kind for content in shown for kind in content["data"]}


def states(kernel: Kernel) -> dict[str, Any]:
    """What the last bar's widget was told, the latest of each trait."""
    told: dict[str, dict[str, Any]] = {}
    for message in kernel.messages:
        data = message["content"].get("data", {})
        if message["msg_type"] in ("comm_open", "comm_msg") and "state" in data:
            told.setdefault(message["content"]["comm_id"], {}).update(data["state"])
    return [state for state in told.values() if state.get("_model_name") == "FloatProgressModel"][-1]
