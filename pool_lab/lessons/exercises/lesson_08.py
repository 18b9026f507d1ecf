"""The exercise of lesson 08: a class to build, and what a pool has to be good for."""

import threading
from concurrent.futures import Future
from typing import Any

from pool_lab.lab.workloads import nap
from pool_lab.lessons.exercises.attempts import Attempt, Play
from pool_lab.lessons.exercises.definition import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.inside import watch
from pool_lab.lessons.exercises.report import Ending
from pool_lab.lessons.exercises.symptoms import errors, listed, nothing

__all__ = ["EXERCISES"]

WORKERS = 3
NAPS = (0.6, 0.2, 0.4, 0.3, 0.2, 0.3)


def fail() -> None:
    raise LookupError("this call fails")


def put_to_use(tiny_pool: Any) -> dict[str, Any]:
    """Do with the learner's pool what one does with a pool."""
    before = threading.active_count()
    pool = tiny_pool(WORKERS)
    watch(pool)
    futures = [pool.submit(nap, length) for length in NAPS]
    failing: Future[None] = pool.submit(fail)
    results = [future.result() for future in futures]
    error = type(failing.exception()).__name__
    tiny_pool.shutdown(pool)
    return {"results": results, "error": error, "threads left": threading.active_count() - before}


def fact(made: Attempt, name: str) -> Any:
    return made.result.get(name) if isinstance(made.result, dict) else None


TINY_POOL = Exercise(
    name="08.1",
    title="Build a pool",
    text="Write a pool of threads: `submit(fn, *args)` hands a call over and returns a `Future` at once; as many calls "
    "as there are workers run at the same moment; `shutdown()` lets the last calls finish and ends the threads.",
    starter=cell("""
        @exercise("08.1")
        class TinyPool:
            def __init__(self, workers):
                ...

            def submit(self, fn, *args):
                ...

            def shutdown(self):
                ...
    """),
    hints=(
        "The workers are threads that live as long as the pool. What do they take their calls from?",
        "A `queue.SimpleQueue` of (future, fn, args): `submit` puts, each worker gets, in a loop.",
        "The worker puts what the call returned, or raised, into the future: `set_result`, `set_exception`. A None in "
        "the queue for each worker can mean: go home. `shutdown` puts them and joins the threads.",
    ),
    claims=(
        Claim("each future holds the result of its own call", lambda made: listed(fact(made, "results")) == list(NAPS)),
        Claim("several calls ran at the same moment", lambda made: made.most_at_once > 1),
        Claim("never more than there are workers", lambda made: made.most_at_once <= WORKERS),
        Claim("what a call raised is in its future", lambda made: fact(made, "error") == "LookupError"),
        Claim("after `shutdown` no thread is left", lambda made: fact(made, "threads left") == 0, essential=False),
    ),
    mistakes={
        "returns no future": Mistake(
            "`submit` did not return a future, but the one who handed a call over needs something to wait for.",
            lambda made: any("add_done_callback" in error for error in errors(made)),
            5,
        ),
        "never told": Mistake(
            "Someone waits for a future that nobody will fill any more. What if the call raises?",
            lambda made: made.ending in {Ending.DEADLOCK, Ending.STUCK},
        ),
        "a thread for each call": Mistake(
            "It started a thread for each call, so all of them ran at once. A pool has a fixed number of workers, and "
            "each runs one call after another.",
            lambda made: made.most_at_once > WORKERS,
            4,
        ),
        "runs in submit": Mistake(
            "One call at a time: they ran inside `submit`, or in a single thread.",
            lambda made: made.ending is Ending.RETURNED and made.most_at_once == 1,
            2,
        ),
        "threads left": Mistake(
            "After `shutdown` there were threads left. Tell each of them to go home, and wait until it has: `join`.",
            lambda made: bool(fact(made, "threads left")),
        ),
    },
    right=(
        cell("""
            @exercise("08.1")
            class TinyPool:
                def __init__(self, workers):
                    self.calls = SimpleQueue()
                    self.threads = [threading.Thread(target=self.work) for _ in range(workers)]
                    for thread in self.threads:
                        thread.start()

                def submit(self, fn, *args):
                    future = Future()
                    self.calls.put((future, fn, args))
                    return future

                def work(self):
                    while call := self.calls.get():
                        future, fn, args = call
                        try:
                            future.set_result(fn(*args))
                        except Exception as error:
                            future.set_exception(error)

                def shutdown(self):
                    for _ in self.threads:
                        self.calls.put(None)
                    for thread in self.threads:
                        thread.join()
        """),
        cell("""
            @exercise("08.1")
            class TinyPool:
                def __init__(self, workers):
                    self.free = threading.Semaphore(workers)
                    self.threads = []

                def submit(self, fn, *args):
                    def work():
                        with self.free:
                            try:
                                future.set_result(fn(*args))
                            except Exception as error:
                                future.set_exception(error)

                    self.free.acquire()
                    self.free.release()
                    future = Future()
                    self.threads.append(threading.Thread(target=work))
                    self.threads[-1].start()
                    return future

                def shutdown(self):
                    for thread in self.threads:
                        thread.join()
        """),
    ),
    wrong={
        "returns no future": (
            cell("""
                @exercise("08.1")
                class TinyPool:
                    def __init__(self, workers):
                        self.workers = workers

                    def submit(self, fn, *args):
                        return fn(*args)

                    def shutdown(self):
                        pass
            """),
        ),
        "never told": (
            cell("""
                @exercise("08.1")
                class TinyPool:
                    def __init__(self, workers):
                        self.calls = Queue()
                        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(workers)]
                        for thread in self.threads:
                            thread.start()

                    def submit(self, fn, *args):
                        future = Future()
                        self.calls.put((future, fn, args))
                        return future

                    def work(self):
                        while True:
                            future, fn, args = self.calls.get()
                            future.set_result(fn(*args))

                    def shutdown(self):
                        pass
            """),
        ),
        "a thread for each call": (
            cell("""
                @exercise("08.1")
                class TinyPool:
                    def __init__(self, workers):
                        self.threads = []

                    def submit(self, fn, *args):
                        future = Future()
                        self.threads.append(threading.Thread(target=self.work, args=(future, fn, args)))
                        self.threads[-1].start()
                        return future

                    def work(self, future, fn, args):
                        try:
                            future.set_result(fn(*args))
                        except Exception as error:
                            future.set_exception(error)

                    def shutdown(self):
                        for thread in self.threads:
                            thread.join()
            """),
        ),
        "runs in submit": (
            cell("""
                @exercise("08.1")
                class TinyPool:
                    def __init__(self, workers):
                        self.workers = workers

                    def submit(self, fn, *args):
                        future = Future()
                        try:
                            future.set_result(fn(*args))
                        except Exception as error:
                            future.set_exception(error)
                        return future

                    def shutdown(self):
                        pass
            """),
        ),
        "threads left": (
            cell("""
                @exercise("08.1")
                class TinyPool:
                    def __init__(self, workers):
                        self.calls = SimpleQueue()
                        for _ in range(workers):
                            threading.Thread(target=self.work, daemon=True).start()

                    def submit(self, fn, *args):
                        future = Future()
                        self.calls.put((future, fn, args))
                        return future

                    def work(self):
                        while True:
                            future, fn, args = self.calls.get()
                            try:
                                future.set_result(fn(*args))
                            except Exception as error:
                                future.set_exception(error)

                    def shutdown(self):
                        pass
            """),
        ),
    },
    play=Play(put_to_use, nothing),
    preamble="import threading\nfrom queue import Queue, SimpleQueue\n\nfrom pool_lab import Future",
)

EXERCISES = (TINY_POOL,)
