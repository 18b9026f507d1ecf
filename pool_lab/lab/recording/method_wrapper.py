"""Interposing: somebody else hears first of the calls to a method, on one object only.

    undo = interpose(pool, "submit", hear)        pool.submit(f, 1) becomes hear(submit, f, 1)

Others may do the same to the same object, and undo it in any order. What undoes it does not keep the object alive; the
object and what stands before it know each other, so one that is dropped goes when the garbage collector comes round.
"""

import weakref
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

__all__ = ["interpose"]


def interpose(owner: object, method: str, hear: Callable[..., Any]) -> Callable[[], None]:
    """Have `hear` called with the method and its arguments, in place of the method. Returns what undoes it.

    If somebody else has interposed since, undoing changes nothing: `hear` is called on, and then has only to pass on.
    """
    stand_in = _StandIn(getattr(owner, method), hear, vars(owner).get(method))
    setattr(owner, method, stand_in)
    known, this = weakref.ref(owner), weakref.ref(stand_in)

    def undo() -> None:
        there = known()
        found = None if there is None else vars(there).get(method)
        if isinstance(found, _StandIn) and this() is found:
            found.leave(there, method)

    return undo


class _StandIn:
    def __init__(self, original: Callable[..., Any], hear: Callable[..., Any], before: object) -> None:
        update_wrapper(self, original)  # whoever asks is told the original's name and arguments
        self._original, self._hear = original, hear
        self._before = before  # what stood in the object itself; None if that was the class's method

    def leave(self, owner: object, method: str) -> None:
        """Put back what was there before."""
        if self._before is None:
            delattr(owner, method)
        else:
            setattr(owner, method, self._before)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._hear(self._original, *args, **kwargs)
