"""The exercises of lesson 07: choose the pool, and pay the toll of a process pool once for many calls."""

from dataclasses import replace
from typing import Any

from pool_lab.lab.trace.executor_kind import has_gil
from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    CALLED_FIRST,
    CANNOT_BE_PICKLED,
    FUTURES,
    ITERATOR,
    NOT_SHUT_DOWN,
    SHUT_DOWN,
    call,
    did_without_a_pool,
    finished,
    listed,
    one_after_the_other,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.tasks import count_primes, square
from pool_lab.pool import usable_cpus

__all__ = ["EXERCISES"]

PREAMBLE = """\
from pool_lab import ProcessPoolExecutor, ThreadPoolExecutor
from pool_lab.lab import race, workloads
"""


def in_processes(made: Attempt) -> bool:
    return made.kinds() == {"processes"}


def in_threads(made: Attempt) -> bool:
    return "threads" in made.kinds()


def could_use_several_cores(made: Attempt) -> bool:
    """Where there are several."""
    workers = max((run.trace.size for run in made.runs), default=0)
    return workers >= min(2, usable_cpus()) and (in_processes(made) or (in_threads(made) and not has_gil()))


# 07.1

LIMITS = tuple(range(20_000, 24_000, 500))


def primes_to_count() -> tuple[Any, ...]:
    return count_primes, list(LIMITS)


def numbers_of_primes() -> list[int]:
    """The right result, by a sieve: in a moment."""
    is_prime = bytearray([1]) * max(LIMITS)
    is_prime[:2] = b"\0\0"
    for number in range(2, int(max(LIMITS) ** 0.5) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = bytes(len(range(number * number, max(LIMITS), number)))
    return [sum(is_prime[:limit]) for limit in LIMITS]


COUNT = Exercise(
    name="07.1",
    title="Choose the pool",
    text="`count_primes(limit)` computes, in Python. Write a function that calls it for each of the limits, on several "
    "cores, and returns the list of what the calls return, in the order of the limits. Leave no pool behind.",
    starter=cell("""
        @exercise("07.1")
        def count_all(count_primes, limits):
            ...
    """),
    hints=(
        "Which of the three pictures above does this work look like, and which pool was the choice there?",
        "Make the pool in a `with` block: it is shut down at its end.",
        "`pool.map` hands over a call for each of the limits, and gives the results in their order.",
    ),
    claims=(
        Claim(
            "all primes are counted, in the order of the limits",
            lambda made: listed(made.result) == numbers_of_primes(),
        ),
        Claim(
            "each limit was a call of its own",
            lambda made: finished(made) == len(LIMITS),
            essential=False,
        ),
        Claim("the calls could use several cores", could_use_several_cores),
        Claim("all were handed over before one was waited for", lambda made: not one_after_the_other(made)),
        SHUT_DOWN,
    ),
    mistakes={
        "cannot be pickled": CANNOT_BE_PICKLED,
        "futures": FUTURES,
        "an iterator": ITERATOR,
        "threads": Mistake(
            "The calls ran in threads, and this Python has one GIL for all of them: one core was busy at a time.",
            lambda made: in_threads(made) and has_gil(),
            23,
        ),
        "without a pool": Mistake(
            "It counted by itself, here, on one core: no call went to a pool.", did_without_a_pool
        ),
        "called first": replace(
            CALLED_FIRST,
            words="`pool.submit(count_primes(limit))` counts here and now, on one core, and hands over the number that "
            "came out. Hand over the function and its argument apart: `pool.submit(count_primes, limit)`.",
        ),
        "one after the other": Mistake(
            "Each call was handed over only when the one before had ended, so one core was busy at a time.",
            one_after_the_other,
        ),
        "not shut down": NOT_SHUT_DOWN,
    },
    right=(
        cell("""
            @exercise("07.1")
            def count_all(count_primes, limits):
                with ProcessPoolExecutor() as pool:
                    return list(pool.map(count_primes, limits))
        """),
        cell("""
            @exercise("07.1")
            def count_all(count_primes, limits):
                pool = ProcessPoolExecutor(max_workers=2)
                futures = [pool.submit(count_primes, limit) for limit in limits]
                pool.shutdown()
                return [future.result() for future in futures]
        """),
        cell("""
            import concurrent.futures
            @exercise("07.1")
            def count_all(count_primes, limits):
                with concurrent.futures.ProcessPoolExecutor(2) as pool:
                    futures = {pool.submit(count_primes, limit): limit for limit in limits}
                    found = {futures[f]: f.result() for f in concurrent.futures.as_completed(futures)}
                return [found[limit] for limit in limits]
        """),
        cell("""
            @exercise("07.1")
            def count_all(count_primes, limits):
                with ProcessPoolExecutor(2) as pool:
                    return [*pool.map(lambda limit: count_primes(limit), limits)]
        """),
    ),
    wrong={
        "cannot be pickled": (
            cell("""
                import concurrent.futures
                @exercise("07.1")
                def count_all(count_primes, limits):
                    with concurrent.futures.ProcessPoolExecutor(2) as pool:
                        return list(pool.map(lambda limit: count_primes(limit), limits))
            """),
        ),
        "futures": (
            cell("""
                @exercise("07.1")
                def count_all(count_primes, limits):
                    with ProcessPoolExecutor() as pool:
                        return [pool.submit(count_primes, limit) for limit in limits]
            """),
        ),
        "an iterator": (
            cell("""
                @exercise("07.1")
                def count_all(count_primes, limits):
                    with ProcessPoolExecutor() as pool:
                        return pool.map(count_primes, limits)
            """),
        ),
        "threads": (
            cell("""
                @exercise("07.1")
                def count_all(count_primes, limits):
                    with ThreadPoolExecutor() as pool:
                        return list(pool.map(count_primes, limits))
            """),
            cell("""
                import concurrent.futures
                @exercise("07.1")
                def count_all(count_primes, limits):
                    with concurrent.futures.ThreadPoolExecutor(8) as pool:
                        return [f.result() for f in [pool.submit(count_primes, limit) for limit in limits]]
            """),
        ),
        "without a pool": (
            cell("""
                @exercise("07.1")
                def count_all(count_primes, limits):
                    return [count_primes(limit) for limit in limits]
            """),
            cell("""
                @exercise("07.1")
                def count_all(count_primes, limits):
                    with ProcessPoolExecutor() as pool:
                        return list(map(count_primes, limits))
            """),
        ),
        "called first": (
            cell("""
                @exercise("07.1")
                def count_all(count_primes, limits):
                    with ProcessPoolExecutor() as pool:
                        return [f.result() for f in [pool.submit(count_primes(limit)) for limit in limits]]
            """),
        ),
        "one after the other": (
            cell("""
                @exercise("07.1")
                def count_all(count_primes, limits):
                    with ProcessPoolExecutor() as pool:
                        return [pool.submit(count_primes, limit).result() for limit in limits]
            """),
        ),
        "not shut down": (
            cell("""
                @exercise("07.1")
                def count_all(count_primes, limits):
                    return list(ProcessPoolExecutor().map(count_primes, limits))
            """),
        ),
    },
    play=Play(call, primes_to_count),
    preamble=PREAMBLE,
)

# 07.2

NUMBERS = 2_000
MOST_CALLS = 100


def numbers_to_square() -> tuple[Any, ...]:
    return square, range(NUMBERS)


def is_squared(made: Attempt) -> bool:
    return listed(made.result) == [number * number for number in range(NUMBERS)]


SQUARE = Exercise(
    name="07.2",
    title="Pay the toll once",
    text=f"To hand a call to a process costs far more than `square(number)` does. Have a process pool square all the "
    f"numbers all the same, but hand over {MOST_CALLS} calls at most. Return the list of the squares, in order.",
    starter=cell("""
        @exercise("07.2")
        def square_all(square, numbers):
            ...
    """),
    hints=(
        "Send many numbers together, and have their squares come back together.",
        "`map` of a process pool does it for you: look at its parameters, with `help(ProcessPoolExecutor.map)`.",
        f"With `chunksize`, each call takes so many of the inputs. There are {NUMBERS:,} numbers.",
    ),
    claims=(
        Claim("all numbers are squared, in order", is_squared),
        Claim("processes did it", in_processes),
        Claim(f"at most {MOST_CALLS} calls were handed over", lambda made: 0 < len(made.spans) <= MOST_CALLS),
        SHUT_DOWN,
    ),
    mistakes={
        "cannot be pickled": CANNOT_BE_PICKLED,
        "futures": FUTURES,
        "an iterator": ITERATOR,
        "threads": Mistake(
            "The calls ran in threads. To them a call is handed as it is; here processes are asked for.", in_threads
        ),
        "without a pool": Mistake("It squared by itself: no call went to a pool.", did_without_a_pool),
        "tiny calls": Mistake(
            "Each number travelled alone, and its square alone came back.",
            lambda made: len(made.spans) > MOST_CALLS,
            25,
        ),
        "not shut down": NOT_SHUT_DOWN,
    },
    right=(
        cell("""
            @exercise("07.2")
            def square_all(square, numbers):
                with ProcessPoolExecutor() as pool:
                    return list(pool.map(square, numbers, chunksize=100))
        """),
        cell("""
            import concurrent.futures
            @exercise("07.2")
            def square_all(square, numbers):
                with concurrent.futures.ProcessPoolExecutor() as pool:
                    return list(pool.map(square, numbers, chunksize=50))
        """),
        cell("""
            @exercise("07.2")
            def square_all(square, numbers):
                def square_some(some):
                    return [square(number) for number in some]

                with ProcessPoolExecutor(2) as pool:
                    halves = [pool.submit(square_some, numbers[:1000]), pool.submit(square_some, numbers[1000:])]
                    return [result for half in halves for result in half.result()]
        """),
    ),
    wrong={
        "tiny calls": (
            cell("""
                @exercise("07.2")
                def square_all(square, numbers):
                    with ProcessPoolExecutor() as pool:
                        return list(pool.map(square, numbers))
            """),
            cell("""
                @exercise("07.2")
                def square_all(square, numbers):
                    with ProcessPoolExecutor() as pool:
                        futures = [pool.submit(square, number) for number in numbers]
                        return [future.result() for future in futures]
            """),
        ),
        "threads": (
            cell("""
                @exercise("07.2")
                def square_all(square, numbers):
                    with ThreadPoolExecutor() as pool:
                        return list(pool.map(square, numbers, chunksize=100))
            """),
        ),
        "without a pool": (
            cell("""
                @exercise("07.2")
                def square_all(square, numbers):
                    return [square(number) for number in numbers]
            """),
        ),
        "cannot be pickled": (
            cell("""
                from concurrent.futures import ProcessPoolExecutor
                @exercise("07.2")
                def square_all(square, numbers):
                    with ProcessPoolExecutor() as pool:
                        return list(pool.map(lambda number: square(number), numbers, chunksize=100))
            """),
        ),
        "an iterator": (
            cell("""
                @exercise("07.2")
                def square_all(square, numbers):
                    with ProcessPoolExecutor() as pool:
                        return pool.map(square, numbers, chunksize=100)
            """),
        ),
        "futures": (
            cell("""
                @exercise("07.2")
                def square_all(square, numbers):
                    with ProcessPoolExecutor() as pool:
                        return [pool.submit(map, square, numbers)]
            """),
        ),
        "not shut down": (
            cell("""
                @exercise("07.2")
                def square_all(square, numbers):
                    pool = ProcessPoolExecutor()
                    return list(pool.map(square, numbers, chunksize=500))
            """),
        ),
    },
    play=Play(call, numbers_to_square, most_calls=NUMBERS + MOST_CALLS),
    preamble=PREAMBLE,
)

EXERCISES = (COUNT, SQUARE)
