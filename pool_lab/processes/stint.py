"""In a worker: a stint whose inputs have come in one message, and whose outcomes go home in one.

That pays as long as the calls are short. One that is not must keep neither the results of those before it nor the turns
of those after it. So when a stint takes long, the steward sends home what is done, and gives back what is not begun:

    stint    | done | done | running | not begun | not begun
    PART     results of these 2                  the last 2 are to be done elsewhere
"""

from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from pool_lab.stint import Stint

from .messages import dumps_outcomes
from .posting import post
from .replies import NO_WORKTIME, Reply, ReplyKind
from .steward import Steward

__all__ = ["PackedStint", "StintWork", "made"]


class PackedStint:
    """A stint on its way to a worker: what arrives is a `Stint`.

    All first arguments travel in a row, then all second ones: that is less to pickle than a tuple for each call.
    """

    def __init__(self, function: Callable[..., Any], inputs: list[Any], *, is_spread: bool) -> None:
        self.function = function
        self.columns = tuple(zip(*inputs, strict=True)) if is_spread else (inputs,)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpacked, (self.function, self.columns)


def _unpacked(function: Callable[..., Any], columns: Sequence[Sequence[Any]]) -> Stint:
    if len(columns) == 1:
        return Stint(function, columns[0], is_spread=False)
    return Stint(function, zip(*columns, strict=True), is_spread=True)


class StintWork:
    """A stint that is being made."""

    def __init__(self, stint: Stint, number: int, connection: "Connection[bytes, bytes]") -> None:
        self.at = number
        self._stint = stint
        self._connection = connection

    def send_part(self) -> None:
        stint = self._stint
        _, given_back = stint.take_back(stint.waiting)
        _, values, errors = stint.collect()
        if given_back or values:
            part = dumps_outcomes(values, errors, stint.function, len(given_back))
            post(Reply(ReplyKind.PART, self.at, NO_WORKTIME, part), self._connection)


def made(stint: Stint, number: int, steward: Steward, connection: "Connection[bytes, bytes]") -> bytes:
    """Make the calls. The outcomes that the steward has not sent, pickled."""
    steward.begin(StintWork(stint, number, connection))
    try:
        stint.run()
    finally:
        steward.end()
    _, values, errors = stint.collect()
    return dumps_outcomes(values, errors, stint.function)
