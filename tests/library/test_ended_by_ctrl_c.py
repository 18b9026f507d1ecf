"""Ctrl-C ends a script that uses processes: with one press, or with two if it leaves a `with` block meanwhile.

The calls stand at a gate that never opens. So a script that waits for them does not end by itself.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.contract.gates import PATIENCE_S, MakeGate
from tests.contract.kinds import START_METHODS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no group of processes to interrupt")

SCRIPT = """
import multiprocessing, os, signal, sys, threading
from pool_lab import ProcessPoolExecutor, wait
from tests.contract.gates import stand_at

def functions():
    frame = sys._current_frames()[threading.main_thread().ident]
    while frame:
        if frame.f_globals["__name__"].startswith("pool_lab."):
            yield frame.f_code.co_name
        frame = frame.f_back

def press():
    stand_at(("127.0.0.1", {go}))
    for places in {presses}:
        while not places & set(functions()):
            pause.wait(0.01)
        os.killpg(0, signal.SIGINT)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it would be deaf to it
    pause, gate = threading.Event(), ("127.0.0.1", {port})
    pool = ProcessPoolExecutor(2, multiprocessing.get_context({kind!r}))
    futures = [pool.submit(stand_at, gate) for _ in range(6)]
    threading.Thread(target=press, daemon=True).start()
    {deed}
"""
ONCE = {
    "result": ("futures[0].result()", [{"result"}]),
    "wait": ("wait(futures)", [{"wait"}]),
    "map": ("list(pool.map(stand_at, [gate] * 6))", [{"in_order"}]),
    "the end of the script": ("", [{"_at_exit"}]),
}
TWICE = {"a block that waits": ("with pool: futures[0].result()", [{"result"}, {"shutdown"}])}


@pytest.mark.parametrize("kind", START_METHODS)
@pytest.mark.parametrize(("deed", "presses"), [*ONCE.values(), *TWICE.values()], ids=[*ONCE, *TWICE])
def test_a_script_and_its_processes_end(
    kind: str, deed: str, presses: list[set[str]], make_gate: MakeGate, tmp_path: Path
) -> None:
    gate, go, path = make_gate(), make_gate(), tmp_path / "script.py"
    ports = {"port": gate.address[1], "go": go.address[1]}
    path.write_text(SCRIPT.format(kind=kind, deed=deed, presses=presses, **ports), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    script = subprocess.Popen(
        [sys.executable, path], env=environment, start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        gate.wait_for(2)
        go.open()
        script.wait(PATIENCE_S)
        gate.wait_until_left()
    finally:
        with suppress(ProcessLookupError):  # it has ended, and so have its processes
            os.killpg(script.pid, signal.SIGKILL)
        script.wait()
