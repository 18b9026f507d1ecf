"""`WorkerProcess`: the parent's handle of one worker process, and of its two halves the one that hears the worker.

While calls are short and many are queued, some lie ready in the backlog. A worker that has taken one from there says so
in its reply, and when the replies of several travel together, all that it has taken since.

A worker ends for one of four reasons, and its call accordingly:

    it is dismissed                  it has no call
    it dies                          the pool breaks, and the call fails with what broke it; or, with replace_workers,
                                     only the call fails, or runs elsewhere if the worker had not read it
    its call exceeds task_timeout    the worker is made to end; then the call fails with TimeoutError
    the pool ends its workers        like a death that breaks the pool
"""

import math
import time
from collections.abc import Callable, Set
from functools import partial
from typing import Any

from pool_lab.call import Call
from pool_lab.dispatch import Dispatcher
from pool_lab.errors import InvalidStateError, WorkerDiedError, logger

from .deaths import broken, manner, occupation, timed_out
from .mailbox import NOTHING
from .messages import loads_together, outcome, raised
from .replies import RETURNED, RETURNED_APART, BadReplyError, Reply, ReplyKind
from .requests import lay_ready, request_for
from .sender import Sender
from .settings import Settings
from .shares import ProcessShare

__all__ = ["WorkerProcess"]

GRACE_S = 1.0
"""How long a worker that was asked to end may take before it is told so less gently."""
FALSE_STARTS = 3


class WorkerProcess(Sender):
    """One process of a pool, seen from the pool's process."""

    def __init__(self, settings: Settings, dispatcher: Dispatcher, number: int) -> None:
        super().__init__(settings, dispatcher, number)
        self._arrived = False
        self._answered = 0
        self._fault: str | None = None
        self._is_fatal = False
        """Whether its death has broken the pool."""
        self._measures = 0
        """How many ways to end it have been tried."""

    # For the reader

    @property
    def sources(self) -> tuple[Any, ...]:
        return self._child.sources if self._death is None else ()

    def listen(self, readable: Set[Any], forget: Callable[[], None]) -> bool:
        self._take_replies(thorough=False)
        lay_ready(self._settings, self._dispatcher)
        exitcode = self._child.exitcode if self._child.may_have_ended(readable) else None
        if exitcode is None:
            self._watch_the_time()
            return True
        self._take_replies(thorough=True)  # a last one may have been written just before the end
        forget()
        self._bury(exitcode)
        return False

    def _take_replies(self, *, thorough: bool) -> None:
        while (message := self._child.receive(thorough=thorough)) is not None:
            try:
                if self._fault is None:
                    reply = Reply.from_bytes(message)
                    if reply.kind is RETURNED_APART:
                        reply = reply._replace(memory=self._child.take_memory())
                    self._take(reply)
            except BadReplyError as error:
                self._fault = f"was ended because it sent {error}"
                self._child.kill()

    def _take(self, reply: Reply) -> None:
        if reply.kind is RETURNED:
            self._finish(reply)
            return
        match reply.kind:
            case ReplyKind.TOGETHER:
                self._finish_together(reply)
            case ReplyKind.RETURNED_APART | ReplyKind.RAISED | ReplyKind.UNREADABLE:
                self._finish(reply)
            case ReplyKind.ARRIVED if not self._arrived:
                self._arrived = True
                self._settings.false_starts = 0
                self._dispatcher.reports.arrived(self)
                self._dispatcher.ready(self)
            case ReplyKind.UNPREPARED if not self._arrived:
                self._give_up(raised(reply.payload, "the initializer's exception"))
            case ReplyKind.PART if isinstance(share := self._call, ProcessShare):
                share.batch.part(share, reply)
            case ReplyKind.BEGUN if self._call is not None:
                self._give_time(reply.worktime.began)
            case _:
                raise BadReplyError(f"a reply that nothing had asked for: {reply.kind.name}, {reply.request}")

    def _finish(self, reply: Reply) -> None:
        """The call is done: give the worker the next one first, then tell the future, whose callbacks may take long."""
        call = self._answered_call(reply)
        took_s = self._note(reply)
        if self._measures and took_s < self._settings.task_timeout:
            self._pardon()
        result, error = self._outcome(call, reply)
        if self._dispatcher.observers:
            self._dispatcher.reports.ended(call, self, reply.worktime, error)
        call.let_go()
        try:
            self._go_on(reply)
        finally:  # whatever becomes of the next call
            if error is None:
                call.set_result(result)
            else:
                call.set_exception(error)

    def _note(self, reply: Reply) -> float:
        """One more is done. Returns the seconds that it took."""
        self._answered += 1
        took_s = reply.worktime.ended - reply.worktime.began
        self._settings.note_pace(took_s)
        return took_s

    def _finish_together(self, reply: Reply) -> None:
        """As `_finish`: the call is done, and so are some that the worker has taken from the backlog since."""
        results = loads_together(reply.payload)
        first, *others = results or [NOTHING]
        is_asked_for = first == reply.request == self._number and not isinstance(self._call, ProcessShare)
        calls = self._settings.backlog.all_taken(others) if is_asked_for else None
        if calls is None:
            raise BadReplyError("results that nothing had asked for")
        calls.insert(0, self._answered_call(reply))
        self._settings.note_pace((reply.worktime.ended - reply.worktime.began) / len(calls), len(calls))
        for call in calls:
            call.let_go()
        if self._dispatcher.observers:
            self._tell_late(calls, reply)
        try:
            self._go_on(reply)
        finally:
            for call, result in zip(calls, results.values(), strict=True):
                try:
                    call.set_result(result)
                except InvalidStateError:  # somebody else has
                    logger.critical("Exception in the reader of a process pool", exc_info=True)

    def _tell_late(self, calls: list[Call], reply: Reply) -> None:
        """To observers who have come since these calls were sent."""
        for place, call in enumerate(calls):
            if place > 0 or not self._is_told_of:
                self._dispatcher.reports.started(call, self, since=reply.worktime.began)
            self._dispatcher.reports.ended(call, self, None)

    def _answered_call(self, reply: Reply) -> Call:
        """The call that it has made. From now on it has none."""
        with self._lock:
            call = self._call
            if call is None or reply.request != self._number:
                raise BadReplyError(f"a reply that nothing had asked for: to request {reply.request}")
            self._call, self._number, call.runner = None, NOTHING, None
            return call

    def _go_on(self, reply: Reply) -> None:
        """What it does next."""
        if self._verdict is None:  # else its deadline stays: until the process has ended it is watched
            self.deadline = math.inf
        if reply.took != NOTHING:
            self._has_taken(reply)
        elif self._verdict is not None or self._answered == self._settings.max_tasks:
            self._dispatcher.retire(self)
        elif self._dispatcher.is_overstaffed or not self._takes_first():
            self._dispatcher.ready(self)

    def _takes_first(self) -> bool:
        """Send the worker the first of the calls that were laid ready just after it had looked, if there are any."""
        while (first := self._settings.backlog.take_first()) is not None:
            call, number, own_request = first
            request = own_request or request_for(call, self._settings, self._dispatcher)
            if request is not None:  # else it cannot be pickled any more
                self._dispatcher.reports.started(call, self)
                self._begin(call, number)
                self._child.put(number, request)
                return True
        return False

    def _has_taken(self, reply: Reply) -> None:
        found = self._settings.backlog.taken(reply.took)
        if found is None:
            raise BadReplyError(f"that it had taken request {reply.took}, which was not there")
        call, ready_since = found
        if self._dispatcher.observers:  # it has begun, as far as we know, when the one before had ended
            self._dispatcher.reports.started(call, self, since=max(ready_since, reply.worktime.ended))
        self._begin(call, reply.took)

    def _outcome(self, call: Call, reply: Reply) -> tuple[object, BaseException | None]:
        if self._verdict is not None:
            return self._late_outcome(reply)
        if isinstance(call, ProcessShare):
            call.batch.settle(call, reply)
            return None, None
        return outcome(reply, call.function)

    def _late_outcome(self, reply: Reply) -> tuple[None, BaseException | None]:
        """The call was asked to stop, and so it did."""
        if reply.kind is ReplyKind.RAISED and self._verdict is not None:
            self._verdict.__cause__ = raised(reply.payload, "the exception of the stopped call")
        return None, self._verdict

    def _watch_the_time(self) -> None:
        """Once the deadline has passed, end the worker: at first gently, then, each time it passes again, less so."""
        if time.monotonic() < self.deadline:
            return
        if self._measures == 0 and self._verdict is None and self._call is not None:
            self._verdict = timed_out(self._call, self._settings.task_timeout)
        measures = self._child.measures[self._measures :]
        self._measures += 1
        self.deadline = time.monotonic() + GRACE_S if len(measures) > 1 else math.inf
        if measures:
            measures[0]()

    def _give_time(self, began: float) -> None:
        """The worker was asked too early: the call gets all its time."""
        if self._measures > 0 and self._pardon():
            self.deadline = time.monotonic() + self._settings.task_timeout - (time.perf_counter() - began)

    def _pardon(self) -> bool:
        """The call was or is in time after all. Returns whether no more has been done about it than to ask."""
        if self._measures > self._child.mild_measures or self._is_condemned:
            return False
        self._verdict, self._measures = None, 0
        return True

    # The end of the worker

    def _give_up(self, error: BaseException) -> None:
        """The initializer failed: that breaks the pool."""
        reason = f"the initializer failed in worker {self.number}: {error!r}"
        if self._dispatcher.lost(self, reason):
            self._break_pool(reason, error)

    def _bury(self, exitcode: int) -> None:
        """The process has ended. If nobody had asked it to, that breaks the pool, or another takes its place."""
        if self._child.left_unread or not self._child.has_read(self._number):
            self._is_unread = True
        lost_call = None if self._is_unread else self._settings.backlog.find(self._child.at) or self._call
        doing = occupation(lost_call, is_up=self._arrived)
        died = f"worker {self.number} (process {self.ident}) {self._fault or manner(exitcode)} {doing}"
        self._is_fatal = self._breaks_pool()
        with self._lock:
            self._death = death = WorkerDiedError(died)
        self._child.bury()
        try:
            if self._dispatcher.lost(self, died if self._verdict is None else None):
                if self._is_fatal:
                    self._break_pool(died, death)
                else:
                    self._dispatcher.replace_lost()
                    if self._call is None and self._verdict is None:  # no future will tell
                        logger.warning("%s; another will take its place", died)
        finally:
            try:
                self._settle()
            finally:
                self._dispatcher.gone(self)
                self._buried.set()

    def _breaks_pool(self) -> bool:
        """Not if the worker died of its call and may be replaced.

        A worker that was never up has died of its own: then others will, too, and the pool gives up when as many of
        them in a row have as it may have workers.
        """
        if self._verdict is not None:
            return False
        if self._is_condemned or not self._settings.replace_workers:
            return True
        if self._arrived:
            return False
        self._settings.false_starts += 1
        return self._settings.false_starts >= max(FALSE_STARTS, self._dispatcher.size)

    def _break_pool(self, reason: str, cause: BaseException) -> None:
        """Break the pool and end the other workers."""
        error = self._dispatcher.break_pool(partial(broken, reason, cause))
        for call in self._settings.backlog.rest():
            self._dispatcher.fail(call, error())
        for other in self._dispatcher.workers:
            other.terminate()  # type: ignore[attr-defined]  # they are all processes

    def _settle(self) -> None:
        """The worker is dead: close its pipe and see to its call.

        But not while somebody writes: the descriptor's number may soon be another pipe's, and the call may never get
        through. Then it is the writer who does this, afterwards.
        """
        if not self._sending.acquire(blocking=False):
            return
        with self._lock:
            call, self._call = self._call, None
            if call is not None:
                call.runner = None
            if not self._child.has_read(self._number):
                self._is_unread = True
        self._child.hang_up()
        self._sending.release()
        if call is not None:
            self._lose(call)

    def _lose(self, call: Call) -> None:
        """The call's worker is dead."""
        if self._verdict is not None:
            self._verdict.__cause__ = self._death
            self._dispatcher.fail(call, self._verdict)
        elif self._is_fatal:
            error = self._dispatcher.break_pool(partial(broken, str(self._death), self._death))
            self._dispatcher.fail(call, error())
        elif self._is_unread:
            self._dispatcher.take_back(call)
        elif self._death is not None:
            self._dispatcher.fail(call, self._death)
