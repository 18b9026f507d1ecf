"""`ProcessWorker`: a thread that owns one process, and handles everything that happens to it.

    sleep        until there is a call, or the process dies
    run          take a batch -> ensure a process -> send the batch -> receive replies -> deliver the outcomes
    a call takes too long     ask it to stop -> terminate the process -> kill it
    the process dies          the pool breaks; or one call fails, and another process takes its place

The first call starts the process, and counts as running from then on. One thread does all of this, so nothing needs a
lock. Another thread may only end the process (`end_if_given_up`).
"""

import math
import pickle
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import repeat, starmap
from multiprocessing.context import BaseContext
from typing import Any

from pool_lab.call import Call
from pool_lab.errors import BrokenProcessPool, WorkerDiedError, broken, caused, logger
from pool_lab.events import NOT_TIMED, EventKind, Times, text_of
from pool_lab.job import Job
from pool_lab.scheduler import Scheduler
from pool_lab.worker import NOT_INITIALIZED, Worker

from .batch import Batch, Paces, take_batch
from .child import Initializer
from .messages import READY, Reply, load_outcomes, pack
from .pickling import loads_error
from .process import FITS_INTO_PIPE, Process, hint, how_it_ended

FALSE_STARTS = 3
RETRY_S = 0.2
MOVES_AT_ONCE = 1e5  # bytes; the time to send fewer is negligible
BYTES_A_SECOND = 2.5e8  # how fast data moves. A call that moves much of it takes long, and travels alone.


class Settings:
    """What the workers of one pool have in common."""

    def __init__(self, context: BaseContext, initializers: list[Initializer], max_tasks: int | None) -> None:
        self.context, self.initializers, self.max_tasks = context, initializers, max_tasks
        self.task_timeout: float | None = None
        self.replace_workers = self.has_warned = False
        self.paces, self.false_starts = Paces(), 0
        self.end_with: str | None = None  # what ends the workers: "terminate" or "kill"


class ProcessWorker(Worker):
    def __init__(self, settings: Settings, prefix: str, scheduler: Scheduler, number: int) -> None:
        super().__init__(scheduler, number, f"{prefix}-worker-{number}")
        self._settings = settings
        self._process: Process | None = None
        self._forked: Process | None = None  # started here, in the context of the thread that makes this worker
        if settings.context.get_start_method() == "fork":
            with suppress(Exception):  # then it is tried again, and fails there
                self._forked = self._start_process()
        self._requests, self._made = 0, 0  # how many requests were sent, and how many calls the process has run
        self._is_sent = False  # True: the process has the request, so if it dies now, a call may be the cause

    def sleep(self) -> None:
        if self._process is not None and not self._process.sleep():
            self._pool_goes_on(self._end_process("while it was idle", is_meant=False))
        super().sleep()

    def wake(self) -> None:
        if (process := self._process) is not None:
            process.wake()
        super().wake()

    def clean_up(self) -> None:
        self.dismiss()
        self._end_process()

    def _start_process(self) -> Process:
        pool = self._settings
        return Process(pool.context, self.number, pool.initializers, pool.task_timeout)

    def _ensure_process(self, batch: Batch) -> bool:
        """Start a process, if there is none. False: it cannot, and the batch was given back or has failed."""
        while self._process is None:
            try:
                self._process, self._forked = self._forked or self._start_process(), None
            except BaseException as error:  # pickling the initializer runs user code
                self._cannot_start(error, batch)
                return False
            self._wait_until_ready(self._process)
            if self.scheduler.broken is not None:
                batch.discard(self.scheduler.broken)
                return False
        return True

    def _cannot_start(self, error: BaseException, batch: Batch) -> None:
        """If other workers have processes, give them the batch; if not, it fails. This worker will try again."""
        reason = f"cannot start worker {self.number}: {text_of(error)}{hint(self._settings.context, error)}"
        if not isinstance(error, (OSError, EOFError, MemoryError)):  # the initializer cannot be pickled, say
            self._break_pool(reason, error)
            batch.discard(self.scheduler.broken)
        elif any(other._process for other in list(self.scheduler.workers.values())):
            if not self._settings.has_warned:
                self._settings.has_warned = True
                logger.warning("%s; other workers do its work", reason)
            batch.give_back(len(batch))
            time.sleep(RETRY_S)
        else:
            code = filter(None, [getattr(error, "errno", None)])
            failure = partial(OSError, *code, reason)
            batch.discard(lambda: caused(failure(), error.with_traceback(None)))

    def _wait_until_ready(self, process: Process) -> None:
        """Block until the new process can take calls. If it never can, drop it; that may break the pool."""
        settings = self._settings
        self.end_if_given_up()
        try:
            first = process.receive()[0]  # type: ignore[index]  # there is no time limit, so it is not None
        except (EOFError, OSError):
            died = self._end_process("while it was starting", is_meant=False) + hint(settings.context)
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

    def run(self, item: Call | Job | Batch) -> None:
        settings = self._settings
        if self.scheduler.broken is not None:
            item.discard(self.scheduler.broken)
            return
        # Each call travels alone if calls are counted, have a time limit, or fail one by one.
        alone = settings.max_tasks is not None or settings.task_timeout is not None or settings.replace_workers
        batch = take_batch(item, self.scheduler, settings.paces, alone=alone)
        item = None  # type: ignore[assignment]  # its result can be freed while the rest of the batch is still running
        if batch is None or not self._ensure_process(batch):
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
        """Send the request, and receive replies until the last one has come."""
        self._requests += 1
        pickles = batch.pickles
        request = batch.request(self._requests, is_observed=bool(self.scheduler.observers))
        message, buffers, failures = pack(request, pickles)
        for place, error in sorted(failures.items(), reverse=True):
            batch.fail(place, error)
        if not message:
            return
        for call in batch.calls:
            self.scheduler.observers.note(EventKind.STARTED, call.number, self.number)
        self._is_sent = _size(message, buffers) > FITS_INTO_PIPE  # the process may die of it while it reads
        self._process.send(message, buffers)  # type: ignore[union-attr]
        self._is_sent = True
        sent = (_size(message, buffers) - sum(map(len, pickles.values()))) / len(batch)
        del message, buffers, request, pickles
        while self._take_reply(batch, sent):
            pass

    def _take_reply(self, batch: Batch, sent: float) -> bool:
        """Receive one reply. True: more will come. `sent`: bytes for each call of the request."""
        message, buffers = self._process.receive_reply()  # type: ignore[union-attr]
        reply = Reply(*pickle.loads(message or b"?"))  # pickle would take an empty message for the end of the pipe
        answered = len(reply.outcomes) + reply.given_back
        if reply.number != self._requests or answered > len(batch) or (reply.is_last and answered < len(batch)):
            raise ValueError("a reply that does not fit its request")
        moved = sent + _size(message, buffers) / max(len(reply.outcomes), 1)
        if reply.is_last or reply.given_back:
            batch.note_pace(max(reply.took_s, moved / BYTES_A_SECOND) if reply.is_last else math.inf)
        if moved < MOVES_AT_ONCE:
            self._settings.paces.note_delay(time.perf_counter() - reply.time)
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

    def _process_died(self, batch: Batch, fault: str | None = None) -> None:
        """The process has died while it had this batch: fail the batch, or give it back."""
        is_late = self._process.is_late  # type: ignore[union-attr]
        others = f", or one of {len(batch) - 1} others" if len(batch) > 1 else ""
        died = self._end_process(f"while it ran {batch}{others}", fault, is_meant=is_late)
        if is_late:
            batch.discard(partial(self._too_late, batch, WorkerDiedError(died)))
        elif not self._pool_goes_on(died):
            batch.discard(self.scheduler.broken)
        elif self._is_sent:
            batch.discard(lambda: WorkerDiedError(died))
        else:
            batch.give_back(len(batch))

    def _too_late(self, batch: Batch, cause: BaseException | None) -> TimeoutError:
        limit = f"the task_timeout of {self._settings.task_timeout} seconds"
        return caused(TimeoutError(f"{batch}, ran longer than {limit} and was stopped"), cause)

    def _end_process(self, when: str = "", fault: str | None = None, *, is_meant: bool = True) -> str:
        """End the process, if it still runs, and drop it. Blocks until it has ended. Returns how it ended, as text."""
        process = self._process
        if process is None:
            return ""
        exitcode = process.end()  # any thread may kill it meanwhile
        self._process = None
        died = f"worker {self.number} (process {process.pid}) {fault or how_it_ended(exitcode)} {when}"
        error = None if is_meant else died
        self.scheduler.observers.note(EventKind.WORKER_STOPPED, worker=self.number, ident=process.pid, error=error)
        return died

    def _pool_goes_on(self, died: str, *, is_hopeless: bool = False) -> bool:
        """Whether the pool survives the death of a process. False: the pool is broken."""
        if is_hopeless or not self._settings.replace_workers or self._settings.end_with is not None:
            self._break_pool(died)
            return False
        if not self._is_sent:  # no future gets this error
            logger.warning("%s; another takes its place", died)
        return True

    def _break_pool(self, reason: str, cause: BaseException | None = None) -> None:
        self.scheduler.break_pool(partial(broken, BrokenProcessPool, reason, cause or WorkerDiedError(reason)))
        self._settings.end_with = self._settings.end_with or "terminate"
        for other in list(self.scheduler.workers.values()):
            if other is not self:
                other.end_if_given_up()

    def dismiss(self) -> None:
        if self._forked is not None:
            self._forked.end()
            self._forked = None

    def give_up(self, how: str) -> None:
        self._settings.end_with = how
        self.end_if_given_up()

    def end_if_given_up(self) -> None:
        """Called by this worker after it has started a process, and by any thread after it has set `end_with`."""
        process, how = self._process or self._forked, self._settings.end_with
        if process is not None and how is not None:
            process.terminate(kill=how == "kill")


def _size(message: bytes, buffers: Sequence[Any]) -> float:
    return float(len(message) + sum(memoryview(buffer).nbytes for buffer in buffers))
