"""The tests of CPython's suite that are not run against pool_lab, each with its one reason."""

import sys
from typing import NamedTuple

__all__ = ["LEFT_OUT", "LeftOut"]


class LeftOut(NamedTuple):
    """One test method, in all classes that match, from one version of Python to another."""

    test: str
    """End of the test's full name; * stands for anything."""
    reason: str
    since: tuple[int, int] = (3, 11)
    until: tuple[int, int] = (4, 0)
    may_pass: bool = False
    """Whether it passes now and then. All others must fail: what passes is not to be left out."""

    @property
    def is_there(self) -> bool:
        """Whether the running Python's suite should have it."""
        return self.since <= sys.version_info < self.until

    @property
    def pattern(self) -> str:
        return f"*.{self.test}"


UNPICKLABLE_CALLS = (
    "counts the processes that the standard pool has started for calls none of which can be pickled; here a worker "
    "whose call could not be sent takes the next one"
)
DROPPED_POOL = (
    "expects the queued calls of a dropped pool to fail when its last process is due to be replaced; ours run"
)
FORCE = "calls or replaces _force_shutdown, a private method behind terminate_workers and kill_workers"

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
)
LEFT_OUT = tuple(each for each in ALL if each.is_there)
