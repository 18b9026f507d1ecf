"""Ctrl-C: it comes at once, wherever one waits; the pool works on, and no worker prints a word.

A terminal and a notebook's stop button send it to a whole group of processes. So do these scripts, each to its own.
"""

import sys
from pathlib import Path

import pytest

from tests.contract.gates import MakeGate
from tests.contract.kinds import START_METHODS
from tests.kernels import Kernel
from tests.scripts import run_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no group of processes to interrupt")

PRESS = '''
import multiprocessing
import os
import signal
import sys
import threading

import pool_lab
from tests.contract.gates import PATIENCE_S, Gate, stand_at

def open_pool(kind, size=2):
    if kind == "threads":
        return pool_lab.ThreadPoolExecutor(size)
    return pool_lab.ProcessPoolExecutor(size, multiprocessing.get_context(kind))

def is_in_the_library():
    frame = sys._current_frames()[threading.main_thread().ident]
    while frame and not frame.f_globals["__name__"].startswith("pool_lab."):
        frame = frame.f_back
    return frame is not None

heard = []

def interrupt_once(signum, frame):
    if not heard:
        heard.append(signum)
        raise KeyboardInterrupt

def press_ctrl_c(gate):
    """Until it is heard: Python itself may miss it while it is just falling asleep."""
    gate.wait_for(2)
    while not heard:
        if is_in_the_library():
            os.killpg(0, signal.SIGINT)
        pause.wait(0.01)

pause = threading.Event()
'''

WAIT = """
if __name__ == "__main__":
    os.setsid()
    signal.signal(signal.SIGINT, interrupt_once)
    pool = open_pool({kind!r})
    ways = {{
        "result": lambda: futures[0].result(),
        "exception": lambda: futures[0].exception(),
        "wait": lambda: pool_lab.wait(futures),
        "as_completed": lambda: list(pool_lab.as_completed(futures)),
        "map": lambda: list(pool.map(stand_at, [gate.address])),
        "shutdown": lambda: pool.shutdown(),
        "with": lambda: pool.__exit__(None, None, None),
    }}
    for name, wait in ways.items():
        if name == "with":
            pool = open_pool({kind!r})
        gate = Gate()
        futures = [pool.submit(stand_at, gate.address, number) for number in range(2)]
        finger = threading.Thread(target=press_ctrl_c, args=[gate])
        heard.clear()
        finger.start()
        try:
            wait()
        except KeyboardInterrupt:
            print(name)
        finger.join()
        listeners = [future._listeners for future in futures if future._listeners is not None]
        assert not any(each.waiters or each.sleepers for each in listeners)
        gate.open()
        assert [future.result(PATIENCE_S) for future in futures] == [0, 1]
        if name not in ("shutdown", "with"):
            assert pool.submit(abs, -5).result(PATIENCE_S) == 5
        gate.close()
"""


@pytest.mark.parametrize("kind", ["threads", *START_METHODS])
def test_an_interrupt_ends_every_way_of_waiting_and_harms_nothing_else(kind: str, tmp_path: Path) -> None:
    printed = run_file(PRESS + WAIT.format(kind=kind), tmp_path / "script.py")
    assert printed == ["result", "exception", "wait", "as_completed", "map", "shutdown", "with"]


AGAIN = """
if __name__ == "__main__":
    os.setsid()
    signal.signal(signal.SIGINT, interrupt_once)
    gate, ended, pool = Gate(), [], open_pool("threads")
    futures = [pool.submit(stand_at, gate.address, number) for number in range(2)]
    for future in futures:
        future.add_done_callback(lambda future: ended.append(future.result()))
    finger = threading.Thread(target=press_ctrl_c, args=[gate])
    finger.start()
    try:
        pool.shutdown()
    except KeyboardInterrupt:
        print("interrupted")
    finger.join()

    def open_when_it_waits():
        while not is_in_the_library():
            pause.wait(0.01)
        gate.open()

    threading.Thread(target=open_when_it_waits).start()
    pool.shutdown()
    print(sorted(ended), [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPool")])
    gate.close()
"""


def test_after_an_interrupt_a_pool_of_threads_can_be_waited_for_again(tmp_path: Path) -> None:
    """And is waited for: before Python 3.13 an interrupted `Thread.join` takes its thread for dead."""
    assert run_file(PRESS + AGAIN, tmp_path / "script.py") == ["interrupted", "[0, 1] []"]


START = """
if __name__ == "__mp_main__":
    host, port = os.environ["GATE"].split()
    stand_at((host, int(port)))

if __name__ == "__main__":
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it would be deaf to it
    multiprocessing.set_forkserver_preload([])  # or the server imports this before it starts any process
    gate = Gate()
    os.environ["GATE"] = " ".join(map(str, gate.address))
    pool = open_pool({kind!r}, 1)
    future = pool.submit(abs, -5)
    gate.wait_for(1)
    try:
        os.killpg(0, signal.SIGINT)
        future.result()
    except KeyboardInterrupt:
        print("interrupted")
    gate.open()
    print(future.result(PATIENCE_S))
    pool.shutdown()
    gate.close()
"""


@pytest.mark.parametrize("kind", [method for method in START_METHODS if method != "fork"])
def test_an_interrupt_does_no_harm_to_a_process_that_is_just_starting(kind: str, tmp_path: Path) -> None:
    """It is importing the script when the interrupt comes."""
    assert run_file(PRESS + START.format(kind=kind), tmp_path / "script.py") == ["interrupted", "5"]


SERVER = """
if __name__ == "__mp_main__":
    host, port = os.environ["GATE"].split()
    stand_at((host, int(port)))

def press():
    gate.wait_for(1)
    os.killpg(0, signal.SIGINT)
    gate.open()

if __name__ == "__main__":
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gate = Gate()
    os.environ["GATE"] = " ".join(map(str, gate.address))
    finger = threading.Thread(target=press)
    finger.start()
    pool = open_pool("forkserver", 1)
    try:
        pool.submit(abs, -5).result()
    except KeyboardInterrupt:
        print("interrupted")
    finger.join()
    print(pool.submit(abs, -5).result(PATIENCE_S))
    pool.shutdown()
    gate.close()
"""


@pytest.mark.skipif("forkserver" not in START_METHODS, reason="this system has no fork server")
@pytest.mark.skipif(sys.version_info < (3, 14), reason="the fork server imports no script")
def test_an_interrupt_does_no_harm_to_a_fork_server_that_is_importing_the_script(tmp_path: Path) -> None:
    assert run_file(PRESS + SERVER, tmp_path / "script.py") == ["interrupted", "5"]


OPEN = """
import multiprocessing
import pool_lab
from tests.contract.gates import stand_at

pool = pool_lab.ProcessPoolExecutor(1, multiprocessing.get_context({start!r}))
call = pool.submit(stand_at, {address}, "through")
"""


@pytest.mark.parametrize("start", START_METHODS)
def test_the_stop_button_interrupts_the_cell_and_leaves_the_pool(
    kernel: Kernel, start: str, make_gate: MakeGate
) -> None:
    gate = make_gate()
    kernel.run(OPEN.format(start=start, address=gate.address))
    gate.wait_for(1)
    shown = kernel.run("print('waiting')\ncall.result()", interrupt_at="waiting")
    assert shown.startswith("waiting\n")
    assert shown.count("Traceback") == 1
    assert "KeyboardInterrupt" in shown
    gate.open()
    assert kernel.run("call.result()") == "'through'\n"
    assert kernel.run("pool.submit(abs, -5).result()") == "5\n"
    kernel.run("pool.shutdown()")
