"""A question that covers an experiment, as a prediction does."""

from collections.abc import Callable

__all__ = ["Question"]


class Question:
    """Not answered yet, if it is not open. The first `undecided` runs cannot tell what happens."""

    asks = "What happens?"

    def __init__(self, *, is_open: bool = False, undecided: int = 0) -> None:
        self.is_open = is_open
        self.undecided = undecided
        self.evidence: object = None
        self._callbacks: list[Callable[[], None]] = []

    def when_open(self, callback: Callable[[], None], /) -> None:
        if self.is_open:
            callback()
        else:
            self._callbacks.append(callback)

    def skip(self) -> None:
        self.is_open = True
        for callback in self._callbacks:
            callback()

    def doubt(self, evidence: object, /) -> str:
        self.evidence = evidence
        self.undecided -= 1
        return "Other programs ran." if self.undecided >= 0 else ""
