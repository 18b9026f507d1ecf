"""`LedWorkerProcess`: who waits for the result of a short call listens to its worker in the reader's place.

    mostly     worker --> reader --> who waits       two threads are woken, one after the other
    here       worker -----------> who waits         one is, or none, as it stays awake for a moment

Who waits for a result leads, as long as nobody else has to do with it: the worker's pipe is muted for the reader, and
the simplest of all replies, a short result of Python's own types, is taken in the waiting thread. No foreign code runs
there, for it could take long, or want a lock that who waits is holding: whatever may need some is left to the reader,
and so are callbacks, observers and the calls that are queued. And nobody leads for long: then it would not pay any
more, and an outcome that is set by somebody else would be seen late.

A signal may raise an exception in the waiting thread at any moment. So the reply is only looked at; then it is put down
in `_led`, and from there whatever is still to be done about it is done by the one or, if that came to nothing, by the
reader. It is taken out of the pipe last, by either.
"""

import math
import select
from collections import deque
from collections.abc import Callable, Set
from functools import partial
from typing import Any, NamedTuple

from pool_lab.call import Call
from pool_lab.dispatch import Dispatcher
from pool_lab.interrupts import interruptible, uninterrupted
from pool_lab.staff import WORKING

from .mailbox import NOTHING
from .messages import loads_plain
from .parent import WorkerProcess
from .replies import RETURNED, BadReplyError, Reply
from .selecting import CAN_MUTE
from .settings import Settings
from .spinning import SHORT_S, comes_soon

__all__ = ["LedWorkerProcess"]

LONGEST_S, SHORTEST_S = 0.01, 0.001
"""How long one leads at most, and how much time one must have to lead at all."""
SHORT = 4096
"""Bytes. A reply that is longer is left to the reader."""


class Led(NamedTuple):
    call: Call
    message: bytes
    reply: Reply
    result: Any


class LedWorkerProcess(WorkerProcess):
    def __init__(self, settings: Settings, dispatcher: Dispatcher, number: int) -> None:
        super().__init__(settings, dispatcher, number)
        # A worker may have to be retired after its call, or asked to stop, which is the reader's business.
        if CAN_MUTE and settings.max_tasks is None and settings.task_timeout == math.inf:
            self.runner = self
        self._poll: Callable[[float], object] | None = None
        self._led: Led | None = None
        """The reply that was taken, until all is done about it."""
        self._left: deque[Callable[[], object]] = deque()
        """What the reader is to do about it."""

    def abandon(self) -> None:
        super().abandon()
        self.runner = None
        if self._call is not None:
            self._call.runner = None

    # In the thread of who waits

    def listen_for(self, call: Call, timeout: float | None) -> None:
        patience_s = LONGEST_S if timeout is None else min(timeout, LONGEST_S)
        if patience_s < SHORTEST_S or self._concerns_others() or self._settings.reader.is_current_thread():
            return
        with uninterrupted():
            who, is_over = object(), None
            try:
                is_over = self.hearing.take(who) and self._lead(call, patience_s)
            finally:
                try:
                    self.hearing.give_back(who)
                finally:
                    self.hearing.give_back(who)  # should an exception have come in between here
                    if is_over is None or self._is_readers_turn:  # None: an exception, wherever
                        self._settings.reader.call(self)
            if is_over:
                call.let_go()

    def _concerns_others(self) -> bool:
        """Whether others would have to do with the reply if it came now."""
        return bool(self._dispatcher.observers) or self._dispatcher.has_queue

    @property
    def _is_readers_turn(self) -> bool:
        return self._led is not None or bool(self._left)

    def _lead(self, call: Call, patience_s: float) -> bool:
        """Wait for the call's end. Returns whether its result has come and was taken."""
        if call is not self._call or self._death is not None or self._is_readers_turn:
            return False
        with self._settings.reader.deaf_to(self._child.pipe) as is_ours:
            if not is_ours:  # the pipe has ended
                return False
            with interruptible():
                is_there = self._waits(patience_s)
            return is_there and self._take_result(call)

    def _waits(self, patience_s: float) -> bool:
        """Whether there is something to be heard in that time."""
        if self._poll is None:
            poll = select.poll()
            for source in self.sources:
                poll.register(source, select.POLLIN)
            self._poll = poll.poll
        if self._settings.pace_s < SHORT_S and comes_soon(self._poll):
            return True
        return bool(self._poll(patience_s * 1000))

    def _take_result(self, call: Call) -> bool:
        """Take the call's result, if that is all there is. Whatever else there is the reader will take."""
        message = self._child.peek(SHORT)
        if message is None or self._concerns_others() or self._verdict or self._fault:
            return False
        try:
            reply = Reply.from_bytes(message)
        except BadReplyError:
            return False
        if reply.kind is not RETURNED or reply.request != self._number or reply.took != NOTHING:
            return False
        result = loads_plain(reply.payload)
        if result is None:
            return False
        self._led = Led(call, message, reply, result[0])
        self._end(self._led)
        self._child.drop(message)
        self._led = None
        return True

    def _end(self, led: Led) -> None:
        """As `_finish`, but no foreign code runs here. Does only what was not done before."""
        call = led.call
        if self._call is call:
            self._answered_call(led.reply)
            self._note(led.reply)
        call.put_result(led.result)
        if call.has_callbacks:
            self._left.append(call._run_callbacks)
        if self.doing is WORKING and self._call is None and not self._dispatcher.rest(self):
            self._left.append(partial(self._dispatcher.ready, self))

    # In the reader's thread

    def listen(self, readable: Set[Any], forget: Callable[[], None]) -> bool:
        try:
            if self._led is not None:
                self._end(self._led)
            while self._left:
                self._left.popleft()()
        finally:
            if self._left:  # something was raised
                self._settings.reader.call(self)
        return super().listen(readable, forget)

    def _take_replies(self, *, thorough: bool) -> None:
        super()._take_replies(thorough=thorough)
        self._led = None  # now it is certainly not in the pipe any more

    def _take(self, reply: Reply) -> None:
        if self._led is None or reply != self._led.reply:
            super()._take(reply)
        else:
            self._led = None
