"""What is often believed of pools, what is true, and which lesson shows it. An exercise names them by number."""

from typing import NamedTuple

from pool_lab.lessons.series import notebook

__all__ = ["MISCONCEPTIONS", "Misconception"]


class Misconception(NamedTuple):
    heard: str
    fact: str
    shown_in: str
    """The number of the lesson."""

    @property
    def lesson(self) -> str:
        """Its notebook, without the ending."""
        return notebook(self.shown_in)


MISCONCEPTIONS = {
    1: Misconception(
        "`submit` blocks until the call is done",
        "it returns a future at once, and the call has yet to be run",
        "02",
    ),
    2: Misconception(
        "the call runs when `submit` is called",
        "it is queued; a worker that is free takes it, while the one who handed it over goes on",
        "02",
    ),
    3: Misconception(
        "all threads of a pool are there from the start",
        "a new pool has none; each `submit` starts one while no worker is idle, until there are `max_workers`",
        "01",
    ),
    4: Misconception(
        "each call gets a thread of its own",
        "workers are used again: a hundred calls, and no more threads than there are workers",
        "01",
    ),
    5: Misconception(
        "a future is the result",
        "it is a box that the result, or the exception, will be in; `result()` opens it",
        "03",
    ),
    6: Misconception(
        "the method is `canceled()`, and a cancelled future is not done",
        "it is `cancelled()` with two l, and `done()` is true of a cancelled future as well",
        "03",
    ),
    7: Misconception(
        "`cancel()` stops a running call",
        "it returns `False` and does nothing once the call runs or has ended; only one that still waits is cancelled",
        "03",
    ),
    8: Misconception(
        "`result(timeout)` returns `None` when time is up",
        "it raises a `TimeoutError`, like `exception(timeout)`, and the call runs on",
        "03",
    ),
    9: Misconception(
        "an exception in a call is printed",
        "it is kept in the future and nobody hears of it until `result()` or `exception()` is asked",
        "03",
    ),
    10: Misconception(
        "a done-callback runs in my thread, and its errors reach me",
        "it runs in the thread that ends or cancels the call, or at once in the one that adds it if the future is "
        "done; its errors are logged and not raised",
        "03",
    ),
    11: Misconception(
        "`map` gives results in the order in which the calls finish",
        "it gives them in the order of the inputs; `as_completed` is the one that goes by who is first",
        "04",
    ),
    12: Misconception(
        "`map` waits for everything and then returns the results",
        "it returns an iterator at once; asking that for the next result is what waits",
        "04",
    ),
    13: Misconception(
        "`map` of a pool is lazy, like the built-in `map`",
        "it takes all inputs and submits them at once, so an endless input never returns; `buffersize` bounds it",
        "04",
    ),
    14: Misconception(
        "`map(timeout=...)` gives each item that much time",
        "it counts from the call of `map`, for all of them; then the iterator raises a `TimeoutError`, and no call "
        "is stopped",
        "04",
    ),
    15: Misconception(
        "after one item has raised, one can go on with the iterator of `map`",
        "the iterator has ended: the results behind that item are not given",
        "04",
    ),
    16: Misconception(
        "`shutdown()` tells running and waiting calls to stop",
        "the running ones finish and the waiting ones still run; only `cancel_futures=True` cancels those that wait",
        "05",
    ),
    17: Misconception(
        "`shutdown(wait=True)` ends the waiting calls and keeps the running ones",
        "it waits for both",
        "05",
    ),
    18: Misconception(
        "`shutdown(wait=False)` drops the work",
        "it only does not wait for it; the calls run, and the end of the interpreter waits for them",
        "05",
    ),
    19: Misconception(
        "a pool that was shut down still takes calls",
        "`submit` and `map` raise a `RuntimeError` from then on, also inside a call that is still running",
        "05",
    ),
    20: Misconception(
        "a `TimeoutError` inside `with` lets me leave at once",
        "the end of the block is `shutdown(wait=True)`: one leaves when the work is done",
        "05",
    ),
    21: Misconception(
        "`wait` returns results, and raises when time is up",
        "it returns two sets of futures, `done` and `not_done`; when time is up it returns them, too",
        "06",
    ),
    22: Misconception(
        "`as_completed` gives results",
        "it gives futures, each of them once, those that are done first; and it does raise when time is up",
        "06",
    ),
    23: Misconception(
        "threads make any work faster",
        "threads that compute in Python take turns, for there is one GIL; processes have one each",
        "07",
    ),
    24: Misconception(
        "more workers are faster",
        "only until the cores, the GIL, the memory or the other end are full; then they are slower",
        "07",
    ),
    25: Misconception(
        "a process pool is the faster choice for many tiny calls",
        "to pickle a call and send it costs more than the call; sent in chunks, many calls pay it once",
        "09",
    ),
    26: Misconception(
        "the GIL makes my code thread-safe",
        "it keeps single steps of the interpreter whole; `x += 1` is several, and another thread may come between them",
        "08",
    ),
    27: Misconception(
        "workers share my globals and change my objects",
        "threads do; each process has copies of its own, and what it changes in them stays there",
        "09",
    ),
    28: Misconception(
        "anything can be sent to a process pool",
        "it has to be pickled; the standard library cannot send lambdas, nor, as a rule, functions from a cell",
        "09",
    ),
    29: Misconception(
        "how processes start is a detail",
        "fork, forkserver and spawn differ in what a worker knows, how soon it is there, and whether it may deadlock "
        "beside threads",
        "09",
    ),
    30: Misconception(
        "a call may wait for another call of the same pool",
        "it may not: as soon as every worker waits, none is left to run what they wait for",
        "10",
    ),
}
