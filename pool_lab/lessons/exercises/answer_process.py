"""The process of an attempt as its parent sees it: it is started, measured, and ended with all that it started.

An answer may start processes that could outlive it: in their own session, or with another parent. They are found
by an environment variable that they inherit. All of them put their temporary files into one folder, which is removed at
the end.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from itertools import islice
from tempfile import TemporaryDirectory
from typing import IO, cast

import psutil  # comes with every kernel

from pool_lab.lessons.exercises import limits
from pool_lab.lessons.exercises.messages import AttemptEnding
from pool_lab.lessons.exercises.sandbox import can_isolate_network

__all__ = ["BAD_REPORT", "AnswerProcess"]

BAD_REPORT = "its report makes no sense"
MARK = "POOL_LAB_ATTEMPT"
CLEAN_UP_S = 5.0
"""How long it may take to end processes that go on starting others."""
PR_SET_CHILD_SUBREAPER = 36


class AnswerProcess:
    """A fresh interpreter that finds the same modules; `-c` gives it a `__main__` that is like a kernel's."""

    def __init__(self, request: bytes, *, sandboxed: bool = False) -> None:
        """In a sandbox it writes only into its folder, reads little more than it needs to run, and has no network.

        This holds as far as the system can do it. No process escapes, but start no other process until this has ended.
        """
        self._older = {child.pid for child in _children()} if sandboxed and _adopt_orphans() else None
        self._mark = uuid.uuid4().hex
        self._folder = TemporaryDirectory(prefix="pool-lab-", ignore_cleanup_errors=True)
        folder = self._folder.name
        environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONFAULTHANDLER": "", MARK: self._mark}
        environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder)
        if sandboxed:
            environment |= {"HOME": folder, "POOL_LAB_PROGRESS": f"{folder}/progress.jsonl"}
        sandbox = folder if sandboxed else ""
        offline = sandboxed and can_isolate_network()
        start = f"from pool_lab.lessons.exercises.child import main; main({sandbox!r}, {offline=})"
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-c", f"import sys; sys.path[:] = {sys.path!r}; {start}"],
            stdin=pipe, stdout=pipe, stderr=pipe, env=environment, cwd=sandbox or None, start_new_session=True,
        )  # fmt: skip
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._stdin, self.reports, self.output = (cast("IO[bytes]", stream) for stream in streams)
        with contextlib.suppress(OSError):  # it has ended already, which `attempt` will notice
            self._stdin.write(request)
            self._stdin.close()

    def takes_too_much(self) -> AttemptEnding | None:
        """Whether there are more processes, more memory is held, or more files are written, than any answer needs."""
        processes = [*self._family()]
        if len(processes) > limits.MOST_PROCESSES:
            return AttemptEnding.CROWD
        if sum(map(_held, processes)) > limits.MOST_MEMORY:
            return AttemptEnding.MEMORY
        sizes = list(islice(_sizes(self._folder.name), limits.MOST_FILES + 1))
        return AttemptEnding.DISK if len(sizes) > limits.MOST_FILES or sum(sizes) > limits.MOST_WRITTEN else None

    def cpu_s(self) -> float:
        """Seconds that the process itself has spent on cores; 0 if it has ended."""
        with contextlib.suppress(psutil.Error):
            return _cpu_s(psutil.Process(self._process.pid))
        return 0.0

    def cpu_s_of_others(self) -> float:
        """The same of all processes that it has started, as far as they live."""
        return sum(_cpu_s(process) for process in self._family() if process.pid != self._process.pid)

    def how_it_went(self) -> str:
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return BAD_REPORT
        return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

    def close(self) -> None:
        """End it and all that it started, for good."""
        if os.name != "nt":
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)  # all at once: none of the group can start another
        deadline = time.monotonic() + CLEAN_UP_S
        while (rest := self._alive()) and time.monotonic() < deadline:
            for process in rest:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(rest, timeout=0.1)
        self._process.wait()
        for orphan in self._adopted():
            with contextlib.suppress(psutil.Error):
                orphan.wait(0)  # it has ended, and its new parent has to reap it
        if self._older is not None:
            _adopt_orphans(yes=False)
        with contextlib.suppress(OSError):
            self._stdin.close()
        self._folder.cleanup()

    def _alive(self) -> list[psutil.Process]:
        """The processes that are left. One that has ended but was not waited for does not count."""
        known = {process.pid: process for process in (*self._family(), *self._marked(), *self._adopted())}
        return [process for process in known.values() if not _has_ended(process)]

    def _family(self) -> Iterator[psutil.Process]:
        """It and its descendants."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self._process.pid)
            yield from (process, *process.children(recursive=True))

    def _marked(self) -> Iterator[psutil.Process]:
        """Processes that inherited the variable, whatever their parent is now."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(MARK) == self._mark:
                    yield process

    def _adopted(self) -> Iterator[psutil.Process]:
        """Processes that have lost the variable and their parent, if orphans come to us."""
        if self._older is not None:
            yield from (child for child in _children() if child.pid not in self._older)


def _sizes(folder: str) -> Iterator[int]:
    """Of all files and folders below. What is removed meanwhile does not count."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                yield entry.stat(follow_symlinks=False).st_size
                if entry.is_dir(follow_symlinks=False):
                    yield from _sizes(entry.path)


def _held(process: psutil.Process) -> int:
    """Bytes of memory that the process holds, without the files that it has mapped."""
    with contextlib.suppress(psutil.Error):
        memory = process.memory_info()
        return int(memory.rss - getattr(memory, "shared", 0))
    return 0


def _cpu_s(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _has_ended(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True


def _children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _adopt_orphans(*, yes: bool = True) -> bool:
    """From now on descendants of this process that lose their parent become its children, where the system can."""
    return sys.platform == "linux" and not ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(yes), 0, 0, 0)
