"""`ProcessWorker`: a thread that owns one process, and does all that has to do with it.

    sleep        until there is a call, or the process dies
    run          take a batch -> have a process -> send the batch -> receive replies -> deliver the outcomes
    a call takes too long     ask it to stop -> terminate the process -> kill it
    the process dies          the pool breaks; or one call fails, and another process takes its place

One thread does all of this, so nothing needs a lock. Another thread may only end the process (`end_if_told`).
"""

import math
import pickle
from collections.abc import Sequence
from functools import partial
from itertools import repeat, starmap
from multiprocessing.context import BaseContext
from typing import Any

from pool_lab.call import Call
from pool_lab.errors import BrokenProcessPool, WorkerDiedError, broken, logger
from pool_lab.events import NOT_TIMED, EventKind, Times, text_of
from pool_lab.job import Job
from pool_lab.scheduler import Scheduler
from pool_lab.worker import NOT_INITIALIZED, Worker

from .batch import Batch, Paces, take_batch
from .child import Initializer
from .messages import READY, Reply, load_outcomes, pack
from .pickling import loads_error
from .process import Process, manner

FALSE_STARTS = 3
BYTES_A_SECOND = 2.5e8  # so fast does data move. A call that moves much takes long, and travels alone.
STARTING = "while it was starting (a script that makes processes must do so under `if __name__ == '__main__':`)"


class Settings:
    """What the workers of one pool have in common."""

    def __init__(self, context: BaseContext, initializer: Initializer | None, max_tasks: int | None) -> None:
        self.context = context
        self.initializer = initializer
        self.max_tasks = max_tasks
        self.task_timeout: float | None = None
        self.replace_workers = False
        self.paces = Paces()
        self.false_starts = 0
        self.end_with: str | None = None  # what ends the workers: "terminate" or "kill"

    @property
    def each_counts(self) -> bool:
        """Each call travels alone, because calls are counted, have a time limit, or fail one by one."""
        return self.max_tasks is not None or self.task_timeout is not None or self.replace_workers


class ProcessWorker(Worker):
    def __init__(self, settings: Settings, prefix: str, scheduler: Scheduler, number: int) -> None:
        super().__init__(scheduler, number, f"{prefix}-worker-{number}")
        self._settings = settings
        self._process: Process | None = None
        self._requests = 0
        self._made = 0  # calls that the process has made
        self._is_sent = False  # the request was sent: if the process dies now, the call may be the cause

    # Between calls

    def sleep(self) -> None:
        if self._process is not None and not self._process.sleep():
            self._pool_goes_on(self._end_process("while it was idle", is_meant=False))
        super().sleep()

    def wake(self) -> None:
        if (process := self._process) is not None:
            process.wake()
        super().wake()

    def finish(self) -> None:
        self._end_process()

    # The process starts, with the first call: that counts as running then

    def _has_process(self, batch: Batch) -> bool:
        """Have a process that is ready. False: there is none, and the batch was given back or has failed."""
        while self._process is None:
            pool = self._settings
            try:
                process = self._process = Process(pool.context, self.number, pool.initializer, pool.task_timeout)
            except BaseException as error:  # pickling the initializer runs user code
                if self._cannot_start(error):
                    batch.give_back(len(batch))
                    return False
            else:
                self.end_if_told()
                self._wait_until_ready(process)
            if self.scheduler.broken is not None:
                batch.fail(self.scheduler.broken)
                return False
        return True

    def _cannot_start(self, error: BaseException) -> bool:
        """Whether other workers go on without this one. False: the pool is broken."""
        reason = f"cannot start worker {self.number}: {text_of(error)}"
        if self.scheduler.shrink():
            logger.warning("%s; the pool goes on with %s workers", reason, self.scheduler.size)
            return True
        self._break_pool(reason, error)
        return False

    def _wait_until_ready(self, process: Process) -> None:
        """Block until the new process can take calls. If it cannot, let go of it; perhaps that breaks the pool."""
        settings = self._settings
        try:
            first = process.receive()[0]  # type: ignore[index]  # there is no time limit, so it is not None
        except (EOFError, OSError):
            died = self._end_process(STARTING, is_meant=False)
            settings.false_starts += 1
            self._pool_goes_on(died, is_hopeless=settings.false_starts >= max(FALSE_STARTS, self.scheduler.size))
            return
        if first == READY:
            self._made = settings.false_starts = 0
            self.scheduler.observers.note(EventKind.WORKER_STARTED, worker=self.number, ident=process.pid)
        else:
            error = loads_error(first, "the initializer's exception")
            self._end_process()
            self._break_pool(NOT_INITIALIZED % (self.number, error), error)

    # The process works

    def run(self, item: Call | Job | Batch) -> None:
        settings = self._settings
        if self.scheduler.broken is not None:
            item.fail(self.scheduler.broken)
            return
        batch = take_batch(item, self.scheduler, settings.paces, alone=settings.each_counts)
        if batch is None or not self._has_process(batch):
            return
        try:
            self._converse(batch)
        except (EOFError, OSError):
            self._process_died(batch)
        except BaseException as error:  # user code has written into the pipe, say
            self._process.terminate(kill=True)  # type: ignore[union-attr]
            self._process_died(batch, f"was ended because of what it sent: {error!r}")
        if self._process is not None and (self._process.is_late or self._made == settings.max_tasks):
            self._end_process()
        self._is_sent = False

    def _converse(self, batch: Batch) -> None:
        """Send the request, and take replies until the last one is here."""
        self._requests += 1
        message, buffers, failures = pack(batch.request(self._requests, is_observed=bool(self.scheduler.observers)))
        for place, error in sorted(failures.items(), reverse=True):
            batch.fail_one(place, error)
        if not message:
            return
        for call in batch.calls:
            self.scheduler.observers.note(EventKind.STARTED, call.number, self.number)
        self._process.send(message, buffers)  # type: ignore[union-attr]
        self._is_sent = True
        sent = _size(message, buffers) / len(batch)
        del message, buffers
        while self._take_reply(batch, sent):
            pass

    def _take_reply(self, batch: Batch, sent: float) -> bool:
        """Whether more replies will come. `sent`: bytes for each call of the request."""
        message, buffers = self._process.receive_reply()  # type: ignore[union-attr]
        reply = Reply(*pickle.loads(message or b"?"))  # an empty message is no end of the pipe
        answered = len(reply.outcomes) + reply.given_back
        if reply.number != self._requests or answered > len(batch) or (reply.is_last and answered < len(batch)):
            raise ValueError("a reply that does not fit its request")
        moved = sent + _size(message, buffers) / max(len(reply.outcomes), 1)
        batch.note_pace(max(reply.took_s, moved / BYTES_A_SECOND) if reply.is_last else math.inf)
        self._made += len(reply.outcomes)
        results, errors = load_outcomes(reply.outcomes, batch.functions, buffers)
        del buffers
        if self._process.is_late:  # type: ignore[union-attr]
            results, errors = [None], {0: self._too_late(batch, errors.get(0))}
        times = repeat(NOT_TIMED) if reply.times is None else starmap(Times, reply.times)
        batch.settle(results, errors, self.number, times)
        if reply.given_back:
            batch.give_back(reply.given_back)
        return not reply.is_last

    # The process goes

    def _process_died(self, batch: Batch, fault: str | None = None) -> None:
        """The process has died while it had this batch: fail the batch, or give it back."""
        is_late = self._process.is_late  # type: ignore[union-attr]
        others = f", or one of {len(batch) - 1} others" if len(batch) > 1 else ""
        died = self._end_process(f"while it ran {batch}{others}", fault, is_meant=is_late)
        if is_late:
            batch.fail(partial(self._too_late, batch, WorkerDiedError(died)))
        elif not self._pool_goes_on(died):
            batch.fail(self.scheduler.broken)  # type: ignore[arg-type]  # it is broken now
        elif self._is_sent:
            batch.fail(lambda: WorkerDiedError(died))
        else:
            batch.give_back(len(batch))

    def _too_late(self, batch: Batch, cause: BaseException | None) -> TimeoutError:
        limit_s = self._settings.task_timeout
        error = TimeoutError(f"{batch}, ran longer than the task_timeout of {limit_s} seconds and was stopped")
        error.__cause__ = cause
        return error

    def _end_process(self, when: str = "", fault: str | None = None, *, is_meant: bool = True) -> str:
        """Let go of the process, and end it if it still runs. Blocks until it has ended. Returns how, as a text."""
        process, self._process = self._process, None
        if process is None:
            return ""
        exitcode = process.end()
        died = f"worker {self.number} (process {process.pid}) {fault or manner(exitcode)} {when}"
        error = None if is_meant else died
        self.scheduler.observers.note(EventKind.WORKER_STOPPED, worker=self.number, ident=process.pid, error=error)
        return died

    def _pool_goes_on(self, died: str, *, is_hopeless: bool = False) -> bool:
        """Whether the pool survives the death of a process. False: the pool is broken."""
        if is_hopeless or not self._settings.replace_workers or self._settings.end_with is not None:
            self._break_pool(died)
            return False
        if not self._is_sent:  # no future will tell
            logger.warning("%s; another takes its place", died)
        return True

    def _break_pool(self, reason: str, cause: BaseException | None = None) -> None:
        """Break the pool, and end the other workers."""
        self.scheduler.break_pool(partial(broken, BrokenProcessPool, reason, cause or WorkerDiedError(reason)))
        self._settings.end_with = self._settings.end_with or "terminate"
        for other in list(self.scheduler.workers.values()):
            if other is not self:
                other.end_if_told()

    def end_if_told(self) -> None:
        """Called by this worker after it has started a process, and by any thread after it has set `end_with`."""
        process, how = self._process, self._settings.end_with
        if process is not None and how is not None:
            process.terminate(kill=how == "kill")


def _size(message: bytes, buffers: Sequence[Any]) -> float:
    return float(len(message) + sum(memoryview(buffer).nbytes for buffer in buffers))
