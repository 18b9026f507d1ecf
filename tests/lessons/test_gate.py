"""A gate holds calls until it is opened, and never for ever."""

import subprocess
import sys

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lessons import Gate

PROGRAM = """
from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import Gate

gate, pool = Gate(), ThreadPoolExecutor(1)
pool.submit(gate.hold, "A").add_done_callback(lambda future: print(future.result()))
gate.wait_for(1)
print("the end")
"""


def test_a_call_stands_at_the_gate_until_it_is_opened() -> None:
    gate = Gate()
    with ThreadPoolExecutor(2) as pool:
        held = [pool.submit(gate.hold, name) for name in "AB"]
        gate.wait_for(2)
        assert repr(gate) == "Gate(closed)"
        assert wait(held, timeout=0).not_done == set(held)
        gate.open()
    assert [future.result() for future in held] == ["A", "B"]
    assert repr(gate) == "Gate(open)"


def test_nobody_stands_at_an_open_gate() -> None:
    gate = Gate()
    gate.open()
    assert gate.hold("A") == "A"
    gate.wait_for(1)


def test_a_gate_that_nobody_opens_does_not_keep_the_interpreter() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.split("\n") == ["the end", "A", ""]
