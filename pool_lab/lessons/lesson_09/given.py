"""What the calls of lesson 09 run, in processes that import only this file, and what kills one of these."""

import os
import shutil
import signal
import sys
import tempfile
import time
import weakref
from pathlib import Path
from typing import Any

__all__ = ["ProcessGate", "crash", "grade", "kill_one_of_four", "look_around"]

LOOK_EVERY_S = 0.01
LONGEST_S = 60
"""The longest wait for something that should happen by itself."""


class ProcessGate:
    """Like `Gate`, for calls in processes. Its copies meet in a folder: a file there says that the gate is open."""

    def __init__(self, patience_s: float = 600) -> None:
        """`patience_s`: seconds until a waiting call raises `TimeoutError`."""
        self._folder = Path(tempfile.mkdtemp(prefix="pool_lab-gate-"))
        self._patience_s = patience_s
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def __call__(self, name: str) -> str:
        """Block until the gate is open, then return the name of the call."""
        (self._folder / f"{name}-{os.getpid()}").touch()
        until = time.monotonic() + self._patience_s
        while not self._file.exists():
            if time.monotonic() > until:
                raise TimeoutError(f"the gate was not opened for {self._patience_s} s")
            time.sleep(LOOK_EVERY_S)
        return name

    @property
    def _file(self) -> Path:
        return self._folder / "open"

    def wait_for(self, calls: int) -> dict[str, int]:
        """Block until this many calls have arrived. Returns the id of the process that runs each, by the call's name.

        Raises `TimeoutError` after a minute.
        """
        until = time.monotonic() + LONGEST_S
        while len(arrived := list(self._folder.glob("*-*"))) < calls:
            if time.monotonic() > until:
                raise TimeoutError(f"{len(arrived)} calls arrived at the gate in {LONGEST_S} s, not {calls}")
            time.sleep(LOOK_EVERY_S)
        return {name: int(pid) for name, _, pid in (file.name.rpartition("-") for file in arrived)}

    def open(self) -> None:
        """Let all calls through. Returns at once."""
        self._file.touch()


def kill_one_of_four(pool: Any) -> list[BaseException | None]:
    """Kill the process that runs the first of four calls, while a second one runs. Returns the exceptions of all four.

    The pool has two workers. The naps are only so that a picture of the calls has some width.
    """
    gate = ProcessGate()
    futures = [pool.submit(gate, name) for name in "ABCD"]
    processes = gate.wait_for(2)
    time.sleep(0.3)
    os.kill(processes["A"], signal.SIGTERM)
    futures[0].exception()  # waits until A has failed
    time.sleep(0.3)
    gate.open()
    return [future.exception() for future in futures]


def crash(deaths: Path, most: int) -> None:
    """End this process, and leave a mark in the file. So many calls do that; the next one returns."""
    with deaths.open("ab") as marks:
        marks.write(b"+")
    if deaths.stat().st_size <= most:
        os._exit(1)


def look_around() -> str:
    """What this process has of the notebook's globals `secret` and `lock`."""
    main = vars(sys.modules["__main__"])
    if "secret" not in main:
        return "knows nothing of the notebook"
    return f"knows secret; its lock is {'held' if main['lock'].locked() else 'free'}"


def grade(report: dict[str, object]) -> dict[str, object]:
    """Write a grade into the report, and return the report."""
    report["grade"] = "good" if len(str(report["text"])) > 20 else "too short"
    return report
