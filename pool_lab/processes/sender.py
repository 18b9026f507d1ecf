"""`Sender`: the half of the parent's handle of a worker process that starts it and sends it calls.

Between `ready` and `hand_over` the worker is idle and waits for a request, so one can be sent to the end, however
long, and whoever sends it waits for that worker only. The call is put down in `_call` before it is sent: should the
worker die, the reader knows whose.
"""

import math
import threading
import time
from contextlib import suppress

from pool_lab.call import Call, Runner
from pool_lab.dispatch import Dispatcher
from pool_lab.errors import WorkerDiedError
from pool_lab.staff import Doing

from .child import Child
from .deaths import broken
from .mailbox import NOTHING
from .parcel import Parcel
from .reader import Voice
from .requests import request_for
from .settings import Settings
from .turns import Turn

__all__ = ["Sender"]

ROOM = 65536
"""Bytes that a pipe takes even if nobody reads."""


class Sender(Voice):
    """What the dispatcher sees."""

    def __init__(self, settings: Settings, dispatcher: Dispatcher, number: int) -> None:
        self.number = number
        self.doing = Doing.STARTING
        self.ident: int | None = None
        self.hearing = Turn()
        self.deadline = math.inf
        self.runner: Runner | None = None
        """Whom those who wait for its call may ask."""
        self._settings = settings
        self._dispatcher = dispatcher
        self._child: Child = None  # type: ignore[assignment]  # until `start`, before which nobody asks for it
        self._sending = threading.Lock()  # held while the pipe is written to, and to close it
        self._lock = threading.Lock()  # guards the next five
        self._call: Call | None = None
        self._number = NOTHING
        self._is_told_of = False
        """Whether there were observers when its call began."""
        self._death: WorkerDiedError | None = None
        self._is_condemned = False
        self._is_unread = False
        """Whether the worker will never read its call to the end."""
        self._verdict: BaseException | None = None
        """What its call will get, when the worker is ended because of the call."""
        self._buried = threading.Event()

    def start(self) -> None:
        try:
            settings = self._settings
            what = settings.initializer, settings.task_timeout
            self._child = Child(settings.context, self.number, settings.backlog, *what)
            self.ident = self._child.pid
            self._settings.reader.add(self)
        except BaseException as error:
            self._give_up_starting(error)
            raise

    def _give_up_starting(self, error: BaseException) -> None:
        """After Ctrl-C the process may run all the same, and the reader may listen to it and see to its end."""
        self._verdict = error
        if self._settings.reader.listens_to(self):
            self.terminate(kill=True)
        elif not self._buried.is_set():
            if self._child is not None:
                self._child.kill()
                self._child.bury()
                self._child.hang_up()
            self._buried.set()

    def hand_over(self, call: Call) -> bool:
        try:
            request = request_for(call, self._settings, self._dispatcher)
        except KeyboardInterrupt:  # it may not cost the worker
            self._dispatcher.ready(self)
            raise
        if request is None:
            return False
        self._dispatcher.reports.started(call, self)
        if isinstance(request, bytes) and len(request) > ROOM and self._settings.reader.is_current_thread():
            # Who listens to all workers waits for none of them to read.
            threading.Thread(target=self._send, args=(request, call), name=f"worker-{self.number}-feeder").start()
        else:
            self._send(request, call)
        return True

    def dismiss(self) -> None:
        with suppress(OSError):  # the process has died; the reader notices
            self._child.dismiss()

    def join(self) -> None:
        if self._settings.reader.is_current_thread():
            raise RuntimeError("cannot join current thread")
        self._buried.wait()

    broken = staticmethod(broken)

    def abandon(self) -> None:
        self._settings.shelf.abandon()
        if self.ident is not None:
            self._child.abandon()

    def terminate(self, *, kill: bool = False) -> None:
        """End the process with SIGTERM or SIGKILL, whatever it is doing. The reader will notice."""
        with self._lock:
            self._is_condemned = True
            if self.ident is not None and self._death is None:
                (self._child.kill if kill else self._child.terminate)()

    def _send(self, request: bytes | Parcel, call: Call) -> None:
        try:
            with self._sending:
                number = self._begin(call)
                try:
                    self._child.put(number, request)
                    self._child.send(number, request)
                except OSError:  # the process has died; the reader notices
                    self._is_unread = True
        except BaseException as error:  # Ctrl-C: half a message may be in the pipe
            with self._lock:
                is_unanswered = self._call is call
                if is_unanswered:
                    self._verdict = error
            if is_unanswered:
                self.terminate()
            raise
        finally:
            if self._death is not None:
                self._settle()

    def _begin(self, call: Call, number: int | None = None) -> int:
        self._is_told_of = bool(self._dispatcher.observers)
        with self._lock:
            self._call = call
            call.runner = self.runner
            self._number = next(self._settings.numbers) if number is None else number
        if self._settings.task_timeout < math.inf:
            self.deadline = time.monotonic() + self._settings.task_timeout
            self._settings.reader.wake_by(self.deadline)
        return self._number

    def _settle(self) -> None:
        """The worker is dead: close its pipe and see to its call."""
        raise NotImplementedError
