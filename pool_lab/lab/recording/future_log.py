"""`LogEntry`: something that was done with a future, and what came of it, as Python prints it.

An entry is written when the question is asked. While it has no answer you can see that its thread still waits.
"""

import threading
import time
import traceback
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Self

__all__ = ["EntryKind", "LogEntry"]


class EntryKind(StrEnum):
    SUBMITTED = "submitted"
    ASKED = "asked"
    ENDED = "ended"
    CALLED_BACK = "called back"


class LogEntry:
    """One entry: the code that ran, and its answer once there is one. `print` shows both."""

    def __init__(
        self, number: int, future: int | None, code: str, changed: Callable[[], None], kind: EntryKind = EntryKind.ASKED
    ) -> None:
        self.number, self.future, self.code, self.kind = number, future, code, kind
        self.thread = threading.current_thread().name
        """The thread in which the code runs, or waits."""
        self.value: Any = None
        self.error: BaseException | None = None
        self.answer = ""
        """The value or the error, as Python prints it; empty while there is none."""
        self.note = ""
        self.answered_at: float | None = None
        """Seconds on `time.perf_counter`, like the times of events."""
        self._changed = changed
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
        """Whether this is a callback that ran."""
        return self.kind is EntryKind.CALLED_BACK

    @property
    def shown(self) -> dict[str, Any]:
        """The entry in plain values, for the page."""
        named = ("number", "future", "code", "thread", "answer", "note", "kind")
        state = {"raised": self.error is not None, "waits": not self._is_answered.is_set()}
        return {**{name: getattr(self, name) for name in named}, **state}

    def ask(self, action: Callable[[], Any]) -> Self:
        """Run the action in this thread. What it returns or raises is the answer."""
        self.thread = threading.current_thread().name
        try:
            self.value = action()
        except BaseException as error:  # a call may raise anything
            return self.failed(error)
        return self.answered(repr(self.value))

    def ask_in_thread(self, action: Callable[[], Any]) -> Self:
        """Run the action in a new thread, and return at once."""
        asking = threading.Thread(target=self.ask, args=(action,), name=f"asker-{self.number}", daemon=True)
        self.thread = asking.name
        asking.start()
        return self

    def answered(self, answer: str) -> Self:
        self.answer, self.answered_at = answer, time.perf_counter()
        self._is_answered.set()
        self._changed()
        return self

    def failed(self, error: BaseException) -> Self:
        self.error = error
        return self.answered(traceback.format_exception_only(error)[-1].strip())

    def add_note(self, note: str) -> None:
        self.note = note
        self._changed()

    def wait(self, timeout: float | None = None) -> Self:
        """Block until there is an answer, at most `timeout` seconds (None: as long as it takes)."""
        self._is_answered.wait(timeout)
        return self
