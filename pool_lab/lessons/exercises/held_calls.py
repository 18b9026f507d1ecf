"""Calls that go on for longer than any right answer waits, to see whether an answer waits for them."""

import threading
from typing import Any

__all__ = ["call_beside_held", "hold"]

HOLD_S = 4.0
"""How long the calls last. The first that ends sets the others free."""

_over = threading.Event()


def hold(*_: object) -> None:
    _over.wait(HOLD_S)
    _over.set()


def call_beside_held(answer: Any, *args: Any) -> tuple[Any, bool]:
    """What the answer returns, and whether it has waited for a call that is held."""
    return answer(*args), _over.is_set()
