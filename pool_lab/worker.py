"""`Worker`: a thread that takes calls from its scheduler until it has to exit.

    loop      take a call -> run it -> take a call -> ...          sleeps while there is none

In a thread pool the worker runs the call itself. In a process pool it sends the call to its process, and waits.
"""

import threading
from typing import Any

from .errors import logger
from .scheduler import Scheduler

NOT_INITIALIZED = "the initializer failed in worker %s: %r"


class Worker:
    def __init__(self, scheduler: Scheduler, number: int, thread_name: str) -> None:
        self.scheduler, self.number = scheduler, number
        # Never a daemon, even if a daemon thread submits the call: at exit the interpreter waits for it.
        context = scheduler.thread_context()
        self.thread = threading.Thread(target=self._work, name=thread_name, daemon=False, **context)
        self.has_ended = threading.Event()
        self.is_looking = True  # for a call, or idle
        self._alarm = threading.Lock()
        self._alarm.acquire()

    def _work(self) -> None:
        try:
            if not self.prepare():
                return
            self.is_looking = True
            while (taken := [self.scheduler.next_call(self)]) != [None]:  # nothing here keeps the call alive
                try:
                    self.run(taken.pop())
                except BaseException:  # an observer raised KeyboardInterrupt, say: no reason to lose the worker
                    logger.critical("Exception in worker", exc_info=True)
        finally:
            try:
                self.scheduler.exit(self)
                self.clean_up()
            finally:
                self.has_ended.set()

    # Each kind of worker overrides some of these

    def prepare(self) -> bool:
        """Called before the first call. False: the worker cannot work."""
        return True

    def run(self, call: Any) -> None:
        raise NotImplementedError

    def sleep(self) -> None:
        """Block until `wake` is called. Each `wake` ends one `sleep`."""
        self._alarm.acquire()

    def wake(self) -> None:
        self._alarm.release()

    def clean_up(self) -> None:
        """Called after the last call."""

    def dismiss(self) -> None:
        """Called if the thread could not be started."""

    def give_up(self, how: str) -> None:
        """Called by another thread: end the running call, if possible. `how`: "terminate" or "kill"."""
