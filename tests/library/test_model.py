"""Random sequences of what one can do to a pool, beside what one can say of it without knowing how it works.

Calls stand at gates, so the model knows at each moment which calls must be running: the first ones that were submitted,
as many as the pool may run. After every step the test waits until those, and no others, have come to their gates.
Others come in bursts and are over as soon as they run: when a worker is free, all of them must get through.

Where calls travel to processes in batches, the order is not exact. There the model knows how many run, not which.
"""

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pool_lab import (
    BrokenProcessPool,
    CancelledError,
    EventKind,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    WorkerDiedError,
)
from pool_lab.future import NOTIFIED
from pool_lab.processes.process import Process
from tests.contract import calls
from tests.contract.gates import PATIENCE_S, Address, Gate, stand_at
from tests.library.bursts import Marks, mark
from tests.library.watching import AnyPool, Log, is_broken, until

MOST = 4
A_DAY_S = 86400.0


def stand_and(address: Address, deed: str, number: int) -> int:
    """Stand at the gate; then return, raise or die."""
    stand_at(address)
    if deed == "raise":
        raise LookupError(number)
    if deed == "die":
        os._exit(3)
    return number


class _Call:
    is_quick = False

    def __init__(self, number: int, deed: str) -> None:
        self.number, self.deed, self.gate = number, deed, Gate()
        self.future: Future[int]
        self.expected: type[BaseException] | None = None
        """What its future is to raise, once it is over."""
        self.ends: list[object] = []

    @property
    def came(self) -> int:
        """How often it has run, as far as one can see."""
        return self.gate.arrived


class _Quick(_Call):
    """Stands at no gate: it leaves a mark and is over."""

    is_quick = True

    def __init__(self, number: int, marks: Marks) -> None:
        self.number, self.marks, self.ends, self.expected = number, marks, [], None

    @property
    def came(self) -> int:
        return list(self.marks).count(self.number)


class _Model:
    pool: AnyPool

    def __init__(self, size: int, marks: Marks) -> None:
        self.log = Log()
        self.marks = marks
        self.calls: list[_Call] = []
        self.queue: list[_Call] = []
        self.running: list[_Call] = []
        self.size = size
        self.refusal: type[Exception] | None = None
        """What `submit` raises."""

    def run(self, steps: list["Step"]) -> None:
        try:
            for deed, *details in steps:
                getattr(self, deed)(*details)
                self.the_first_ones_run_and_no_others()
                self.what_is_over_has_its_outcome()
        finally:
            standing = [call for call in self.calls if not call.is_quick]
            for call in standing:
                call.gate.open()
            self.pool.shutdown()
            for call in standing:
                call.gate.close()
        self.each_call_ended_once_and_its_events_say_so()

    # What is done to the pool: each takes a number that chooses among what there is

    def submit(self, _: int, deed: str) -> None:
        if self.refusal is not None:
            with pytest.raises(self.refusal):
                self.pool.submit(abs, 1)
            return
        call = _Call(len(self.calls), deed)
        self.take(call, self.pool.submit(stand_and, call.gate.address, call.deed, call.number))

    def burst(self, which: int) -> None:
        if self.refusal is not None:
            return
        for _ in range(4 * which):
            call = _Quick(len(self.calls), self.marks)
            self.take(call, self.pool.submit(mark, self.marks.path, call.number))

    def cancel(self, which: int) -> None:
        if not self.calls:
            return
        call = self.calls[which % len(self.calls)]
        waits = call in self.queue
        assert call.future.cancel() == (waits or call.expected is CancelledError)
        if waits:
            self.end([call], CancelledError)

    def resize(self, which: int) -> None:
        size = 1 + which % MOST
        if self.refusal is not None:
            with pytest.raises(self.refusal):
                self.pool.resize(size)
            return
        self.pool.resize(size)
        self.size = size

    def let_go(self, which: int) -> None:
        if not self.running:
            return
        call = self.running[which % len(self.running)]
        call.gate.open()
        if call.deed == "die":
            self.worker_died(call)
        else:
            self.end([call], LookupError if call.deed == "raise" else None)

    def shut_down(self, which: int) -> None:
        cancel_futures = bool(which % 2)
        self.pool.shutdown(wait=False, cancel_futures=cancel_futures)
        self.refusal = self.refusal or RuntimeError
        if cancel_futures:
            self.end(self.queue, CancelledError)

    # What becomes of it

    def take(self, call: _Call, future: Future[int]) -> None:
        call.future = future
        call.future.add_done_callback(call.ends.append)
        self.calls.append(call)
        self.queue.append(call)

    def worker_died(self, call: _Call) -> None:
        raise NotImplementedError

    def end(self, calls: Iterable[_Call], expected: type[BaseException] | None) -> None:
        for call in list(calls):
            call.expected = expected
            (self.running if call in self.running else self.queue).remove(call)

    def the_first_ones_run_and_no_others(self) -> None:
        while self.queue and len(self.running) < self.size:
            call = self.queue.pop(0)
            if not call.is_quick:
                self.running.append(call)
        for call in self.running:
            call.gate.wait_for(1)
            assert call.future.running()
        assert [call.came for call in self.queue] == [0] * len(self.queue)
        assert not any(call.future.running() or call.future.done() for call in self.queue)

    def what_is_over_has_its_outcome(self) -> None:
        for call in self.calls:
            if call in self.running or call in self.queue:
                continue
            if call.expected is CancelledError:
                assert call.future.cancelled()
            elif call.expected is None:
                assert call.future.result(PATIENCE_S) == call.number
            else:
                assert type(call.future.exception(PATIENCE_S)) is call.expected

    def each_call_ended_once_and_its_events_say_so(self) -> None:
        for call in self.calls:
            assert call.ends == [call.future]
            assert call.future._state in NOTIFIED
            assert call.came <= 1
            self.events_agree(call)
        started, stopped = (
            Counter((event.worker, event.ident) for event in self.log.only(kind))
            for kind in (EventKind.WORKER_STARTED, EventKind.WORKER_STOPPED)
        )
        assert started <= stopped  # a process that died while it started has only stopped

    def events_agree(self, call: _Call) -> None:
        *before, end = self.log.of(call.number)
        failed = not call.future.cancelled() and call.future.exception() is not None
        assert end is (
            EventKind.CANCELLED if call.future.cancelled() else EventKind.FAILED if failed else EventKind.FINISHED
        )
        # It is started again if its process has died before it read the call, or has given it back.
        began = [EventKind.STARTED] if call.came or EventKind.STARTED in before else []
        assert list(dict.fromkeys(before)) == [EventKind.SUBMITTED, *began]
        assert not (call.came and call.future.cancelled())


class _Threads(_Model):
    def __init__(self, size: int, marks: Marks) -> None:
        super().__init__(size, marks)
        self.pool = ThreadPoolExecutor(size, observer=self.log)


class _Processes(_Model):
    """Forked, as that is quick; what differs between start methods has tests of its own."""

    pool: ProcessPoolExecutor

    def __init__(self, size: int, marks: Marks, late: set[int], *, replaces: bool) -> None:
        super().__init__(size, marks)
        self.late = late
        self.replaces = replaces
        context = multiprocessing.get_context("fork")
        # With a limit or replacement each call travels alone; without, calls travel in batches.
        limit = A_DAY_S if replaces else None
        self.pool = ProcessPoolExecutor(size, context, observer=self.log, replace_workers=replaces, task_timeout=limit)

    def processes(self) -> dict[int, int]:
        """By the worker's number: the process that it has, as far as events tell."""
        found: dict[int, int] = {}
        for event in self.log.events:
            if event.worker is not None and event.ident is not None:
                if event.kind is EventKind.WORKER_STARTED:
                    found[event.worker] = event.ident
                elif found.get(event.worker) == event.ident:
                    del found[event.worker]
        return found

    def chosen(self, which: int) -> tuple[_Call, int]:
        """A running call and its process."""
        call = self.running[which % len(self.running)]
        return call, self.processes()[self.worker_of(call)]

    def worker_of(self, call: _Call) -> int:
        workers = [event.worker for event in self.log.only(EventKind.STARTED) if event.call == call.number]
        assert workers[-1] is not None
        return workers[-1]

    def kill_at_work(self, which: int) -> None:
        if self.running:
            call, process = self.chosen(which)
            calls.kill(process)
            self.worker_died(call)

    def kill_idle(self, which: int) -> None:
        if self.refusal is not None:
            return
        until(self.is_settled)
        busy = set(map(self.worker_of, self.running))
        workers = set(self.pool._scheduler.workers) - busy
        idle = [process for worker, process in self.processes().items() if worker in workers]
        if idle:
            process = idle[which % len(idle)]
            calls.kill(process)
            until(lambda: process in (event.ident for event in self.log.only(EventKind.WORKER_STOPPED)))
            if not self.replaces:
                until(lambda: is_broken(self.pool))
                self.pool_broke()

    def is_settled(self) -> bool:
        """Short calls are over, and workers that are too many have gone."""
        now = self.pool.statistics()
        return now.workers - now.idle == len(self.running) and now.workers <= max(self.size, len(self.running))

    def let_time_be_up(self, which: int) -> None:
        if self.running and self.replaces:
            call, process = self.chosen(which)
            self.late.add(process)
            self.end([call], TimeoutError)

    def kill_workers(self, _: int) -> None:
        self.pool.kill_workers()
        self.end(self.running, BrokenProcessPool)
        self.end(self.queue, CancelledError)
        self.refusal = self.refusal or RuntimeError

    def the_first_ones_run_and_no_others(self) -> None:
        """Short calls travel in batches, which begin about in order: then all that is known is that no worker is idle
        while a call waits."""
        if self.replaces:
            super().the_first_ones_run_and_no_others()
            return
        most = max(self.size, len(self.running))
        until(self.no_call_waits_for_nothing)
        calls = [*self.running, *self.queue]
        self.running = [call for call in calls if not call.is_quick and call.came]
        assert len(self.running) <= most
        assert all(call.future.running() for call in self.running)
        self.queue = [call for call in calls if call not in self.running and not (call.is_quick and call.future.done())]
        assert [call.came for call in self.queue] == [0] * len(self.queue)

    def no_call_waits_for_nothing(self) -> bool:
        calls = [call for call in (*self.running, *self.queue) if not (call.is_quick and call.future.done())]
        standing = [call for call in calls if not call.is_quick and call.came]
        waiting = [call for call in calls if call not in standing]
        # One that was sent in a batch counts as running until it has come back.
        return not any(call.future.running() for call in waiting) and (len(standing) >= self.size or not waiting)

    def worker_died(self, call: _Call) -> None:
        if self.replaces:
            self.end([call], WorkerDiedError)
        else:
            self.pool_broke()

    def pool_broke(self) -> None:
        self.end([*self.running, *self.queue], BrokenProcessPool)
        self.refusal = BrokenProcessPool


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Processes whose calls run too long from now on."""
    processes: set[int] = set()
    receive = Process.receive

    def receive_until_late(process: Process, timeout: float | None = None) -> Any:
        if timeout is None or timeout < A_DAY_S:
            return receive(process, timeout)
        while (received := receive(process, 0.002)) is None and process.pid not in processes:
            pass
        return received

    monkeypatch.setattr(Process, "receive", receive_until_late)
    return processes


Step = tuple[Any, ...]
WHICH = st.integers(0, 11)


def steps(deeds: list[str], *rare: str, often: tuple[str, ...]) -> "st.SearchStrategy[list[Step]]":
    """Lists of steps, about half of which submit a call."""
    submit = st.tuples(st.just("submit"), WHICH, st.sampled_from(deeds))
    others = st.tuples(st.sampled_from([*often * 4, *rare]), WHICH)
    return st.lists(st.one_of(submit, others), min_size=15, max_size=40)


reproducibly = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@reproducibly
@given(
    size=st.integers(1, MOST),
    plan=steps(["return", "raise"], "shut_down", often=("cancel", "resize", "let_go", "burst")),
)
def test_threads_do_what_the_model_says(marks: Marks, size: int, plan: list[Step]) -> None:
    marks.clear()
    _Threads(size, marks).run(plan)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("replaces", [True, False])
@reproducibly
@given(
    size=st.integers(1, MOST),
    plan=steps(
        ["return", "return", "raise", "die"],
        *("shut_down", "kill_at_work", "kill_idle", "kill_workers"),
        often=("cancel", "resize", "let_go", "burst", "let_time_be_up"),
    ),
)
def test_processes_do_what_the_model_says(
    marks: Marks, late: set[int], size: int, plan: list[Step], *, replaces: bool
) -> None:
    marks.clear()
    late.clear()
    _Processes(size, marks, late, replaces=replaces).run([("burst", 20), *plan])
