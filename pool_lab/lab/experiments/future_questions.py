"""`Inquiry`: futures that are followed, what they are asked, and what came of it. Shows nothing.

Nothing here blocks: `result` and `exception` wait in threads of their own.
"""

import concurrent.futures
import itertools
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from pool_lab.events import Event, name_of
from pool_lab.future import AnyFuture
from pool_lab.lab.experiments.logged_callbacks import Callback, Diverted, broken
from pool_lab.lab.recording.future_answer import Line, LineKind
from pool_lab.lab.recording.recorder import Recorder
from pool_lab.lab.recording.tracked_future import STATES, FutureTrace, Life

__all__ = ["SETTLES_S", "Inquiry", "Which"]

T = TypeVar("T")
Which = int | str | AnyFuture[Any]
"""A future of the inquiry: its number, its name, or itself."""

SETTLES_S = 10.0
"""How long what is about to happen may take, before the cell goes on without it."""


class Inquiry:
    """All methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards the next two
        self._lives: list[Life] = []
        self._lines: list[Line] = []
        self._recorder = Recorder(0)
        self._diverted = Diverted()
        self._notes = itertools.count(1)
        self._is_open = True

    def add(self, future: AnyFuture[Any], name: str = "") -> None:
        """Inspect a future of your own."""
        self._inspect(future, name)

    def wait_for(self, which: Which, state: str, timeout: float = SETTLES_S) -> Life:
        """Block until a future has been in the state; its way there. `TimeoutError` after `timeout` seconds."""
        life = self._life(which)
        if state not in STATES:
            raise ValueError(f"there is no state {state!r}; there are {', '.join(STATES)}")
        if not life.wait_for(state, timeout):
            raise TimeoutError(f"{life.name} was not {state} within {timeout} seconds; it is {life.state}")
        return life

    # What a future is asked

    def cancel(self, which: Which) -> Line:
        return self._ask(which, "cancel()", lambda future: future.cancel())

    def cancelled(self, which: Which) -> Line:
        return self._ask(which, "cancelled()", lambda future: future.cancelled())

    def running(self, which: Which) -> Line:
        return self._ask(which, "running()", lambda future: future.running())

    def done(self, which: Which) -> Line:
        return self._ask(which, "done()", lambda future: future.done())

    def result(self, which: Which, timeout: float | None = None) -> Line:
        """Ask for the result. Does not block: what it returned or raised is in the line once it is known."""
        return self._ask_patiently(which, "result", timeout)

    def exception(self, which: Which, timeout: float | None = None) -> Line:
        """Ask for the exception, in the same way."""
        return self._ask_patiently(which, "exception", timeout)

    def add_done_callback(self, which: Which, callback: Callback | None = None) -> Line:
        """Have `callback(future)` called, and a line written when it is: by default one that does nothing else."""
        life = self._life(which)
        name = f"note_{next(self._notes)}" if callback is None else name_of(callback)
        has_run = life.expect_callback()
        called_back = partial(self._call_back, life, name, callback, has_run)
        return self._ask(
            life.number, f"add_done_callback({name})", lambda future: future.add_done_callback(called_back)
        )

    broken = staticmethod(broken)

    def called_back(self, which: Which) -> list[Line]:
        """The lines of the callbacks that ran, after all have that were added to a future that is done."""
        life = self._life(which)
        life.wait_for_callbacks(SETTLES_S)
        return [line for line in self.lines if line.future == life.number and line.called_back]

    # What has been found out

    @property
    def futures(self) -> tuple[AnyFuture[Any], ...]:
        return tuple(life.future for life in self._lives)

    @property
    def lives(self) -> tuple[Life, ...]:
        return tuple(self._lives)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What was asked and answered, and which callbacks ran."""
        return tuple(self._lines)

    @property
    def trace(self) -> FutureTrace:
        """What has happened to the futures; a call's number is that of its future here."""
        return FutureTrace(self._recorder.trace.events, self.lives, self.lines)

    # Inside

    def _inspect(self, future: AnyFuture[Any], name: str) -> None:
        if not isinstance(future, concurrent.futures.Future):
            raise TypeError(f"only a future of concurrent.futures can be inspected; got {future!r}")
        with self._lock:
            life = Life(len(self._lives), self._free_name(name), future, self._hear)
            life.follow()
            self._lives.append(life)
        self._changed()

    def _free_name(self, wish: str) -> str:
        """The wish, numbered if it is taken; without one the next letter."""
        taken = {life.name for life in self._lives}
        letters = (chr(ord("A") + number % 26) * (number // 26 + 1) for number in itertools.count(len(taken)))
        choices = itertools.chain([wish], (f"{wish}_{number}" for number in itertools.count(2))) if wish else letters
        return next(name for name in choices if name not in taken)

    def _life(self, which: Which) -> Life:
        for life in self.lives:
            if which is life.future or (not isinstance(which, bool) and which in (life.name, life.number)):
                return life
        names = ", ".join(repr(life.name) for life in self.lives) or "none yet"
        raise LookupError(f"there is no future {which!r} here; there are {names}")

    def _ask(self, which: Which, question: str, action: Callable[[AnyFuture[Any]], Any]) -> Line:
        life = self._life(which)
        return self.write(f"{life.name}.{question}", life.number).ask(lambda: action(life.future))

    def _ask_patiently(self, which: Which, method: str, timeout: float | None) -> Line:
        life = self._life(which)
        line = self.write(f"{life.name}.{method}({'' if timeout is None else f'timeout={timeout:g}'})", life.number)
        question = getattr(life.future, method)
        if life.future.done():
            return line.ask(partial(question, timeout))
        patiently = partial(self._wait, life, question) if timeout is None else partial(question, timeout)
        return line.ask_in_its_own_thread(patiently)

    def _wait(self, life: Life, question: Callable[[float], T]) -> T:
        """Ask without an end, but not for longer than the inspector is open: a future of yours may never be done."""
        while self._is_open and not life.future.done():
            with suppress(TimeoutError):
                return question(0.5)
        return question(0)

    def _call_back(
        self, life: Life, name: str, callback: Callback | None, has_run: threading.Event, future: AnyFuture[Any]
    ) -> None:
        line = self.write(f"{name}({life.name})", life.number, LineKind.CALLED_BACK)
        line.ask(lambda: None if callback is None else callback(future))
        if callback is broken and line.error is not None:
            self._diverted.expect(line.error, line.add_note)
        has_run.set()
        if line.error is not None:
            raise line.error

    def write(self, code: str, future: int | None = None, kind: LineKind = LineKind.ASKED) -> Line:
        """Begin a line."""
        with self._lock:
            line = Line(len(self._lines), future, code, self._changed, kind)
            self._lines.append(line)
        self._changed()
        return line

    def _hear(self, events: Sequence[Event]) -> None:
        for happened in events:
            self._recorder(happened)
        self._changed()

    def _changed(self) -> None:
        """A future has gone on, or a line was written; in the thread in which that happened."""
