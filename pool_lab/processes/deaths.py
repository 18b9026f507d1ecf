"""What is said of a worker that has ended, and to the calls that ended with it."""

import signal

from pool_lab.call import Call, name_of
from pool_lab.errors import BrokenProcessPool

__all__ = ["broken", "manner", "occupation", "timed_out"]


def manner(exitcode: int) -> str:
    """How a process ended."""
    if exitcode >= 0:
        return f"exited with code {exitcode}"
    try:
        return f"was killed by {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"was killed by signal {-exitcode}"


def occupation(call: Call | None, *, is_up: bool) -> str:
    """What the worker was doing."""
    if call is not None:
        return f"while it ran call {call.number}, {name_of(call.function)}"
    if is_up:
        return "while it was idle"
    return "while it was starting (a script that makes processes must do so under `if __name__ == '__main__':`)"


def timed_out(call: Call, task_timeout: float) -> TimeoutError:
    text = f"call {call.number}, {name_of(call.function)}, ran longer than the task_timeout of {task_timeout} seconds"
    return TimeoutError(f"{text} and was stopped")


def broken(reason: str, cause: BaseException | None) -> BrokenProcessPool:
    error = BrokenProcessPool(f"the process pool is not usable any more: {reason}")
    error.__cause__ = cause
    return error
