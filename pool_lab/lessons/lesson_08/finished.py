"""The pool that lesson 08 builds, finished: the solution of exercise 08.5. *On your own* works with it."""

import threading
from queue import SimpleQueue
from typing import Any

from pool_lab.future import Future

__all__ = ["FinishedPool"]


class FinishedPool:
    """A queue of calls, and threads that take calls from it."""

    def __init__(self, workers: int) -> None:
        self.calls: SimpleQueue[Any] = SimpleQueue()
        self.threads: list[threading.Thread] = []
        for _ in range(workers):
            thread = threading.Thread(target=self.work, daemon=True)
            thread.start()
            self.threads.append(thread)

    def submit(self, fn: Any, *args: Any) -> Any:
        future: Future[Any] = Future()
        self.calls.put((future, fn, args))
        return future

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
