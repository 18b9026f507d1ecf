"""The tests of CPython's suite that are not run against pool_lab, each with its one reason."""

import sys
from typing import NamedTuple

__all__ = ["LEFT_OUT", "LeftOut"]


class LeftOut(NamedTuple):
    """One test method, in all classes that match, from one version of Python on."""

    test: str
    """End of the test's full name; * stands for anything."""
    reason: str
    since: tuple[int, int] = (3, 11)
    may_pass: bool = False
    """Whether it passes now and then. All others must fail: what passes is not to be left out."""
    may_be_missing: bool = False
    """Whether it came with a bug fix, so that not every release of a version has it."""

    @property
    def pattern(self) -> str:
        return f"*.{self.test}"


UNPICKLABLE_CALLS = (
    "counts the processes that the standard pool has started for calls none of which can be pickled; here a worker "
    "whose call could not be sent takes the next one"
)
DROPPED_POOL = "expects queued calls of a dropped pool to fail when its last process is due to be replaced; ours run"
FORCE = "replaces _force_shutdown, a private method behind terminate_workers and kill_workers"
NO_INTERPRETERS = "pool_lab has no pool of interpreters"

ALL = (
    LeftOut(
        "FutureTests.test_exception_with_success",
        "sets private attributes and then wakes who waits through the condition variable that our futures do without",
        may_pass=True,  # after 30 seconds
    ),
    LeftOut("ProcessPool*.test_saturation", UNPICKLABLE_CALLS, may_pass=True),
    LeftOut("ProcessPool*.test_processes_terminate", UNPICKLABLE_CALLS, may_pass=True),
    LeftOut(
        "ProcessPool*.test_cancel_futures",
        "expects that a call has started, however early the shutdown: the standard pool counts as running what waits "
        "in its pipe for a process to be up, and ours cancels all that no worker has started",
        may_pass=True,
    ),
    LeftOut(
        "ProcessPool*.test_max_tasks_per_child_defaults_to_spawn_context",
        "reads the private _mp_context; tests/contract asks the process instead",
    ),
    LeftOut(
        "ProcessPool*.test_python_finalization_error",
        "lets the start of the pool's second thread fail, through a private function of threading; ours has only one",
        since=(3, 13),
    ),
    LeftOut("ProcessPool*.test_terminate_workers", FORCE, since=(3, 14)),
    LeftOut("ProcessPool*.test_kill_workers", FORCE, since=(3, 14)),
    LeftOut("test_interpreter_pool.*", NO_INTERPRETERS, since=(3, 14), may_pass=True),
    LeftOut("InterpreterPool*", NO_INTERPRETERS, since=(3, 14), may_pass=True, may_be_missing=True),
    LeftOut(
        "ProcessPool*.test_traceback_when_child_process_terminates_abruptly",
        "reads a sentence from a private exception; ours is a WorkerDiedError, and says it in other words",
        since=(3, 14),
        may_be_missing=True,
    ),
    LeftOut("ProcessPool*.test_shutdown_no_wait_max_tasks_gh119592", DROPPED_POOL, since=(3, 13), may_be_missing=True),
    LeftOut(
        "ProcessPool*.test_gc_during_max_tasks_worker_exit_gh152967", DROPPED_POOL, since=(3, 13), may_be_missing=True
    ),
    LeftOut(
        "ProcessPool*.test_force_shutdown_during_max_tasks_worker_exit",
        "sets the private _force_shutting_down",
        since=(3, 14),
        may_be_missing=True,
    ),
    LeftOut(
        "ProcessPool*.test_failed_worker_replacement_breaks_pool",
        "replaces the private function that starts a process",
        since=(3, 13),
        may_be_missing=True,
    ),
    LeftOut(
        "FutureTests.test_class_str",
        "asks the classes for the full names of the standard ones",
        since=(3, 15),
        may_be_missing=True,
    ),
)
LEFT_OUT = tuple(each for each in ALL if sys.version_info >= each.since)
