"""`inspect_futures`: the state diagram with live futures in it, and calls that end when you say so.

    lab = inspect_futures(ThreadPoolExecutor(max_workers=2))
    lab

Whatever a button does, a method of the same name does as well. None of them blocks: `result` and `exception` wait in
threads of their own, and can be seen to wait. The pool is only used; whoever made it shuts it down. Before a `shutdown`
that waits, all calls are ended that wait for a button: nobody could press one in the meantime.
"""

import concurrent.futures
import itertools
import reprlib
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Self, TypeVar

from pool_lab.call import name_of
from pool_lab.events import Event
from pool_lab.future import FINISHED, RUNNING, AnyFuture
from pool_lab.lab.answers import Line, LineKind
from pool_lab.lab.callbacks import Callback, Diverted, broken
from pool_lab.lab.cells import replace_what_this_cell_made
from pool_lab.lab.controls import COVER, Gate
from pool_lab.lab.exhibit import Exhibit, Still, someone_is_there
from pool_lab.lab.following import STATES, FutureTrace, Life
from pool_lab.lab.holding import Hold, Holds, Outcome, before_shutdown
from pool_lab.lab.kinds import kind_of
from pool_lab.lab.recording import Recorder
from pool_lab.lab.state_diagram import draw_states

__all__ = ["FutureInspector", "inspect_futures"]

T = TypeVar("T")
Which = int | str | AnyFuture[Any]
"""A future of the inspector: its number, its name, or itself."""

MOST_NAMED = 6
"""Of more futures the summary only says how many are in each state."""
SETTLES_S = 10.0
"""How long a call that was told how to end may take for it, before the cell goes on without it."""


def inspect_futures(
    executor: concurrent.futures.Executor | None = None, /, *, after: Gate | None = None, **futures: AnyFuture[Any]
) -> "FutureInspector":
    """Put futures under inspection: those that `submit` of the inspector makes in the executor, and yours, by name.

    As the last line of a cell it shows itself, with buttons; where nobody is there to press them, its methods do the
    same. Futures may be of any executor of `concurrent.futures`. `after` keeps it covered until it opens.
    """
    if executor is not None and not isinstance(executor, concurrent.futures.Executor):
        raise TypeError(f"calls can be submitted to an executor only; got {executor!r}")
    return FutureInspector(executor, futures, after)


class FutureInspector(Exhibit):
    """Futures under inspection. All methods may be called from any thread."""

    def __init__(
        self, executor: concurrent.futures.Executor | None, futures: Mapping[str, AnyFuture[Any]], gate: Gate | None
    ) -> None:
        super().__init__()
        self._executor = executor
        self._name = "" if executor is None else type(executor).__name__
        self.kind = "other" if executor is None else kind_of(type(executor)).name
        self._lock = threading.Lock()  # guards the next two
        self._lives: list[Life] = []
        self._lines: list[Line] = []
        self._recorder = Recorder(0)
        self._holds = Holds()
        self._diverted = Diverted()
        self._notes = itertools.count(1)
        self._shown_lines = 0  # those that a display has shown already
        self._is_open = True
        self._drawn: list[tuple[str, ...]] = []  # the states in the still that was left last
        self._unlink: Callable[[], object] = lambda: None
        if executor is not None:
            self._unlink = before_shutdown(executor, self._before_shutdown)
        for name, future in futures.items():
            self.add(future, name)
        replace_what_this_cell_made(self)
        if someone_is_there():
            self._make_view()
        if gate is not None:
            self.after(gate)

    def __repr__(self) -> str:
        return f"FutureInspector({self._name or 'your futures'})"

    # What is submitted, and how it ends

    def submit(self, call: Callable[..., T] | str = "", /, *args: Any, **kwargs: Any) -> AnyFuture[Any]:
        """Submit a call to the executor and inspect its future, which is returned.

        Without a function it is a call that runs until `finish` or `fail` says how it ends; it may be given a name.
        """
        hold = None if callable(call) else self._holds.new(self._free_name(call))
        function = call if callable(call) else hold
        assert function is not None
        code = f"pool.submit({', '.join([name_of(function), *map(repr, args)])})"
        line = self.write(code, kind=LineKind.SUBMITTED).ask(partial(self._submit, function, args, kwargs, hold))
        if line.error is not None:
            raise line.error
        future: AnyFuture[Any] = line.value
        return future

    def add(self, future: AnyFuture[Any], name: str = "") -> None:
        """Inspect a future of your own."""
        self._inspect(future, name)

    def finish(self, which: Which, value: Any = None) -> Line:
        """Have a call return the value: now, or as soon as it starts. Comes back when a call that runs has ended.

        The first word counts. `RuntimeError` if it is a call of a function of yours: that ends by itself.
        """
        return self.end(which, f"return {value!r}", Outcome(value))

    def fail(self, which: Which, error: BaseException | None = None) -> Line:
        """Have a call raise the exception, by default a `ValueError`, in the same way."""
        error = ValueError("as you wished") if error is None else error
        return self.end(which, f"raise {error!r}", Outcome(error=error))

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

    # What there is to see

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

    def summary(self) -> str:
        lives = self.lives
        if not lives:
            return "No future yet."
        if len(lives) > MOST_NAMED:
            counts = {state: sum(life.state == state for life in lives) for state in STATES}
            return f"{len(lives)} futures: {', '.join(f'{count} {state}' for state, count in counts.items() if count)}."
        return f"{', '.join(map(_standing, lives))}."

    def claim(self) -> str:
        """Where the futures are, and what was asked since the last display."""
        return "\n".join([self.summary(), *map(repr, self._unshown())])

    def after(self, gate: Gate) -> Self:
        """Stay covered until the gate opens. As the last line of a cell it shows itself once more."""
        if self.view is not None and not gate.is_open:
            self.view.cover = COVER
            gate.when_open(lambda: self.view.set_trait("cover", ""))
        return self

    def figure(self) -> Still:
        still = Still()
        still.title, still.alt = "states of futures", self.summary()
        draw_states(still, self.lives, self.kind, still.alt)
        return still

    def close(self) -> None:
        """End all calls that wait for a button, and look on no longer. The pool goes on. May be called again."""
        self._is_open = False
        self._holds.close()
        self._unlink()
        self._executor = None
        if self.view is not None:
            self.view.end()

    def _shows_a_still(self) -> bool:
        return self._at_rest or (self.view is None and bool(self._lives))

    # Inside

    def _submit(self, function: Callable[..., T], args: Any, kwargs: Any, hold: Hold | None) -> AnyFuture[T]:
        if self._executor is None:
            closed = "this inspector was closed" if not self._is_open else "there is no executor to submit to"
            raise RuntimeError(f"{closed}: make one with inspect_futures(executor)")
        future: AnyFuture[T] = self._executor.submit(function, *args, **kwargs)
        self._inspect(future, name_of(function), hold)
        return future

    def _inspect(self, future: AnyFuture[Any], name: str, hold: Hold | None = None) -> None:
        if not isinstance(future, concurrent.futures.Future):
            raise TypeError(f"only a future of concurrent.futures can be inspected; got {future!r}")
        with self._lock:
            life = Life(len(self._lives), self._free_name(name), future, self._hear, hold)
            life.follow()
            self._lives.append(life)
        self._tell_view()

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

    def end(self, which: Which, code: str, outcome: Outcome, *, settles_s: float = SETTLES_S) -> Line:
        """What `finish` and `fail` do; `code` says it in words."""
        life = self._life(which)
        if life.hold is None:
            raise RuntimeError(f"cannot have the call {life.name} {code}: it is not one of those that wait for you")
        line = self.write(f"{life.name}: {code}", life.number, LineKind.ENDED)
        if not life.can_be_ended:
            return line.answered(f"too late, it is {life.state}")
        was_running = life.state == RUNNING
        life.hold.tell(outcome)
        if was_running and settles_s:
            life.wait_for(FINISHED, settles_s)
        return line.answered(life.state if settles_s else "")

    def write(self, code: str, future: int | None = None, kind: LineKind = LineKind.ASKED) -> Line:
        """Begin a line."""
        with self._lock:
            line = Line(len(self._lines), future, code, self._tell_view, kind)
            self._lines.append(line)
        self._tell_view()
        return line

    def _hear(self, events: Sequence[Event]) -> None:
        for happened in events:
            self._recorder(happened)
        self._tell_view()

    def _tell_view(self) -> None:
        if self.view is not None:
            self.view.show()

    def _before_shutdown(self, cancels: bool) -> None:
        """Someone is about to wait for all calls: nobody could press a button in the meantime."""
        for life in self.lives if cancels else ():
            if life.hold is not None:
                life.future.cancel()  # those in the queue, before a worker that is free now takes them
        self._holds.end_all()

    # The view

    def _ipython_display_(self) -> None:
        super()._ipython_display_()
        self._shown_lines = len(self._lines)

    def _unshown(self) -> list[Line]:
        return [line for line in self.lines[self._shown_lines :] if line.kind is not LineKind.SUBMITTED]

    def _make_view(self) -> None:
        from pool_lab.lab.inspector_buttons import picture, press  # which know this module
        from pool_lab.lab.inspector_view import InspectorView  # widgets, which are for those who look

        self.view = InspectorView(
            partial(picture, self), partial(press, self), self._rest, title=self._name, kind=self.kind
        )

    def _rest(self) -> None:
        """The page shows everything: when nothing is under way, or nothing more will be seen, leave a still."""
        paths = [life.path for life in self.lives]
        is_over = not self._is_open or all(life.future.done() for life in self.lives)
        if paths and paths != self._drawn and is_over:
            self._drawn = paths
            self._come_to_rest()


def _standing(life: Life) -> str:
    if life.state != FINISHED:
        return f"{life.name} is {life.state}"
    error = life.future.exception()
    how = f"returned {reprlib.repr(life.future.result())}" if error is None else f"raised {type(error).__name__}"
    return f"{life.name} is {FINISHED} ({how})"
