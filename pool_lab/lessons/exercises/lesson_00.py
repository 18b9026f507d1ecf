"""The exercises of lesson 00: lines to put in order, and a function to write."""

from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    AFTER_SHUTDOWN,
    CALLED_FIRST,
    DID_NOT_WAIT,
    FUTURES,
    ITERATOR,
    LINE_MISSING,
    NO_RESULTS,
    NOT_SHUT_DOWN,
    ONE_AT_A_TIME,
    SHUT_DOWN,
    WITHOUT_A_POOL,
    call,
    finished,
    in_another_order,
    listed,
    nothing,
    returned,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.line_order import listing, ordering

__all__ = ["EXERCISES", "LENGTHS"]

PREAMBLE = """\
from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lab import watch, workloads
"""


# 00.1

LINES = {
    "A": "results = [future.result() for future in futures]",
    "B": "futures = [pool.submit(workloads.nap, 0.3) for _ in range(3)]",
    "C": "pool.shutdown()",
    "D": "results = [pool.submit(workloads.nap, 0.3).result() for _ in range(3)]",
    "E": "pool = ThreadPoolExecutor(max_workers=3)",
    "F": "results = futures",
}


def starts_twice(made: Attempt) -> bool:
    return returned(made) and len(made.spans) > 3


IN_ORDER = Exercise(
    name="00.1",
    title="Put the lines in order",
    text="Three naps at the same moment, and then a list of what they return. Here are the lines, in no order; four of "
    "the six are needed. Write their letters in the right order." + listing(LINES),
    starter='check("00.1", "...")',
    hints=(
        "What has to be there before a call can be handed over?",
        "Line D hands over a call and waits for its result before it hands over the next. Which two lines do it apart?",
        "Make the pool, hand over all naps, ask for all results; and say that there are no more calls.",
    ),
    claims=(
        Claim("the list holds what the three naps returned", lambda made: made.result == [0.3] * 3),
        Claim("three naps were handed over", lambda made: len(made.spans) == 3),
        Claim("they napped at the same moment", lambda made: made.most_at_once > 1),
        SHUT_DOWN,
    ),
    mistakes={
        "no results": NO_RESULTS,
        "a line is missing": LINE_MISSING,
        "after shutdown": AFTER_SHUTDOWN,
        "naps twice": Mistake("The naps were handed over twice: one of two lines does it.", starts_twice),
        "futures": FUTURES,
        "one at a time": ONE_AT_A_TIME,
        "not shut down": NOT_SHUT_DOWN,
    },
    right=('check("00.1", "E B A C")', 'check("00.1", "ebca")', 'check("00.1", ["E", "B", "C", "A"])'),
    wrong={
        "no results": ('check("00.1", "E B C")', 'check("00.1", "E")'),
        "a line is missing": ('check("00.1", "B E A C")', 'check("00.1", "E A C")'),
        "after shutdown": ('check("00.1", "E C B A")', 'check("00.1", "ECD")'),
        "naps twice": ('check("00.1", "E B D C")', 'check("00.1", "EBADC")'),
        "futures": ('check("00.1", "E B F C")',),
        "one at a time": ('check("00.1", "E D C")',),
        "not shut down": ('check("00.1", "E B A")',),
    },
    play=Play(call, nothing),
    preamble=PREAMBLE,
    prepare=ordering(LINES, PREAMBLE),
)

# 00.2

LENGTHS = (0.9, 0.3, 0.6, 0.3, 0.5, 0.4)
"""The longest is first and the shortest are not last, so the order of the inputs is not that of the ends."""


def pool_and_lengths() -> tuple[Any, ...]:
    return ThreadPoolExecutor(max_workers=4), list(LENGTHS)


NAP_ALL = Exercise(
    name="00.2",
    title="Write it yourself",
    text="Write a function that hands the pool a `workloads.nap` for each of the lengths, and returns a list of what "
    "they return, in the order of the lengths. As many as the pool has workers are to nap at the same moment.",
    starter=cell("""
        @exercise("00.2")
        def nap_all(pool, lengths):
            ...
    """),
    hints=(
        "Two steps, and the first has to be over before the second begins: hand over all calls; ask for all results.",
        "`pool.submit(workloads.nap, length)` returns a future. Keep the futures in a list.",
        "When all calls are handed over, `future.result()` waits for one future. In a list comprehension: for each.",
    ),
    claims=(
        Claim("every nap went through the pool", lambda made: finished(made) == len(LENGTHS)),
        Claim("all results are there", lambda made: set(map(repr, listed(made.result))) == set(map(repr, LENGTHS))),
        Claim("in the order of the lengths", lambda made: listed(made.result) == list(LENGTHS), essential=False),
        Claim("several napped at the same moment", lambda made: made.most_at_once > 2),
    ),
    mistakes={
        "called first": CALLED_FIRST,
        "futures": FUTURES,
        "an iterator": ITERATOR,
        "by finish": Mistake(
            "The results are there, in the order in which the naps ended.",
            lambda made: in_another_order(made.result, LENGTHS),
            11,
        ),
        "one at a time": ONE_AT_A_TIME,
        "without the pool": WITHOUT_A_POOL,
        "did not wait": DID_NOT_WAIT,
    },
    right=(
        cell("""
            @exercise("00.2")
            def nap_all(pool, lengths):
                futures = [pool.submit(workloads.nap, length) for length in lengths]
                return [future.result() for future in futures]
        """),
        cell("""
            @exercise("00.2")
            def nap_all(pool, lengths):
                return list(pool.map(workloads.nap, lengths))
        """),
        cell("""
            @exercise("00.2")
            def nap_all(pool, lengths):
                futures = []
                for length in lengths:
                    futures.append(pool.submit(workloads.nap, length))
                wait(futures)
                results = []
                for future in futures:
                    results.append(future.result())
                return results
        """),
        cell("""
            from concurrent.futures import as_completed
            @exercise("00.2")
            def nap_all(pool, lengths):
                places = {pool.submit(workloads.nap, length): place for place, length in enumerate(lengths)}
                results = [None] * len(lengths)
                for future in as_completed(places):
                    results[places[future]] = future.result()
                return results
        """),
        cell("""
            import concurrent.futures
            @exercise("00.2")
            def nap_all(pool, lengths):
                with concurrent.futures.ThreadPoolExecutor(4) as mine:
                    return [*mine.map(lambda length: workloads.nap(length), lengths)]
        """),
        cell("""
            @exercise("00.2")
            def nap_all(pool, lengths):
                with pool:
                    futures = [pool.submit(lambda n=n: workloads.nap(n)) for n in lengths]
                return tuple(future.result() for future in futures)
        """),
    ),
    wrong={
        "called first": (
            cell("""
                @exercise("00.2")
                def nap_all(pool, lengths):
                    return [f.result() for f in [pool.submit(workloads.nap(n)) for n in lengths]]
            """),
        ),
        "futures": (
            cell("""
                @exercise("00.2")
                def nap_all(pool, lengths):
                    return [pool.submit(workloads.nap, n) for n in lengths]
            """),
            cell("""
                @exercise("00.2")
                def nap_all(pool, lengths):
                    futures = [pool.submit(workloads.nap, n) for n in lengths]
                    wait(futures)
                    return futures
            """),
        ),
        "an iterator": (
            cell("""
                @exercise("00.2")
                def nap_all(pool, lengths):
                    return pool.map(workloads.nap, lengths)
            """),
            cell("""
                @exercise("00.2")
                def nap_all(pool, lengths):
                    futures = [pool.submit(workloads.nap, n) for n in lengths]
                    return (future.result() for future in futures)
            """),
        ),
        "by finish": (
            cell("""
                from concurrent.futures import as_completed
                @exercise("00.2")
                def nap_all(pool, lengths):
                    futures = [pool.submit(workloads.nap, n) for n in lengths]
                    return [future.result() for future in as_completed(futures)]
            """),
        ),
        "one at a time": (
            cell("""
                @exercise("00.2")
                def nap_all(pool, lengths):
                    return [pool.submit(workloads.nap, n).result() for n in lengths]
            """),
            cell("""
                @exercise("00.2")
                def nap_all(pool, lengths):
                    results = []
                    for n in lengths:
                        results += pool.map(workloads.nap, [n])
                    return results
            """),
        ),
        "without the pool": (
            cell("""
                @exercise("00.2")
                def nap_all(pool, lengths):
                    return [workloads.nap(n) for n in lengths]
            """),
        ),
        "did not wait": (
            cell("""
                @exercise("00.2")
                def nap_all(pool, lengths):
                    for n in lengths:
                        pool.submit(workloads.nap, n)
            """),
        ),
        "deadlock": (
            cell("""
                import threading
                @exercise("00.2")
                def nap_all(pool, lengths):
                    all_run = threading.Barrier(4)
                    def one(n):
                        all_run.wait()
                        return pool.submit(workloads.nap, n).result()
                    return list(pool.map(one, lengths))
            """),
        ),
        "endless": (
            cell("""
                @exercise("00.2")
                def nap_all(pool, lengths):
                    futures = [pool.submit(workloads.nap, n) for n in lengths]
                    while futures:
                        pass
            """),
        ),
        "gone": (
            cell("""
            import os
            @exercise("00.2")
            def nap_all(pool, lengths):
                os._exit(1)
        """),
        ),
        "raised": (
            cell("""
            @exercise("00.2")
            def nap_all(pool, lengths):
                return pool.run(workloads.nap, lengths)
        """),
        ),
    },
    play=Play(call, pool_and_lengths),
    preamble=PREAMBLE,
)

EXERCISES = (IN_ORDER, NAP_ALL)
