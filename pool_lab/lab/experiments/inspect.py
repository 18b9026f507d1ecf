"""`inspect_futures`: the states of futures, live, and calls that end when you say so.

    lab = inspect_futures(ThreadPoolExecutor(max_workers=2))
    lab

Each button has a method of the same name. The inspector does not shut the pool down; your code does. A `shutdown` that
waits would block the buttons, so it first ends all calls that wait for a button.
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
from pool_lab.lab.display import Display
from pool_lab.lab.experiments.arguments import check_cover
from pool_lab.lab.experiments.future_tracker import SETTLES_S, FutureTracker, Which
from pool_lab.lab.notebook import Cover, replace_earlier_run, someone_is_there
from pool_lab.lab.recording.future_log import EntryKind, LogEntry
from pool_lab.lab.recording.tracked_future import STATES, TrackedFuture
from pool_lab.lab.stills.future_states import draw_states, states_axes
from pool_lab.lab.stills.still import draw
from pool_lab.lab.trace.executor_kind import executor_kind
from pool_lab.lab.work.manual_calls import ManualCall, ManualCalls, Outcome, before_shutdown

__all__ = ["FutureInspector", "inspect_futures"]

T = TypeVar("T")
MOST_ENTRIES = 200
ERRORS: dict[str, type[Exception]] = {"ValueError": ValueError, "TimeoutError": TimeoutError, "OSError": OSError}
"""The choices of the button *raise*."""
MOST_NAMED = 6
"""With more futures, the summary only counts those in each state."""


def inspect_futures(
    executor: concurrent.futures.Executor | None = None, /, *, after: Cover | None = None, **futures: AnyFuture[Any]
) -> "FutureInspector":
    """Inspect futures: those of calls that you `submit` to the inspector, and your own futures.

        lab = inspect_futures(pool, mine=future)
        lab.submit("report")           # a call that runs until you end it
        lab.finish("report", 42)
        print(lab.result("report"))    # report.result() → 42

    As the last line of a cell it shows a diagram of all states, with buttons; `summary()` says the same in words. Each
    button is also a method. Name a future by its name, by its number, or by the future itself.

    executor: of any library that follows `concurrent.futures`. None: you only inspect your own futures.
    after: a prediction; the diagram is covered until it has an answer.
    futures: your own futures, by name.

    Returns a `FutureInspector` at once. Raises `TypeError` if something is not an executor or not a future.
    """
    if executor is not None and not isinstance(executor, concurrent.futures.Executor):
        raise TypeError(
            f"calls can be submitted to an executor only; got {executor!r}. "
            "Give futures of your own by name: inspect_futures(mine=future)"
        )
    check_cover(after)
    return FutureInspector(executor, futures, after)


class FutureInspector(FutureTracker, Display):
    """What `inspect_futures` returns. Call its methods from any thread.

    `LookupError` if a method is asked about an unknown future.
    """

    def __init__(
        self,
        executor: concurrent.futures.Executor | None,
        futures: Mapping[str, AnyFuture[Any]],
        cover: Cover | None,
    ) -> None:
        FutureTracker.__init__(self)
        Display.__init__(self)
        self._executor = executor
        self._name = "" if executor is None else type(executor).__name__
        self.kind = "other" if executor is None else executor_kind(type(executor)).name
        self._manual_calls = ManualCalls()
        self._manual_call_of: dict[AnyFuture[Any], ManualCall] = {}
        self._shown_entries = 0  # how many of the log a display has shown already
        self._drawn: list[tuple[str, ...]] = []  # the states in the latest still
        self._unwrap: Callable[[], object] = lambda: None
        if executor is not None:
            self._unwrap = before_shutdown(executor, self._before_shutdown)
        for name, future in futures.items():
            self.add(future, name)
        replace_earlier_run(self)
        if someone_is_there():
            self._make_view()
        if cover is not None:
            self.after(cover)

    def __repr__(self) -> str:
        return f"FutureInspector({self._name or 'your futures'})"

    # Calls

    def submit(self, call: Callable[..., T] | str = "", /, *args: Any, **kwargs: Any) -> AnyFuture[Any]:
        """Submit a call to the executor, and return its future, which is inspected from now on.

        call: your own function, called with the arguments. Or a name, or nothing: then the call runs until you
            end it with `finish` or `fail`.

        Raises what the executor's `submit` raises, and `RuntimeError` if the inspector has no executor or is closed.
        """
        manual = None if callable(call) else self._manual_calls.new(self._free_name(call))
        function = call if callable(call) else manual
        assert function is not None
        code = f"pool.submit({', '.join([name_of(function), *map(repr, args)])})"
        entry = self.write(code, kind=EntryKind.SUBMITTED).ask(partial(self._submit, function, args, kwargs, manual))
        if entry.error is not None:
            raise entry.error
        future: AnyFuture[Any] = entry.value
        return future

    def finish(self, which: Which, value: Any = None) -> LogEntry:
        """Let a call return this value: now, or as soon as it starts. Blocks until a running call has ended.

        A call ends once; ending it again changes nothing. Raises `RuntimeError` if it calls your own function.
        """
        return self.end(which, f"return {value!r}", Outcome(value))

    def fail(self, which: Which, error: BaseException | None = None) -> LogEntry:
        """Let a call raise this exception (None: a `ValueError`), in the same way as `finish`."""
        error = ValueError("raised on request") if error is None else error
        return self.end(which, f"raise {error!r}", Outcome(error=error))

    # What it shows

    def summary(self) -> str:
        """The state of each future, in words."""
        futures = self.tracked
        if not futures:
            return "No future yet."
        if len(futures) > MOST_NAMED:
            counts = [(sum(future.state == state for future in futures), state) for state in STATES]
            return f"{len(futures)} futures: {', '.join(f'{count} {state}' for count, state in counts if count)}."
        return f"{', '.join(map(_state_words, futures))}."

    def claim(self) -> str:
        """The state of each future, and the log since the last display."""
        return "\n".join([self.summary(), *map(repr, self._unshown())])

    def after(self, cover: Cover) -> Self:
        """Cover the diagram again until this prediction has an answer. As the last line of a cell it is shown there."""
        if self.view is not None and not cover.is_open:
            self.view.keep_covered(cover)
        return self

    def figure(self, ax: Axes | None = None) -> Figure:
        picture = draw_states, states_axes
        return draw(
            ax, picture, self.tracked, self.kind, title="states of futures", words=self.summary(), machine=False
        )

    def close(self) -> None:
        """End all calls that wait for a button, and stop inspecting. The pool stays open. May be called again."""
        self._is_open = False
        self._manual_calls.close()
        self._unwrap()
        self._executor = None
        if self.view is not None:
            self.view.end()

    def _shows_a_still(self) -> bool:
        return self._at_rest or (self.view is None and bool(self._tracked))

    # Inside

    def _submit(self, function: Callable[..., T], args: Any, kwargs: Any, manual: ManualCall | None) -> AnyFuture[T]:
        if self._executor is None:
            closed = "there is no executor to submit to" if self._is_open else "this inspector was closed"
            raise RuntimeError(f"{closed}: make one with inspect_futures(executor)")
        future: AnyFuture[T] = self._executor.submit(function, *args, **kwargs)
        if manual is not None:
            self._manual_call_of[future] = manual
        self.add(future, name_of(function))
        return future

    def end(self, which: Which, code: str, outcome: Outcome, *, settles_s: float = SETTLES_S) -> LogEntry:
        """End a call. `code` says in the log how; `settles_s` is how long to wait for a running call."""
        tracked = self._find(which)
        manual = self._manual_call_of.get(tracked.future)
        if manual is None:
            raise RuntimeError(f"cannot make {tracked.name} {code}: it calls your function, which ends on its own")
        entry = self.write(f"{tracked.name}: {code}", tracked.number, EntryKind.ENDED)
        if not self._can_be_ended(tracked):
            return entry.answered(f"too late, it is {tracked.state}")
        was_running = tracked.state == RUNNING
        manual.end(outcome)
        if was_running and settles_s:
            tracked.wait_for(FINISHED, settles_s)
        return entry.answered(tracked.state if settles_s else "")

    def _can_be_ended(self, tracked: TrackedFuture) -> bool:
        """Whether the call waits for you to end it."""
        manual = self._manual_call_of.get(tracked.future)
        return manual is not None and not manual.has_outcome and tracked.state in {PENDING, RUNNING}

    def _before_shutdown(self, cancels: bool) -> None:
        """The shutdown waits for all calls, and blocks the buttons meanwhile."""
        for future in tuple(self._manual_call_of) if cancels else ():
            future.cancel()  # the queued ones, before a worker that becomes free starts them
        self._manual_calls.end_all()

    # The view

    def _changed(self) -> None:
        if self.view is not None:
            self.view.show()

    def _ipython_display_(self) -> None:
        super()._ipython_display_()
        self._shown_entries = len(self._log)

    def _unshown(self) -> list[LogEntry]:
        return [entry for entry in self.log[self._shown_entries :] if entry.kind is not EntryKind.SUBMITTED]

    def _make_view(self) -> None:
        from pool_lab.lab.views.inspector.view import InspectorView  # needs widgets

        self.view = InspectorView(self._picture, self._press, self._add_still, title=self._name, kind=self.kind)

    def _picture(self) -> dict[str, Any]:
        """Everything that the page shows, in plain values."""
        futures = [tracked.shown | {"canEnd": self._can_be_ended(tracked)} for tracked in self.tracked]
        lines = [entry.shown for entry in self.log[-MOST_ENTRIES:]]
        return {"futures": futures, "lines": lines, "caption": self.summary()}

    def _press(self, button: str, which: int, value: Any) -> None:
        """Call the method of that name. There is no cell that could fail, so an error is written to the log."""
        try:
            self._do(button, which, value)
        except Exception as error:
            if button != "submit":  # `submit` writes its own entry
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
                error = ERRORS[value]("raised on request")
                self.end(which, f"raise {error!r}", Outcome(error=error), settles_s=0)

    def _add_still(self) -> None:
        """The page is up to date. Once all futures are done, or the inspector is closed, add a still below it."""
        paths = [tracked.path for tracked in self.tracked]
        is_over = not self._is_open or all(tracked.future.done() for tracked in self.tracked)
        if paths and paths != self._drawn and is_over:
            self._drawn = paths
            self._come_to_rest()


def _literal(text: str) -> Any:
    """The value, if Python reads the text as one; else the text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def _state_words(tracked: TrackedFuture) -> str:
    if tracked.state != FINISHED:
        return f"{tracked.name} is {tracked.state}"
    error = tracked.future.exception()
    how = f"returned {reprlib.repr(tracked.future.result())}" if error is None else f"raised {type(error).__name__}"
    return f"{tracked.name} is {FINISHED} ({how})"
