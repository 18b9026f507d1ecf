"""`LedWorkerProcess`: who waits for the result of a short call listens to its worker in the reader's place.

    mostly     worker --> reader --> who waits       two threads are woken, one after the other
    here       worker -----------> who waits         one is, or none, as it stays awake for a moment

Who waits for a result leads, as long as others have nothing to do with it: the worker's pipe is muted for the reader,
and the simplest of all replies, a short result with nothing queued behind it, is taken in the waiting thread. All else
is put back and left to the reader, whose thread may be kept waiting by foreign code, and so are the callbacks: who
waits may hold a lock that they want. And nobody leads for long, as then it would not pay any more.
"""

import math
import select
import threading
from collections import deque
from collections.abc import Callable, Set
from functools import partial
from typing import Any

from pool_lab.call import Call
from pool_lab.dispatch import Dispatcher
from pool_lab.interrupts import interruptible, uninterrupted

from .mailbox import NOTHING
from .messages import outcome
from .parent import WorkerProcess
from .replies import RETURNED, BadReplyError, Reply
from .selecting import CAN_MUTE
from .settings import Settings
from .spinning import SHORT_S, comes_soon

__all__ = ["LedWorkerProcess"]

LONGEST_S = 0.01
SHORT = 4096
"""Bytes of a result that takes no time to unpickle."""


class LedWorkerProcess(WorkerProcess):
    def __init__(self, settings: Settings, dispatcher: Dispatcher, number: int) -> None:
        super().__init__(settings, dispatcher, number)
        # A worker may have to be retired after its call, or asked to stop, which is the reader's business.
        if CAN_MUTE and settings.max_tasks is None and settings.task_timeout == math.inf:
            self.as_runner = self
        self._hearing = threading.Lock()  # held by who listens
        self._poll: Callable[[float], object] | None = None
        self._left: deque[Callable[[], object]] = deque()
        """What the reader is to do."""
        self._leader: int | None = None
        """The thread that has taken the reply, until all is done about it."""

    def join(self) -> None:
        if self._leader == threading.get_ident():
            raise RuntimeError("cannot join current thread")
        super().join()

    # In the thread of who waits

    def listen_for(self, call: Call, timeout: float | None) -> None:
        patience_s = LONGEST_S if timeout is None else min(timeout, LONGEST_S)
        if patience_s <= 0 or not self._is_up_to_leader() or self._settings.reader.is_current_thread():
            return
        with uninterrupted():
            reply = self._reply_to(call, patience_s)
            if reply is not None:
                self._end(call, reply)

    def _is_up_to_leader(self) -> bool:
        """Whether nobody else would have to do with the reply if it came now."""
        return not (self._dispatcher.observers or self._dispatcher.has_queue or self._left)

    def _reply_to(self, call: Call, patience_s: float) -> Reply | None:
        if not self._hearing.acquire(blocking=False):
            return None
        try:
            if call is not self._call or self._death is not None or self._left:
                return None
            with self._settings.reader.deaf_to(self._child.pipe) as is_ours:
                if not is_ours:  # it has ended
                    return None
                with interruptible():
                    is_there = self._waits(patience_s)
                return self._take_simple(call) if is_there else None
        finally:
            self._hearing.release()
            if self._left:
                self._settings.reader.call(self)

    def _waits(self, patience_s: float) -> bool:
        """Whether something has come in that time."""
        if self._poll is None:
            poll = select.poll()
            poll.register(self._child.pipe, select.POLLIN)
            self._poll = poll.poll
        if self._settings.pace_s < SHORT_S and comes_soon(self._poll):
            return True
        return bool(self._poll(math.ceil(patience_s * 1000)))

    def _take_simple(self, call: Call) -> Reply | None:
        """The reply to the call, if there is nothing to it. Else whatever it is the reader will take it."""
        messages = [*iter(partial(self._child.receive, thorough=False), None)]
        if not messages:  # half of one, or the end
            return None
        reply = _simple(messages) if self._is_up_to_leader() and not (self._verdict or self._fault) else None
        if reply is None or reply.request != self._number:
            self._child.put_back(messages)
            self._left.append(_nothing)
            return None
        self._answered_call(reply)
        self._leader = threading.get_ident()
        return reply

    def _end(self, call: Call, reply: Reply) -> None:
        """As `_finish`, but whatever may keep a thread waiting is left to the reader."""
        self._note(reply)
        result, error = outcome(reply, call.function)
        call.let_go()
        call.later = self._leave
        try:
            if error is None:
                call.set_result(result)
            else:
                call.set_exception(error)
        finally:
            call.later = self._leader = None
            if not self._dispatcher.rest(self):
                self._leave(partial(self._dispatcher.ready, self))

    def _leave(self, deed: Callable[[], object]) -> None:
        """Leave this to the reader; if it does not listen any more do it here."""
        with self._lock:
            is_dead = self._death is not None
            if not is_dead:
                self._left.append(deed)
        if is_dead:
            deed()
        else:
            self._settings.reader.call(self)

    # In the reader's thread

    def listen(self, readable: Set[Any], forget: Callable[[], None]) -> bool:
        if not self._hearing.acquire(blocking=False):
            return True  # it will be told once more when the leader is done
        try:
            self._do_what_was_left()
            return super().listen(readable, forget)
        finally:
            self._hearing.release()

    def _do_what_was_left(self) -> None:
        try:
            while self._left:
                self._left.popleft()()
        finally:
            if self._left:  # one has raised
                self._settings.reader.call(self)

    def _bury(self, exitcode: int) -> None:
        super()._bury(exitcode)
        self._do_what_was_left()  # from now on nothing is left to the reader


def _simple(messages: list[bytes]) -> Reply | None:
    """The one reply, if it is a short result and the worker has nothing else to do."""
    if len(messages) > 1 or len(messages[0]) > SHORT:
        return None
    try:
        reply = Reply.from_bytes(messages[0])
    except BadReplyError:
        return None
    return reply if reply.kind is RETURNED and reply.took == NOTHING else None


def _nothing() -> None:
    """There is something to receive."""
