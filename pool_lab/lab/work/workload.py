"""`Workload`: a function and the inputs to call it with. `workloads` has some."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Inputs", "Parameter", "Workload"]

Inputs = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Parameter:
    """Something about a workload that you can vary."""

    name: str
    """The name in Python, as in `varied(calls=96)`."""
    label: str
    """The name on a slider."""
    value: float
    values: tuple[float, ...]
    """The values to choose from, the current one among them."""
    words: Callable[[float], str]
    """A value in words: "50 ms"."""


@dataclass(frozen=True)
class Workload:
    """A function, and the inputs to call it with, once each. For `race` and `sweep`."""

    what: str
    """What all calls do together: "fetch 64 pages"."""
    nature: str
    """What a call spends its time on: "waits, needs no core"."""
    function: Callable[..., Any]
    open: Callable[[], AbstractContextManager[Inputs]]
    """In a `with` block it gives the inputs, and runs what they need, such as a server."""
    parameters: tuple[Parameter, ...] = ()
    remake: Callable[..., "Workload"] | None = field(default=None, repr=False)
    """Makes the workload with other values of its parameters, given by name."""
    waiting: float | None = None
    """The share of its time that a call waits, 0 to 1, if it has a core when it needs one; None if unknown."""

    def __repr__(self) -> str:
        return f"Workload({self.what}: {self.nature})"

    def varied(self, **values: float) -> "Workload":
        """Return the same work with other values of some parameters: `workload.varied(calls=96)`.

        Raises `TypeError` if it has no such parameter.
        """
        known = {parameter.name: parameter.value for parameter in self.parameters}
        if unknown := sorted(values.keys() - known.keys()):
            can = f"you can vary {', '.join(known)}" if known else "it has no parameters"
            raise TypeError(f"no {', '.join(unknown)} to vary in {self!r}: {can}")
        return self if self.remake is None else self.remake(**{**known, **values})

    def longer(self) -> "Workload":
        """The same work with twice as many calls, if their number can be varied."""
        calls = [parameter.value for parameter in self.parameters if parameter.name == "calls"]
        return self.varied(calls=2 * calls[0]) if calls else self

    def differences(self, other: "Workload") -> list[str]:
        """The parameters with other values than in `other`, in words: ["calls 96"]."""
        pairs = zip(self.parameters, other.parameters, strict=True)
        return [
            f"{parameter.label} {parameter.words(parameter.value)}"
            for parameter, old in pairs
            if parameter.value != old.value
        ]
