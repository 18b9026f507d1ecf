"""The process that runs one attempt: it listens to all pools, runs the answer, and reports.

Its standard output is the channel to its parent. What the answer prints goes, with its errors, to standard error, also
from processes that its pools start.
"""

import io
import os
import pickle
import sys
import threading
import traceback
from typing import Any

from pool_lab.lab.recording.every_pool import on_new_pools
from pool_lab.lessons.exercises.attempt import Setup
from pool_lab.lessons.exercises.deadlock import Watchdog
from pool_lab.lessons.exercises.limits import LARGEST_FILE, MOST_RESERVED
from pool_lab.lessons.exercises.messages import AttemptEnding, packed
from pool_lab.lessons.exercises.reporter import Reporter
from pool_lab.lessons.exercises.sandbox import isolate_files, isolate_network
from pool_lab.lessons.exercises.starter import functions_of

__all__ = ["main", "watch"]

NEEDED = ("/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/sys", "/dev", sys.prefix, sys.base_prefix)
"""What has to be read to run Python, besides the modules."""


def main(sandbox: str = "", *, offline: bool = False) -> None:
    """In a sandbox, which is a folder, files can be written only there. Offline, there is no network."""
    channel = io.FileIO(os.dup(1), "wb")
    os.dup2(2, 1)
    request = sys.stdin.buffer.read()
    _limit("RLIMIT_AS", MOST_RESERVED)
    _limit("RLIMIT_FSIZE", LARGEST_FILE)
    if offline:
        isolate_network()
    if sandbox:
        isolate_files([*NEEDED, *filter(None, sys.path)], [sandbox, "/dev/null", "/dev/shm"])
    perform(channel, *pickle.loads(request))


def perform(channel: io.FileIO, setup: Setup, answer: Any) -> None:
    """Run the answer, and end the process."""
    reporter = Reporter(channel, setup.most_calls, [function.__code__ for function in functions_of(answer)])
    _listen_to_all_pools(reporter)
    _look_like_a_notebook(answer)
    watchdog = Watchdog(reporter, threading.get_ident())
    watchdog.start()
    watchdog.is_awake.wait()
    arguments = setup.given()
    reporter.given = False
    try:
        result = packed(setup.run(answer, *arguments))
    except BaseException as error:
        text = "".join(traceback.format_exception_only(error)).strip()
        lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if reporter.is_of_answer(frame)]
        reporter.end(AttemptEnding.RAISED, error=text, line=lines[-1] if lines else 0)
    else:
        reporter.end(AttemptEnding.RETURNED, result)


_reporter: Reporter | None = None


def watch(executor: Any, *, in_threads: bool = True) -> None:
    """Listen to an executor that is not a pool of ours or of the standard library: one that a learner wrote."""
    if _reporter is not None:
        _reporter.opened(executor, in_threads=in_threads)


def _listen_to_all_pools(reporter: Reporter) -> None:
    global _reporter  # noqa: PLW0603  # one process, one attempt
    _reporter = reporter
    on_new_pools(reporter.opened)


def _look_like_a_notebook(answer: Any) -> None:
    """Put the answer and its globals where a forked worker looks for them: in `__main__`, as in a kernel.

    The answer finds itself under its name, too. In its cell it is checked before it has one.
    """
    main = vars(sys.modules["__main__"])
    named = {answer.__name__: answer} if hasattr(answer, "__name__") else {}
    for function in functions_of(answer):
        function.__globals__.update(named)
        main.update({name: value for name, value in function.__globals__.items() if not name.startswith("__")})
    main.update(named)


def _limit(name: str, most: int) -> None:
    """Lower a limit for good: a process that has a low one cannot raise it again."""
    try:
        import resource  # not on Windows

        which = getattr(resource, name)
        _, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (most, most))
    except (ImportError, AttributeError, OSError, ValueError):
        return
