"""The exercise of lesson 08: a class to build, and what a pool has to be good for.

The pool that a learner built is put to use in such a way that what it promises can be told without a clock: its first
calls cannot end before all others have been handed over.
"""

import threading
from concurrent.futures import Future
from typing import Any

from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.child import watch
from pool_lab.lessons.exercises.evidence import errors, listed, nothing, returned
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.messages import Ending

__all__ = ["EXERCISES"]

WORKERS = 3
NAPS = (0.6, 0.2, 0.4, 0.3, 0.2, 0.3)
CALLS = WORKERS + 1 + len(NAPS)


def put_to_use(tiny_pool: Any) -> dict[str, Any]:
    """Do with the learner's pool what one does with a pool."""
    before, ran_in = threading.active_count(), set()
    all_are_there = threading.Event()

    def fail() -> None:
        raise LookupError("this call fails")

    def rest(length: float) -> float:
        ran_in.add(threading.current_thread())
        return nap(length)

    pool = tiny_pool(WORKERS)
    watch(pool)
    for _ in range(WORKERS):
        pool.submit(all_are_there.wait)
    failing: Future[None] = pool.submit(fail)
    futures = [pool.submit(rest, length) for length in NAPS]
    all_are_there.set()
    tiny_pool.shutdown(pool)  # as the class has it: what is watched has been given another
    done = [future.done() for future in futures]
    error = type(failing.exception()).__name__
    results = [future.result() for future in futures]
    left = threading.active_count() - before
    return {"results": results, "error": error, "threads": len(ran_in), "done": all(done), "threads left": left}


def fact(made: Attempt, name: str) -> Any:
    return made.result.get(name) if isinstance(made.result, dict) else None


def was_stopped(made: Attempt) -> bool:
    return made.ending in {Ending.DEADLOCK, Ending.STUCK}


TINY_POOL = Exercise(
    name="08.1",
    title="Build a pool",
    text="Write a pool of threads: `submit(fn, *args)` hands a call over and returns a `Future` at once; as many "
    "threads as there are workers run the calls, one after another; `shutdown()` waits until the last call is done and "
    "the threads have ended.",
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
        Claim("its threads were used again", lambda made: 0 < (fact(made, "threads") or 0) <= WORKERS),
        Claim("what a call raised is in its future", lambda made: fact(made, "error") == "LookupError"),
        Claim("`shutdown` waits for the last call", lambda made: bool(fact(made, "done")), essential=False),
        Claim("after `shutdown` no thread is left", lambda made: fact(made, "threads left") == 0, essential=False),
    ),
    mistakes={
        "returns no future": Mistake(
            "`submit` did not return a future, but the one who handed a call over needs something to wait for.",
            lambda made: any("has no attribute" in error for error in errors(made)),
            5,
        ),
        "submit waits": Mistake(
            "`submit` did not return while calls were running: it runs them itself, or waits for a worker. Put the "
            "call where a worker finds it, and return the future at once.",
            lambda made: was_stopped(made) and len(made.spans) < CALLS,
            1,
        ),
        "never told": Mistake(
            "Someone waits for a future that nobody will fill any more. What if the call raises?",
            was_stopped,
        ),
        "a thread for each call": Mistake(
            "It started a thread for each call. A pool has a fixed number of threads, and each runs one call after "
            "another.",
            lambda made: (fact(made, "threads") or 0) > WORKERS,
            4,
        ),
        "one thread": Mistake(
            "One call at a time: a single thread ran them all.", lambda made: returned(made) and made.most_at_once == 1
        ),
        "did not wait": Mistake(
            "`shutdown` returned while calls were still waiting or running. `join` a thread, and you wait for its end.",
            lambda made: fact(made, "done") is False,
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
                    self.workers, self.calls, self.threads = workers, [], []
                    self.changed, self.closed = threading.Condition(), False

                def submit(self, fn, *args):
                    call = (Future(), fn, args)
                    with self.changed:
                        self.calls.append(call)
                        if len(self.threads) < self.workers:
                            self.threads.append(threading.Thread(target=self.work))
                            self.threads[-1].start()
                        self.changed.notify()
                    return call[0]

                def next_call(self):
                    with self.changed:
                        self.changed.wait_for(lambda: self.calls or self.closed)
                        return self.calls.pop(0) if self.calls else None

                def work(self):
                    while call := self.next_call():
                        future, fn, args = call
                        try:
                            result = fn(*args)
                        except BaseException as error:
                            future.set_exception(error)
                        else:
                            future.set_result(result)

                def shutdown(self):
                    with self.changed:
                        self.closed = True
                        self.changed.notify_all()
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
                        self.calls = SimpleQueue()
                        for _ in range(workers):
                            threading.Thread(target=self.work, daemon=True).start()

                    def submit(self, fn, *args):
                        self.calls.put((fn, args))

                    def work(self):
                        while True:
                            fn, args = self.calls.get()
                            fn(*args)

                    def shutdown(self):
                        pass
            """),
        ),
        "never told": (
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
                            future.set_result(fn(*args))

                    def shutdown(self):
                        for _ in self.threads:
                            self.calls.put(None)
                        for thread in self.threads:
                            thread.join()
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
        "submit waits": (
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
            cell("""
                @exercise("08.1")
                class TinyPool:
                    def __init__(self, workers):
                        self.free = threading.Semaphore(workers)
                        self.threads = []

                    def submit(self, fn, *args):
                        def work():
                            try:
                                future.set_result(fn(*args))
                            except Exception as error:
                                future.set_exception(error)
                            self.free.release()

                        self.free.acquire()
                        future = Future()
                        self.threads.append(threading.Thread(target=work))
                        self.threads[-1].start()
                        return future

                    def shutdown(self):
                        for thread in self.threads:
                            thread.join()
            """),
        ),
        "one thread": (
            cell("""
                @exercise("08.1")
                class TinyPool:
                    def __init__(self, workers):
                        self.calls = SimpleQueue()
                        self.thread = threading.Thread(target=self.work)
                        self.thread.start()

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
                        self.calls.put(None)
                        self.thread.join()
            """),
        ),
        "did not wait": (
            cell("""
                @exercise("08.1")
                class TinyPool:
                    def __init__(self, workers):
                        self.calls, self.workers = SimpleQueue(), workers
                        for _ in range(workers):
                            threading.Thread(target=self.work).start()

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
                        for _ in range(self.workers):
                            self.calls.put(None)
            """),
        ),
        "threads left": (
            cell("""
                @exercise("08.1")
                class TinyPool:
                    def __init__(self, workers):
                        self.calls = Queue()
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
                            self.calls.task_done()

                    def shutdown(self):
                        self.calls.join()
            """),
        ),
    },
    play=Play(put_to_use, nothing),
    preamble="import threading\nfrom queue import Queue, SimpleQueue\n\nfrom pool_lab import Future",
)

EXERCISES = (TINY_POOL,)
