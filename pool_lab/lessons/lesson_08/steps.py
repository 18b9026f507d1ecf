"""The pool that lesson 08 builds, after each of its five steps. Each step adds to the one before.

They are the solutions of the exercises 08.1 to 08.5, each the starting point of the next.
"""

import threading
from queue import SimpleQueue
from typing import Any

from pool_lab.future import Future

__all__ = ["Step1", "Step2", "Step3", "Step4", "Step5"]


class Step1:
    """A queue, and one thread that takes calls from it."""

    def __init__(self) -> None:
        self.calls: SimpleQueue[Any] = SimpleQueue()
        thread = threading.Thread(target=self.work, daemon=True)
        thread.start()

    def submit(self, fn: Any, *args: Any) -> Any:
        self.calls.put((fn, args))

    def work(self) -> None:
        while True:
            fn, args = self.calls.get()
            fn(*args)


class Step2(Step1):
    """Several threads, one queue."""

    def __init__(self, workers: int) -> None:
        self.calls = SimpleQueue()
        self.threads: list[threading.Thread] = []
        for _ in range(workers):
            thread = threading.Thread(target=self.work, daemon=True)
            thread.start()
            self.threads.append(thread)


class Step3(Step2):
    """A future for each call."""

    def submit(self, fn: Any, *args: Any) -> Any:
        future: Future[Any] = Future()
        self.calls.put((future, fn, args))
        return future

    def work(self) -> None:
        while True:
            future, fn, args = self.calls.get()
            future.set_result(fn(*args))


class Step4(Step3):
    """A call may raise."""

    def work(self) -> None:
        while True:
            future, fn, args = self.calls.get()
            try:
                future.set_result(fn(*args))
            except Exception as error:
                future.set_exception(error)


class Step5(Step4):
    """The pool can be shut down."""

    def work(self) -> None:
        while call := self.calls.get():
            future, fn, args = call
            try:
                future.set_result(fn(*args))
            except Exception as error:
                future.set_exception(error)

    def shutdown(self) -> None:
        for _ in self.threads:
            self.calls.put(None)
        for thread in self.threads:
            thread.join()
