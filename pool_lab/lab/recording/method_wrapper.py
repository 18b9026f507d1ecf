"""`wrap_method`: a function that gets the calls to a method first, on one object only.

    undo = wrap_method(pool, "submit", wrapper)        pool.submit(f, 1) becomes wrapper(submit, f, 1)

A method can be wrapped several times, and the wrappers undone in any order. `undo` does not keep the object alive. The
object and its wrapper refer to each other, so a dropped object is freed by the garbage collector. A weak reference in
the wrapper would not do: in `ThreadPoolExecutor().submit(f)` nothing else keeps the pool alive until the call.
"""

import weakref
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

__all__ = ["wrap_method"]


def wrap_method(owner: object, method: str, wrapper: Callable[..., Any]) -> Callable[[], None]:
    """Call `wrapper` with the method and its arguments, in place of the method. Returns a function that undoes this.

    If the method was wrapped again since, undoing changes nothing: `wrapper` is still called, and should pass calls on.
    """
    original = getattr(owner, method)
    wrapped = _WrappedMethod(wrapper, original)
    update_wrapper(wrapped, original)  # `inspect` and `help` see the original's name and parameters
    wrapped.before = vars(owner).get(method)
    setattr(owner, method, wrapped)
    known, this = weakref.ref(owner), weakref.ref(wrapped)

    def undo() -> None:
        owner = known()
        found = None if owner is None else vars(owner).get(method)
        if isinstance(found, _WrappedMethod) and this() is found:
            found.undo(owner, method)

    return undo


class _WrappedMethod(partial[Any]):
    """A `partial`, because that adds no frame of Python to a call."""

    before: object
    """What the object itself had; None if the method is its class's."""

    def undo(self, owner: object, method: str) -> None:
        if self.before is None:
            delattr(owner, method)
        else:
            setattr(owner, method, self.before)
