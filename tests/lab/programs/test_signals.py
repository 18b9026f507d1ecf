"""A signal has the effect on a recorded program that it has without the recording."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pool_lab.lab.programs.recording import record_program
from tests.lab.programs.test_record_program import COMMAND, WRITTEN

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

PROGRAM = """
import os, signal, sys, written
from concurrent.futures import ThreadPoolExecutor

if sys.argv[1] == "ends":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
pool = ThreadPoolExecutor(1)
pool.submit(abs, 1).result()
if "POOL_LAB_RECORD" in os.environ:
    written.until_written()
try:
    print("ready", flush=True)
    sys.stdin.read()
except KeyboardInterrupt:
    print("interrupted", flush=True)
    if sys.argv[1] == "raises":
        raise
    sys.exit(7)
"""


def ended(command: list[str], send: Callable[[int, int], None], number: int) -> tuple[int, str]:
    """Status and output of a program in a process group of its own, to which a signal is sent when it is ready."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        send(program.pid, number)
        try:
            status = program.wait(60)  # its input stays open: only the signal ends it
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)
            raise
        return status, program.stdout.read()


@pytest.mark.parametrize("send", [os.kill, getattr(os, "killpg", os.kill)], ids=["to it", "to its group"])
@pytest.mark.parametrize(
    ("way", "number"),
    [
        ("handles", signal.SIGINT),
        ("raises", signal.SIGINT),
        ("ends", signal.SIGINT),
        ("handles", signal.SIGTERM),
    ],
)
def test_a_signal_has_the_same_effect_as_without_the_recording(
    tmp_path: Path, send: Callable[[int, int], None], way: str, number: int
) -> None:
    script, run = tmp_path / "program.py", tmp_path / "run.txt"
    script.write_text(PROGRAM)
    (tmp_path / "written.py").write_text(WRITTEN)
    alone = ended([sys.executable, str(script), way], send, number)
    assert ended([*COMMAND, "--out", str(run), str(script), way], send, number) == alone
    assert "ThreadPoolExecutor" in run.read_text()


SENDS = """
import os, signal, sys
from pool_lab.lab.programs.signals import PassedOn

class Program:
    def __init__(self):
        self.got = []
    def send_signal(self, number):
        self.got.append(signal.Signals(number).name)

program = Program()
with PassedOn() as signals:
    signals.to(program)
    for send, to in [(os.kill, os.getpid()), (os.killpg, os.getpgrp())] * 2:
        for number in (signal.SIGINT, signal.SIGTERM):
            program.got.clear()
            send(to, number)
            print(send.__name__, *program.got)
"""


def test_only_what_is_sent_to_the_command_alone_is_passed_on() -> None:
    command = [sys.executable, "-c", SENDS]
    done = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=True, timeout=60)
    assert done.stdout.splitlines() == ["kill SIGINT", "kill SIGTERM", "killpg", "killpg"] * 2


def test_a_signal_that_comes_before_the_program_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    start = subprocess.Popen

    class Program:
        def __init__(self) -> None:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)

        def send_signal(self, number: int) -> None:
            sent.append(number)

        def wait(self) -> int:
            return 5

    def started(command: list[str], **options: object) -> object:
        return Program() if command[0] == sys.executable else start(command, **options)  # type: ignore[call-overload]

    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(subprocess, "Popen", started)
    assert record_program(["-c", ""]).facts.status == 5
    assert sent == [signal.SIGINT, signal.SIGTERM]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import signal; print(signal.getsignal(signal.SIGINT).name)")
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    code += "from pool_lab.lab.programs.recording import record_program; record_program(['program.py'])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "SIG_IGN\n"
