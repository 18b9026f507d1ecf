"""`PassedOn`: while a program runs for this process, the signals that are sent to this process only are passed on.

    Ctrl-C in a terminal    --> all processes of the group: this one, the program, and `cat`
    kill -INT of this one   --> this process --> the program

The program must not get one Ctrl-C twice: the second would interrupt what it does about the first. But a signal does
not say who else got it. So this process asks another one of the same group, which has done nothing so far.

Windows has no such signals: Ctrl-C in a console reaches both processes, and a process can only be ended.
"""

import signal
import subprocess
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

__all__ = ["PassedOn"]

NUMBERS = (signal.SIGINT, signal.SIGTERM)


class PassedOn:
    """In a `with` block, SIGINT and SIGTERM go to the program, once. Only the main thread can enter it.

    The program starts with Python's own handlers, since functions are not inherited. A signal that this process ignores
    stays ignored, also in the program.
    """

    def __init__(self) -> None:
        self._program: subprocess.Popen[Any] | None = None
        self._group = ProcessGroup()
        self._new: list[int] = []
        """What came, and was not passed on so far."""

    def __enter__(self) -> "PassedOn":
        self._group.join()
        self._before = {
            number: signal.signal(number, self._take)
            for number in NUMBERS
            if signal.getsignal(number) != signal.SIG_IGN
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._group.leave()

    def to(self, program: "subprocess.Popen[Any]") -> None:
        """The program has started."""
        self._program = program
        for number in self._new:
            program.send_signal(number)
        self._new.clear()

    def _take(self, number: int, _: FrameType | None) -> None:
        if sys.platform == "win32" and number == signal.SIGINT:
            return
        self._new.append(number)
        if self._program is None or len(self._new) > 1:  # the program, or the signal that this one interrupts, is next
            return
        while self._new:
            if not self._group.got(self._new[0]):
                self._program.send_signal(self._new[0])
            del self._new[0]


class ProcessGroup:
    """Knows whether all processes in the group of this one got a signal: one of them, `cat`, has ended then.

    Where there are no groups, or no `cat`, it says no.
    """

    def __init__(self) -> None:
        self._cat: subprocess.Popen[bytes] | None = None

    def join(self) -> None:
        if sys.platform != "win32":
            with suppress(OSError):
                self._cat = subprocess.Popen(["cat"], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def leave(self) -> None:
        """Block until the other process has ended."""
        if self._cat is not None:
            self._cat.kill()
            with self._cat:
                self._cat = None

    def got(self, number: int) -> bool:
        """Whether the group got this signal. Blocks until the other process has answered, or has ended."""
        if self._cat is None or _answers(self._cat):
            return False
        status = self._cat.wait()
        self.leave()
        self.join()
        return status == -number


def _answers(cat: "subprocess.Popen[bytes]") -> bool:
    """Whether it echoes a letter. A signal that it got before takes effect before it can read the letter."""
    assert cat.stdin is not None
    assert cat.stdout is not None
    with suppress(BrokenPipeError):
        cat.stdin.write(b"?")
    return cat.stdout.read(1) == b"?"
