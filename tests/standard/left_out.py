"""The tests of CPython's suite that are not run against pool_lab, each with its one reason."""

import sys
from typing import NamedTuple

__all__ = ["LEFT_OUT", "LeftOut"]


class LeftOut(NamedTuple):
    """One test method, in all classes that match, from one version of Python on."""

    test: str
    """End of the test's full name; * stands for anything."""
    reason: str
    fails_with: str | None
    """Part of the words with which it fails, so that it is known to fail for its reason; None: it may pass."""
    since: tuple[int, int] = (3, 11)
    may_be_missing: bool = False
    """Whether it came with a bug fix, so that not every release of a version has it."""

    @property
    def pattern(self) -> str:
        return f"*.{self.test}"


DROPPED_POOL = (
    "expects calls to be lost: those that a dropped pool has queued when its last process has made its "
    "max_tasks_per_child. The standard pool can start no other then; the documentation of shutdown says that pending "
    "calls are still made, and ours makes them (tests/library/test_max_tasks.py)"
)
FORCE = (
    "looks whether the private _force_shutdown is called; tests/contract sees that terminate_workers and kill_workers "
    "end the processes"
)
NO_INTERPRETERS = "pool_lab has no pool of interpreters"

ALL = (
    LeftOut(
        "FutureTests.test_exception_with_success",
        "sets the private _state and _exception, and then wakes who waits through the condition variable that our "
        "futures do without; whoever waits for half a minute finds them",
        fails_with=None,
    ),
    LeftOut(
        "ProcessPool*.test_saturation",
        "looks at the private _processes only: how many there are after calls none of which can be pickled, so that "
        "none is made and nothing else can be seen of them. Here a process whose call could not be sent takes the "
        "next, so there may be fewer. For calls that are made tests/library sees as many processes as calls",
        fails_with=None,
    ),
    LeftOut(
        "ProcessPoolFork*.test_processes_terminate",
        "looks at the private _processes only, for calls that cannot be pickled: with fork the standard pool starts "
        "all its processes with its first call, ours those that it needs; with forkserver see test_saturation",
        fails_with=None,
    ),
    LeftOut("ProcessPoolSpawn*.test_processes_terminate", "see test_saturation", fails_with=None),
    LeftOut(
        "ProcessPool*.test_python_finalization_error",
        "has a private function of threading refuse to start the standard pool's second thread; ours has only one, so "
        "that the calls are made, which the test gives too few arguments",
        "mul() missing 1 required positional argument",
        since=(3, 13),
    ),
    LeftOut("ProcessPool*.test_terminate_workers", FORCE, "Expected 'mock' to be called once", since=(3, 14)),
    LeftOut("ProcessPool*.test_kill_workers", FORCE, "Expected 'mock' to be called once", since=(3, 14)),
    LeftOut("test_interpreter_pool.*", NO_INTERPRETERS, fails_with=None, since=(3, 14)),
    LeftOut("InterpreterPool*", NO_INTERPRETERS, fails_with=None, since=(3, 14), may_be_missing=True),
    LeftOut(
        "ProcessPool*.test_traceback_when_child_process_terminates_abruptly",
        "asks for a private class of exceptions and reads its private attribute; ours is a WorkerDiedError, and says "
        "the same in other words",
        "is not an instance of",
        since=(3, 14),
        may_be_missing=True,
    ),
    LeftOut(
        "ProcessPool*.test_shutdown_no_wait_max_tasks_gh119592",
        DROPPED_POOL,
        "BrokenProcessPool not raised",
        since=(3, 13),
        may_be_missing=True,
    ),
    LeftOut(
        "ProcessPool*.test_gc_during_max_tasks_worker_exit_gh152967",
        DROPPED_POOL,
        "BrokenProcessPool not raised",
        since=(3, 13),
        may_be_missing=True,
    ),
    LeftOut(
        "ProcessPool*.test_force_shutdown_during_max_tasks_worker_exit",
        "sets the private _force_shutting_down; tests/library calls terminate_workers and kill_workers",
        "BrokenProcessPool not raised",
        since=(3, 13),
        may_be_missing=True,
    ),
    LeftOut(
        "ProcessPool*.test_failed_worker_replacement_breaks_pool",
        "replaces the private function with which the standard pool starts a process; tests/library replaces ours",
        "BrokenProcessPool not raised",
        since=(3, 13),
        may_be_missing=True,
    ),
    LeftOut(
        "FutureTests.test_class_str",
        "asks the classes for the full names of the standard ones",
        "concurrent.futures",
        since=(3, 15),
        may_be_missing=True,
    ),
)
LEFT_OUT = tuple(each for each in ALL if sys.version_info >= each.since)
