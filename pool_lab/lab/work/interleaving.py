"""`run_interleaved`: real threads that run the same code, step by step, in an order that you choose.

    the code                   counter = counter + 1
    the steps of a thread      read counter, write counter

A step is one access to a shared variable, or to a lock. Each thread waits at a gate before its next step, so only one
of them ever moves, and the same order always gives the same result. No tracing is needed: `exec` looks names up in any
mapping, and the mapping here has the gate.
"""

import builtins
import threading
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from types import CodeType
from typing import Any, NamedTuple

__all__ = ["THREADS", "Access", "InterleavedRun", "Step", "all_orders", "run_interleaved"]

THREADS = "AB"
LONGEST_S = 20.0
"""How long a thread may take to come to its next step."""
MOST_STEPS = 12
"""Of both threads together, if all orders are tried. Two threads of 6 steps have 924 orders, of 8 steps 12,870."""
LOCK = type(threading.Lock())


class Access(StrEnum):
    """What a step does. The values are the words for it."""

    READ = "reads"
    WRITE = "writes"
    TAKE = "takes"
    RELEASE = "releases"
    WAIT = "waits for"


class Step(NamedTuple):
    thread: str
    access: Access
    name: str
    """Of the shared variable, or of the lock."""
    value: Any
    """What was read, or is written; None for a lock, and for a variable that is yet to be read."""
    after: dict[str, Any]
    """The shared variables afterwards; before it, if the step is yet to come."""

    def __str__(self) -> str:
        return f"{self.thread} {self.does}"

    @property
    def does(self) -> str:
        """What it does, in words: "reads counter: 0"."""
        return f"{self.access} {self.name}" + ("" if self.value is None else f": {self.value!r}")

    @property
    def brief(self) -> str:
        """The same in a place that names the variable: "reads 0"."""
        return self.does.replace(f"{self.name}: ", "") if len(self.after) == 1 else self.does


class InterleavedRun(NamedTuple):
    """How far the threads have come."""

    steps: tuple[Step, ...]
    ahead: dict[str, Step]
    """The next step of each thread that has not ended."""
    values: dict[str, Any]
    """The shared variables, without the locks."""

    @property
    def order(self) -> str:
        return "".join(step.thread for step in self.steps)

    @property
    def lost(self) -> list[int]:
        """Which steps wrote over an update of the other thread that their own thread had not read."""
        return [at for at, step in enumerate(self.steps) if step.access is Access.WRITE and self._overwrites(at)]

    def _overwrites(self, at: int) -> bool:
        """Whether the latest step before this one that read here, or wrote there, was a write of the other thread."""
        this, before = self.steps[at], [step for step in self.steps[:at] if step.name == self.steps[at].name]
        threads = [step.thread for step in before if step.thread == this.thread or step.access is Access.WRITE]
        return bool(threads) and threads[-1] != this.thread

    def rows(self) -> dict[str, list[str]]:
        """What each thread did and what each variable was, step by step: a table with a column for each step."""
        rows = {thread: [step.brief if step.thread == thread else "" for step in self.steps] for thread in THREADS}
        for at in self.lost:
            rows[self.steps[at].thread][at] += " ✗"
        return rows | {name: [repr(step.after[name]) for step in self.steps] for name in self.values}


def run_interleaved(code: str, order: str, shared: Mapping[str, Any]) -> InterleavedRun:
    """Run the code in two threads, A and B: as many steps as there are letters in the order.

    shared: the variables that both threads use, with their first values. All other names are the thread's own. A lock
        among them is replaced by one that knows which thread holds it.

    Raises `ValueError` if a thread has no step left, or there is no such thread, `SyntaxError` for bad code, and
    `RuntimeError` if the code raises, or if it does not come to its next step.
    """
    return _TwoThreads(compile(code, "<interleave>", "exec"), shared).play(order)


def all_orders(code: str, shared: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What every possible order of the steps leads to: the values of the shared variables at its end.

    `ValueError` if there are too many steps.
    """
    return dict(_continued(code, "", shared))


def _continued(code: str, order: str, shared: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    run = run_interleaved(code, order, shared)
    able = [thread for thread, step in run.ahead.items() if step.access is not Access.WAIT]
    if not able:
        yield order, run.values
    elif len(order) >= MOST_STEPS:
        raise ValueError(f"there are too many orders: the threads have more than {MOST_STEPS} steps together")
    for thread in able:
        yield from _continued(code, order + thread, shared)


class _Abandoned(BaseException):
    """Ends a thread that is not to take its next step."""


class _TwoThreads:
    """Both threads, and what they share."""

    def __init__(self, code: CodeType, shared: Mapping[str, Any]) -> None:
        self.locks = [name for name, value in shared.items() if isinstance(value, LOCK)]
        self.holders: dict[str, str] = {}  # the thread that holds each lock, if one does
        self.values = {name: value for name, value in shared.items() if name not in self.locks}
        self.steps: list[Step] = []
        self._threads = {name: _Thread(name, code, self) for name in THREADS}

    def play(self, order: str) -> InterleavedRun:
        try:
            for thread in self._threads.values():
                thread.start()
                thread.arrive()
            for letter in order:
                if letter not in self._threads:
                    raise ValueError(f"there is no thread {letter!r}; the threads are A and B")
                self._threads[letter].go_on()
            ahead = {name: thread.ahead() for name, thread in self._threads.items() if not thread.has_ended}
            return InterleavedRun(tuple(self.steps), ahead, dict(self.values))
        finally:
            for thread in self._threads.values():
                thread.abandon()


class _Thread(threading.Thread):
    """Runs the code, and waits at the gate before each step."""

    def __init__(self, name: str, code: CodeType, run: _TwoThreads) -> None:
        super().__init__(name=name, daemon=True)
        self._code, self._run = code, run
        self._gate, self._arrived = threading.Semaphore(0), threading.Semaphore(0)
        self._next: tuple[Access, str, Any] = (Access.READ, "", None)
        self._is_abandoned = self._is_lost = self.has_ended = False
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            exec(self._code, {"__builtins__": builtins}, _Names(self._run, self))
        except _Abandoned:
            pass
        except BaseException as error:  # told by `arrive`, in the thread that plays
            self._error = error
        finally:
            self.has_ended = True
            self._arrived.release()

    # In the thread itself

    def step(self, access: Access, name: str, value: Any, act: Callable[[], Any]) -> Any:
        """Wait at the gate, do the step, and note it."""
        self._next = (access, name, value)
        self._wait_at_gate()
        while self.ahead().access is Access.WAIT:
            self._note(Access.WAIT, name, None)
            self._wait_at_gate()
        result = act()
        self._note(access, name, result if access is Access.READ else value)
        return result

    def _wait_at_gate(self) -> None:
        if not self._is_abandoned:
            self._arrived.release()
            self._gate.acquire()
        if self._is_abandoned:
            raise _Abandoned

    def _note(self, access: Access, name: str, value: Any) -> None:
        self._run.steps.append(Step(self.name, access, name, value, dict(self._run.values)))

    # In the thread that plays

    def ahead(self) -> Step:
        """Its next step, as things are now."""
        access, name, value = self._next
        if access is Access.TAKE and name in self._run.holders:
            access = Access.WAIT
        return Step(self.name, access, name, value, dict(self._run.values))

    def go_on(self) -> None:
        if self.has_ended:
            raise ValueError(f"{self.name} has no step left after {len(self._run.steps)} steps of both threads")
        self._gate.release()
        self.arrive()

    def arrive(self) -> None:
        """Wait until it is at its gate, or has ended."""
        self._is_lost = not self._arrived.acquire(timeout=LONGEST_S)
        if self._is_lost:
            raise RuntimeError(f"{self.name} did not come to its next step in {LONGEST_S:g} seconds: an endless loop?")
        if self._error is not None:
            raise RuntimeError(f"{self.name} raised {type(self._error).__name__}: {self._error}") from self._error

    def abandon(self) -> None:
        self._is_abandoned = True
        self._gate.release()
        if self.ident is not None and not self._is_lost:
            self.join()


class _Names(dict[str, Any]):
    """The names that the code uses: its own are in here, the others are shared."""

    def __init__(self, run: _TwoThreads, thread: _Thread) -> None:
        super().__init__({name: _Lock(name, thread, run.holders) for name in run.locks})
        self._shared, self._thread = run.values, thread

    def __getitem__(self, name: str) -> Any:
        if name not in self._shared:
            return super().__getitem__(name)
        return self._thread.step(Access.READ, name, None, lambda: self._shared[name])

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self._shared:
            super().__setitem__(name, value)
        else:
            self._thread.step(Access.WRITE, name, value, lambda: self._shared.update({name: value}))


class _Lock:
    """Stands in for a `threading.Lock`, in one of the threads."""

    def __init__(self, name: str, thread: _Thread, holders: dict[str, str]) -> None:
        self._name, self._thread, self._holders = name, thread, holders

    def acquire(self) -> bool:
        take = partial(self._holders.__setitem__, self._name, self._thread.name)
        self._thread.step(Access.TAKE, self._name, None, take)
        return True

    def release(self) -> None:
        if self._name not in self._holders:
            raise RuntimeError("release unlocked lock")
        self._thread.step(Access.RELEASE, self._name, None, partial(self._holders.pop, self._name))

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
