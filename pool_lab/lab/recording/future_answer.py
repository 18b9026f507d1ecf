"""`Line`: what somebody asked a future, how a call was ended, how a future called somebody back; and what came of it.

Answers are as Python prints them. A line is written when the question is asked, so one that waits can be seen to wait.
"""

import threading
import time
import traceback
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Self

__all__ = ["Line", "LineKind"]


class LineKind(StrEnum):
    SUBMITTED = "submitted"
    ASKED = "asked"
    ENDED = "ended"
    CALLED_BACK = "called back"


class Line:
    """One line, and its answer once there is one."""

    def __init__(
        self, number: int, future: int | None, code: str, written: Callable[[], None], kind: LineKind = LineKind.ASKED
    ) -> None:
        self.number, self.future, self.code, self.kind = number, future, code, kind
        self.thread = threading.current_thread().name
        """The thread in which it runs, or waits."""
        self.value: Any = None
        self.error: BaseException | None = None
        self.answer = ""
        """The value or the error, as Python prints it; empty while it is waited for."""
        self.note = ""
        self.answered_at: float | None = None
        """Seconds on `time.perf_counter`, like the times of events."""
        self._written = written
        self._is_answered = threading.Event()

    def __repr__(self) -> str:
        if not self._is_answered.is_set():
            return f"{self.code} waits"
        note = f" ({self.note})" if self.note else ""
        if self.error is not None:
            return f"{self.code} raised {self.answer}{note}"
        return f"{self.code} ran in {self.thread}" if self.called_back else f"{self.code} → {self.answer}"

    @property
    def called_back(self) -> bool:
        return self.kind is LineKind.CALLED_BACK

    @property
    def shown(self) -> dict[str, Any]:
        """The line in plain values, for the page."""
        named = ("number", "future", "code", "thread", "answer", "note", "kind")
        came = {"raised": self.error is not None, "waits": not self._is_answered.is_set()}
        return {**{name: getattr(self, name) for name in named}, **came}

    def ask(self, action: Callable[[], Any]) -> Self:
        """Do it in this thread, and write down what it returns or raises."""
        self.thread = threading.current_thread().name
        try:
            self.value = action()
        except BaseException as error:  # a call may raise whatever it likes
            return self.failed(error)
        return self.answered(repr(self.value))

    def ask_in_its_own_thread(self, action: Callable[[], Any]) -> Self:
        """The same for what may take its time: returns at once."""
        asking = threading.Thread(target=self.ask, args=(action,), name=f"asker-{self.number}", daemon=True)
        self.thread = asking.name
        asking.start()
        return self

    def answered(self, answer: str) -> Self:
        self.answer, self.answered_at = answer, time.perf_counter()
        self._is_answered.set()
        self._written()
        return self

    def failed(self, error: BaseException) -> Self:
        self.error = error
        return self.answered(traceback.format_exception_only(error)[-1].strip())

    def add_note(self, note: str) -> None:
        self.note = note
        self._written()

    def wait(self, timeout: float | None = None) -> Self:
        """Block until it is answered, at most `timeout` seconds (None: as long as it takes)."""
        self._is_answered.wait(timeout)
        return self
