"""What lesson 09 builds a process pool of: a small pool of threads, and a process that makes calls.

The lesson shows the source of all of it. A new process imports this file, so it imports little.
"""

import pickle
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing import get_context
from queue import SimpleQueue
from threading import Thread
from typing import Any

from pool_lab.future import Future

__all__ = ["SmallPool", "call_all", "serve", "start_child"]


class SmallPool:
    """A pool of threads."""

    def __init__(self, workers: int) -> None:
        self.calls: SimpleQueue[Any] = SimpleQueue()
        self.threads = [Thread(target=self.work, daemon=True) for _ in range(workers)]
        for thread in self.threads:
            thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.calls.put((future, fn, args))
        return future

    def work(self) -> None:
        """What each thread runs."""
        while call := self.calls.get():
            future, fn, args = call
            try:
                future.set_result(fn(*args))
            except BaseException as error:
                future.set_exception(error)

    def shutdown(self, wait: bool = True) -> None:
        for _ in self.threads:
            self.calls.put(None)
        for thread in self.threads if wait else ():
            thread.join()


def start_child() -> tuple[Any, Any]:
    """Start a new process, and return our end of the pipe to it."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    child = spawn.Process(target=serve, args=(theirs,), daemon=True)
    child.start()
    theirs.close()  # the child has this end now
    return ours, child


def serve(pipe: Any) -> None:
    """What the child runs, until our end of the pipe is closed."""
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            message = pipe.recv_bytes()
            try:
                fn, args = pickle.loads(message)
                reply = pickle.dumps((True, fn(*args)))
            except BaseException as error:
                reply = pickle.dumps((False, error))
            pipe.send_bytes(reply)


def call_all(fn: Callable[[Any], Any], inputs: Iterable[Any]) -> list[Any]:
    """Many calls in one."""
    return [fn(each) for each in inputs]
