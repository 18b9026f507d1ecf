"""`Work`: what a call spends its time on, for a pool that only simulates it.

Work(python=0.2)                        0.2 s on a core, holding the GIL
Work(released=0.2)                      the same in C code that has released the GIL
Work(wait=0.2)                          0.2 s of waiting, which needs no core
Work(wait=exponential(0.2))             a new length for each call
Work(wait=0.2) + Work(python=0.01)      one after the other
Work(wait=0.2, function=parse)          also calls `parse`, when the call starts
"""

import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from random import Random
from typing import Any

from pool_lab.lab.model.checks import finite
from pool_lab.lab.model.clock import CORE, PYTHON, WAIT, Step
from pool_lab.lab.model.lengths import Length, mean_of

__all__ = ["Work"]

NAMES = {PYTHON: "python", CORE: "released", WAIT: "wait"}
_BLOCK = bytes(1 << 16)  # hashing it takes some 50 microseconds, without the GIL


class Work:
    """Describes one call. It spends its lengths in the order of the arguments; `+` puts two works in a row.

    Lengths are seconds, or distributions from which each call draws its own. `sends` and `returns` are the bytes that
    the pickled arguments and the pickled result take; they count in pools of processes.

    A work can be called for real, too: on another executor, to compare. Then it spends its time in the thread that
    calls it (the mean, of a distribution), and `sends` is for the arguments to bring.
    """

    __slots__ = ("function", "is_random", "phases", "returns", "sends")

    def __init__(
        self,
        python: Length = 0.0,
        released: Length = 0.0,
        wait: Length = 0.0,
        *,
        sends: float = 0,
        returns: float = 0,
        function: Callable[..., Any] | None = None,
    ) -> None:
        if function is not None and not callable(function):
            raise TypeError(f"function must be callable or None, got {function!r}")
        given = ((PYTHON, python), (CORE, released), (WAIT, wait))
        phases = ((how, length if callable(length) else finite(NAMES[how], length)) for how, length in given)
        self._fill(phases, finite("sends", sends), finite("returns", returns), function)

    def _fill(
        self,
        phases: Iterable[tuple[int, Length]],
        sends: float,
        returns: float,
        function: Callable[..., Any] | None,
    ) -> "Work":
        self.phases = tuple((how, length) for how, length in phases if length)
        self.sends, self.returns, self.function = sends, returns, function
        self.is_random = any(callable(length) for _, length in self.phases)
        return self

    def __repr__(self) -> str:
        said = [f"{NAMES[how]}={length if callable(length) else format(length, 'g')}" for how, length in self.phases]
        said += [f"{name}={getattr(self, name):g}" for name in ("sends", "returns") if getattr(self, name)]
        return f"Work({', '.join(said)})"

    def __add__(self, other: "Work") -> "Work":
        """First this, then the other. Bytes add up. At most one of them may have a function."""
        if not isinstance(other, Work):
            return NotImplemented
        if self.function and other.function:
            raise ValueError(f"only one part of a work may have a function; got {self.function} and {other.function}")
        sends, returns = self.sends + other.sends, self.returns + other.returns
        return _work(self.phases + other.phases, sends, returns, self.function or other.function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Spend the time for real, in this thread. Returns the function's result, or that many bytes, or None."""
        result = None if self.function is None else self.function(*args, **kwargs)
        for how, length in self.phases:
            _SPEND[how](mean_of(length))
        return bytes(round(self.returns)) if self.function is None and self.returns else result

    def __reduce__(self) -> tuple[Any, ...]:
        return _work, (self.phases, self.sends, self.returns, self.function)

    def draw(self, random: Random) -> "Work":
        """One such call, with lengths drawn from the distributions."""
        if not self.is_random:
            return self
        drawn = Work.__new__(Work)  # by hand: a simulation does this for each call
        drawn.phases = tuple([(how, length(random) if callable(length) else length) for how, length in self.phases])
        drawn.sends, drawn.returns, drawn.function, drawn.is_random = self.sends, self.returns, self.function, False
        return drawn

    @property
    def steps(self) -> tuple[Step, ...]:
        """What a task of a `Clock` yields for it; for a distribution, its mean."""
        return tuple((how, mean_of(length)) for how, length in self.phases) if self.is_random else self.phases  # type: ignore[return-value]

    @property
    def cpu_s(self) -> float:
        """Seconds on a core, with the GIL or without; for a distribution, its mean."""
        return sum([seconds for how, seconds in self.steps if how != WAIT])


def _work(phases: Any, sends: float, returns: float, function: Callable[..., Any] | None) -> Work:
    return Work.__new__(Work)._fill(phases, sends, returns, function)


def _compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        for _ in range(100):
            pass


def _compute_in_c(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sha256(_BLOCK)


_SPEND = {PYTHON: _compute, CORE: _compute_in_c, WAIT: time.sleep}
