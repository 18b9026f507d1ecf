"""`inspect_futures`: the state diagram with live futures in it, and calls that end when you say so.

    lab = inspect_futures(ThreadPoolExecutor(max_workers=2))
    lab

Whatever a button does, a method of the same name does as well. None of them blocks: `result` and `exception` wait in
threads of their own, and can be seen to wait. The pool is only used; whoever made it shuts it down. Before a `shutdown`
that waits, all calls are ended that wait for a button: nobody could press one in the meantime.
"""

import ast
import concurrent.futures
import reprlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Self, TypeVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.events import name_of
from pool_lab.future import FINISHED, PENDING, RUNNING, AnyFuture
from pool_lab.lab.display import Exhibit
from pool_lab.lab.experiments.future_questions import SETTLES_S, Inquiry, Which
from pool_lab.lab.notebook import COVER, Curtain, replace_earlier_run, someone_is_there
from pool_lab.lab.recording.future_answer import Line, LineKind
from pool_lab.lab.recording.tracked_future import STATES, Life
from pool_lab.lab.stills.future_states import draw_states, states_axes
from pool_lab.lab.stills.still import Still, on_axes
from pool_lab.lab.trace.executor_kind import kind_of
from pool_lab.lab.work.manual_calls import Hold, Holds, Outcome, before_shutdown

__all__ = ["FutureInspector", "inspect_futures"]

T = TypeVar("T")
SHOWN_LINES = 200
ERRORS: dict[str, type[Exception]] = {"ValueError": ValueError, "TimeoutError": TimeoutError, "OSError": OSError}
"""What the button *raise* offers."""
MOST_NAMED = 6
"""Of more futures the summary only says how many are in each state."""


def inspect_futures(
    executor: concurrent.futures.Executor | None = None, /, *, after: Curtain | None = None, **futures: AnyFuture[Any]
) -> "FutureInspector":
    """Put futures under inspection: those that `submit` of the inspector makes in the executor, and yours, by name.

    As the last line of a cell it shows itself, with buttons; where nobody is there to press them, its methods do the
    same. Futures may be of any executor of `concurrent.futures`. `after` keeps it covered until it opens.
    """
    if executor is not None and not isinstance(executor, concurrent.futures.Executor):
        raise TypeError(f"calls can be submitted to an executor only; got {executor!r}")
    return FutureInspector(executor, futures, after)


class FutureInspector(Inquiry, Exhibit):
    """Futures under inspection. All methods may be called from any thread."""

    def __init__(
        self,
        executor: concurrent.futures.Executor | None,
        futures: Mapping[str, AnyFuture[Any]],
        curtain: Curtain | None,
    ) -> None:
        Inquiry.__init__(self)
        Exhibit.__init__(self)
        self._executor = executor
        self._name = "" if executor is None else type(executor).__name__
        self.kind = "other" if executor is None else kind_of(type(executor)).name
        self._holds = Holds()
        self._hold_of: dict[AnyFuture[Any], Hold] = {}
        self._shown_lines = 0  # those that a display has shown already
        self._drawn: list[tuple[str, ...]] = []  # the states in the still that was left last
        self._unlink: Callable[[], object] = lambda: None
        if executor is not None:
            self._unlink = before_shutdown(executor, self._before_shutdown)
        for name, future in futures.items():
            self.add(future, name)
        replace_earlier_run(self)
        if someone_is_there():
            self._make_view()
        if curtain is not None:
            self.after(curtain)

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

    def finish(self, which: Which, value: Any = None) -> Line:
        """Have a call return the value: now, or as soon as it starts. Comes back when a call that runs has ended.

        The first word counts. `RuntimeError` if it is a call of a function of yours: that ends by itself.
        """
        return self.end(which, f"return {value!r}", Outcome(value))

    def fail(self, which: Which, error: BaseException | None = None) -> Line:
        """Have a call raise the exception, by default a `ValueError`, in the same way."""
        error = ValueError("as you wished") if error is None else error
        return self.end(which, f"raise {error!r}", Outcome(error=error))

    # What there is to see

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

    def after(self, curtain: Curtain) -> Self:
        """Stay covered until the curtain opens. As the last line of a cell it shows itself once more."""
        if self.view is not None and not curtain.is_open:
            self.view.cover = COVER
            curtain.when_open(lambda: self.view.set_trait("cover", ""))
        return self

    def figure(self, ax: Axes | None = None) -> Figure:
        if ax is not None:
            return on_axes(ax, lambda: states_axes(ax, self.lives, self.kind))
        still = Still("states of futures", self.summary())
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
        if hold is not None:
            self._hold_of[future] = hold
        self._inspect(future, name_of(function))
        return future

    def end(self, which: Which, code: str, outcome: Outcome, *, settles_s: float = SETTLES_S) -> Line:
        """What `finish` and `fail` do; `code` says it in words."""
        life = self._life(which)
        hold = self._hold_of.get(life.future)
        if hold is None:
            raise RuntimeError(f"cannot have the call {life.name} {code}: it is not one of those that wait for you")
        line = self.write(f"{life.name}: {code}", life.number, LineKind.ENDED)
        if not self._can_be_ended(life):
            return line.answered(f"too late, it is {life.state}")
        was_running = life.state == RUNNING
        hold.tell(outcome)
        if was_running and settles_s:
            life.wait_for(FINISHED, settles_s)
        return line.answered(life.state if settles_s else "")

    def _can_be_ended(self, life: Life) -> bool:
        """Whether the call waits for you to say how it ends."""
        hold = self._hold_of.get(life.future)
        return hold is not None and not hold.is_told and life.state in {PENDING, RUNNING}

    def _before_shutdown(self, cancels: bool) -> None:
        """Someone is about to wait for all calls: nobody could press a button in the meantime."""
        for life in self.lives if cancels else ():
            if life.future in self._hold_of:
                life.future.cancel()  # those in the queue, before a worker that is free now takes them
        self._holds.end_all()

    # The view

    def _changed(self) -> None:
        if self.view is not None:
            self.view.show()

    def _ipython_display_(self) -> None:
        super()._ipython_display_()
        self._shown_lines = len(self._lines)

    def _unshown(self) -> list[Line]:
        return [line for line in self.lines[self._shown_lines :] if line.kind is not LineKind.SUBMITTED]

    def _make_view(self) -> None:
        from pool_lab.lab.views.inspector.view import InspectorView  # widgets, which are for those who look

        self.view = InspectorView(self._picture, self._press, self._rest, title=self._name, kind=self.kind)

    def _picture(self) -> dict[str, Any]:
        """All that the page shows, in plain values."""
        futures = [life.shown | {"canEnd": self._can_be_ended(life)} for life in self.lives]
        lines = [line.shown for line in self.lines[-SHOWN_LINES:]]
        return {"futures": futures, "lines": lines, "caption": self.summary()}

    def _press(self, button: str, which: int, value: Any) -> None:
        """Do what the method of that name does. An error becomes a line, as there is no cell that could fail."""
        try:
            self._do(button, which, value)
        except Exception as error:
            if button != "submit":  # which has written its own line
                self.write(button, which).failed(error)

    def _do(self, button: str, which: int, value: Any) -> None:
        match button:
            case "submit":
                self.submit()
            case "cancel" | "cancelled" | "running" | "done":
                getattr(self, button)(which)
            case "result" | "exception":
                getattr(self, button)(which, value)
            case "note" | "broken":
                self.add_done_callback(which, self.broken if button == "broken" else None)
            case "return":
                given = _literal(value)
                self.end(which, f"return {given!r}", Outcome(given), settles_s=0)
            case "raise":
                error = ERRORS[value]("as you wished")
                self.end(which, f"raise {error!r}", Outcome(error=error), settles_s=0)

    def _rest(self) -> None:
        """The page shows everything: when nothing is under way, or nothing more will be seen, leave a still."""
        paths = [life.path for life in self.lives]
        is_over = not self._is_open or all(life.future.done() for life in self.lives)
        if paths and paths != self._drawn and is_over:
            self._drawn = paths
            self._come_to_rest()


def _literal(text: str) -> Any:
    """What you type is a value if Python reads it as one, else a text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def _standing(life: Life) -> str:
    if life.state != FINISHED:
        return f"{life.name} is {life.state}"
    error = life.future.exception()
    how = f"returned {reprlib.repr(life.future.result())}" if error is None else f"raised {type(error).__name__}"
    return f"{life.name} is {FINISHED} ({how})"
