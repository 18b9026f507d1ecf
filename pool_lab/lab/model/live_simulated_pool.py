"""`LiveSimulatedPool`: a simulated pool whose clock follows the real one, to watch beside real pools.

    twin = LiveSimulatedPool(4, work=Work(wait=0.25))
    watch(twin)
    futures = [twin.submit(nap, 0.25) for _ in range(100)]

It makes the events of a pool that really runs, at the moments that the model gives them. A thread lets virtual time
pass while calls are open, some fifty times a second. So a future may be done that much later than its event says.
That thread also runs the callbacks of the futures.
"""

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from pool_lab.events import Event, EventKind, Observer, Observers
from pool_lab.executor import Executor
from pool_lab.future import CANCELLED, Future
from pool_lab.lab.model.simulated_call import SimulatedCall
from pool_lab.lab.model.simulated_pool import SimulatedPool
from pool_lab.lab.model.work import Work
from pool_lab.lab.trace.trace import shifted
from pool_lab.scheduler import Statistics

__all__ = ["LiveSimulatedPool"]

TICK_S = 0.02


class LiveSimulatedPool(Executor):
    """An executor that only simulates its calls, in real time. Use it wherever an executor is watched or raced."""

    def __init__(
        self, max_workers: int | None = None, *, work: Work | Callable[..., Work] | None = None, **options: Any
    ) -> None:
        """A pool with at most so many workers.

        work: what each call spends its time on: a `Work`, or a function that is called like `work(fn, *args)` and
            returns one. The submitted function itself is not called. None: a submitted `Work` spends its own time, and
            another function is called and takes none.
        options: as for `SimulatedPool`, such as `machine` and `kind`.
        """
        work_of = (lambda *_, **__: work) if isinstance(work, Work) else work
        self._began = time.perf_counter()
        self._observers = Observers()
        self._pool = SimulatedPool(max_workers, work_of=work_of, observer=self._pass_on, **options)
        self._lock = threading.RLock()
        self._open: dict[int, _LiveCall] = {}  # calls whose outcome was not delivered, by number
        self._ended: SimpleQueue[Any] = SimpleQueue()  # simulated calls whose outcome is to be delivered
        self._thread: threading.Thread | None = None  # lets time pass while calls are open

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {self._max_workers} workers at most>"

    @property
    def _max_workers(self) -> int:
        """The standard pools' name for the size; the lab reads it."""
        return self._pool.statistics().size

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue the call now, and return its future. Raises like `SimulatedPool.submit`."""
        with self._lock:
            self._catch_up()
            call = self._pool.submit(fn, *args, **kwargs)
            assert isinstance(call, SimulatedCall)
            future = self._open[call.number] = _LiveCall(call)
            call.add_done_callback(self._ended.put)
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="pool_lab-live-model", daemon=True)
                self._thread.start()
        return future

    def resize(self, max_workers: int) -> None:
        """Change how many workers the pool may have, now. No call is lost or stopped. Raises like `submit`."""
        with self._lock:
            self._catch_up()
            self._pool.resize(max_workers)
            self._catch_up()

    def statistics(self) -> Statistics:
        """The numbers of workers and of queued calls now."""
        with self._lock:
            self._catch_up()
            return self._pool.statistics()

    def add_observer(self, observer: Observer) -> None:
        """Call `observer(event)` for every event from now on. Its times are those of a real run."""
        self._observers.add(observer)

    def remove_observer(self, observer: Observer) -> None:
        """Undo `add_observer`. If the observer is not known, nothing happens."""
        self._observers.discard(observer)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As in `Executor.shutdown`: `wait` blocks, in real time, until the last call is done."""
        with self._lock:
            self._catch_up()
            self._pool.shutdown(wait=False, cancel_futures=cancel_futures)
            self._catch_up()
            thread = self._thread
        if wait and thread is not None:
            thread.join()

    def _follow(self) -> None:
        """In the thread of the pool: let time pass, and deliver outcomes, until no call is open."""
        while True:
            with self._lock:
                self._catch_up()
                if not self._open:
                    self._thread = None
                    return
            while not self._ended.empty():
                self._deliver(self._ended.get())  # without the lock: callbacks may do anything
            time.sleep(TICK_S)

    def _catch_up(self) -> None:
        self._pool.run(until=time.perf_counter() - self._began)

    def _pass_on(self, event: Event) -> None:
        """Virtual times become real ones."""
        future = self._open.get(-1 if event.call is None else event.call)
        if event.kind is EventKind.STARTED and future is not None:
            future.set_running_or_notify_cancel()
        self._observers.tell(shifted(event, lambda moment: self._began + moment))

    def _deliver(self, call: Any) -> None:
        future = self._open[call.number]
        if call.cancelled():
            future.be_cancelled()
        elif (error := call.exception()) is not None:
            future.set_exception(error)
        else:
            future.set_result(call.result())
        del self._open[call.number]


class _LiveCall(Future[Any]):
    """The future of a call that is simulated in real time. To wait for it takes real time."""

    __slots__ = ("_call",)

    def __init__(self, call: SimulatedCall) -> None:
        super().__init__()
        self._call = call

    def cancel(self) -> bool:
        if not self._call.cancel():
            return False
        self.be_cancelled()
        return True

    def be_cancelled(self) -> None:
        """Be cancelled like the simulated call, and tell threads in `wait`. Not twice."""
        if super().cancel() and self._state == CANCELLED:
            self.set_running_or_notify_cancel()
