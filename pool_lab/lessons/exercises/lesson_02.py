"""The exercises of lesson 02: tell queued calls from running ones, and hand over calls with their arguments."""

import re
import time
from collections.abc import Callable
from textwrap import indent
from typing import Any

from pool_lab import Future, ThreadPoolExecutor, wait
from pool_lab.lab.work.gate import Gate
from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    CALLED_FIRST,
    FUTURES,
    ITERATOR,
    NOT_SHUT_DOWN,
    SHUT_DOWN,
    WITHOUT_A_POOL,
    call,
    finished,
    has,
    in_another_order,
    listed,
    one_after_the_other,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.messages import Ending

__all__ = ["EXERCISES"]

PREAMBLE = """\
import threading

from pool_lab import ThreadPoolExecutor, wait
"""

# 02.1

QUEUED, RUNNING, DONE = 5, 2, 3


def counts(body: str) -> str:
    """The source of an answer."""
    return f'@exercise("02.1")\ndef count(futures):\n{indent(cell(body), "    ")}'


def futures_at_a_gate() -> tuple[Any, ...]:
    """Futures of calls of which some are done and as many stand at a gate as there are workers."""
    gate: Gate[int] = Gate()
    pool = ThreadPoolExecutor(max_workers=RUNNING)
    ended = [pool.submit(abs, number) for number in range(DONE)]
    wait(ended)
    waiting = [pool.submit(gate, number) for number in range(RUNNING + QUEUED)]
    gate.wait_for(RUNNING)
    return [*waiting[:4], *ended, *waiting[4:]], gate


def count_twice(answer: Callable[[list[Future[int]]], Any], futures: list[Future[int]], gate: Gate[int]) -> list[Any]:
    """What the answer says while the gate is closed, and what it says when all calls are done."""
    before = answer(list(futures))
    gate.open()
    wait(futures)
    return [before, answer(list(futures))]


def counted(made: Attempt, turn: int = 0) -> list[Any]:
    """The three numbers that were returned while the gate was closed, or after all was over."""
    both = listed(made.result)
    return listed(both[turn]) if len(both) == 2 else []


def says(*numbers: int) -> Callable[[Attempt], bool]:
    return lambda made: counted(made) == list(numbers)


COUNT = Exercise(
    name="02.1",
    title="Count them",
    text="Write a function that is given a list of futures and returns three numbers: how many of their calls are "
    "queued, how many are running, and how many are done. It must not wait for any of them: some of them stand at a "
    "gate.",
    starter=cell("""
        @exercise("02.1")
        def count(futures):
            ...
            return queued, running, done
    """),
    hints=(
        "A future is asked without waiting: `future.running()` and `future.done()`.",
        "There is no method for *queued*. What is true of a call that has not begun?",
        "`sum(future.done() for future in futures)` counts those that are done. What is neither running nor done is "
        "queued.",
    ),
    claims=(
        Claim(
            "queued, running and done are told apart",
            lambda made: sorted(map(repr, counted(made))) == sorted(map(repr, (QUEUED, RUNNING, DONE))),
        ),
        Claim("in that order", says(QUEUED, RUNNING, DONE), essential=False),
        Claim(
            "when all is over, all are done",
            lambda made: sorted(map(repr, counted(made, 1))) == sorted(map(repr, (0, 0, QUEUED + RUNNING + DONE))),
        ),
    ),
    mistakes={
        "queued counted as running": Mistake(
            "It counts queued calls as running. That a call has been handed over, and is not done, does not mean that "
            "a worker has begun it.",
            says(0, QUEUED + RUNNING, DONE),
            2,
        ),
        "running counted as queued": Mistake(
            "It counts running calls as queued: they are not done, but a worker has them already.",
            says(QUEUED + RUNNING, 0, DONE),
        ),
        "queued counted as done": Mistake(
            "It counts queued calls as done. What does not run is done, or has yet to begin.",
            says(0, RUNNING, QUEUED + DONE),
        ),
        "waits": Mistake(
            "It waited for a call that stands at the gate, and the gate opens only when you have counted. `running()` "
            "and `done()` look and do not wait; `result()`, `exception()` and `wait` without a timeout do.",
            lambda made: made.ending is Ending.DEADLOCK,
        ),
        "counted twice": Mistake(
            "Your three numbers come to more than there are futures, so some are counted twice. Are there brackets "
            "behind `running` and `done`? And a call that is done does not run either, and yet it is not queued.",
            lambda made: sum(counted(made)) > QUEUED + RUNNING + DONE,
        ),
        "another order": Mistake(
            "The three numbers are right. They are asked for in the order queued, running, done.",
            lambda made: in_another_order(counted(made), (QUEUED, RUNNING, DONE)),
        ),
        "lists": Mistake(
            "It returned the futures themselves. How many are there of each?",
            lambda made: any(has(part, "future") for part in counted(made)),
        ),
    },
    right=(
        counts("""
            running = sum(future.running() for future in futures)
            done = sum(future.done() for future in futures)
            queued = len(futures) - running - done
            return queued, running, done
        """),
        counts("""
            queued = running = done = 0
            for future in futures:
                if future.done():
                    done += 1
                elif future.running():
                    running += 1
                else:
                    queued += 1
            return [queued, running, done]
        """),
        counts("""
            queued = len([f for f in futures if not f.running() and not f.done()])
            return queued, len([f for f in futures if f.running()]), len([f for f in futures if f.done()])
        """),
        counts("""
            done, not_done = wait(futures, timeout=0)
            running = [future for future in not_done if future.running()]
            return len(not_done) - len(running), len(running), len(done)
        """),
    ),
    wrong={
        "queued counted as running": (
            counts("""
                done = sum(future.done() for future in futures)
                return 0, len(futures) - done, done
            """),
        ),
        "running counted as queued": (
            counts("""
                queued = sum(not future.done() for future in futures)
                done = len(futures) - queued
                return queued, len(futures) - queued - done, done
            """),
        ),
        "queued counted as done": (
            counts("""
                running = sum(future.running() for future in futures)
                return 0, running, len(futures) - running
            """),
        ),
        "another order": (
            counts("""
                running = sum(future.running() for future in futures)
                done = sum(future.done() for future in futures)
                return done, running, len(futures) - running - done
            """),
        ),
        "counted twice": (
            counts("""
                queued = sum(not future.running() for future in futures)
                running = sum(future.running() for future in futures)
                return queued, running, sum(future.done() for future in futures)
            """),
            counts("""
                running = len([future for future in futures if future.running])
                done = len([future for future in futures if future.done])
                return 0, running, done
            """),
        ),
        "lists": (
            counts("""
                running = [future for future in futures if future.running()]
                done = [future for future in futures if future.done()]
                queued = [future for future in futures if future not in running + done]
                return queued, running, done
            """),
        ),
        "waits": (
            counts("""
                results = [future.result() for future in futures]
                return 0, 0, len(results)
            """),
        ),
    },
    play=Play(count_twice, futures_at_a_gate),
    preamble=PREAMBLE,
)

# 02.2

WORDS = (["pear", "fig", "banana"], ["oak", "chestnut", "ash"], ["ox", "mouse", "hedgehog"], ["iris", "poppy"])


def arrange(words: list[str], *, longest_first: bool = False) -> list[str]:
    """Takes its time, so that whoever hands over the next call can be seen to wait for it or not."""
    time.sleep(0.3)
    return sorted(words, key=len, reverse=longest_first)


def sorts(body: str) -> str:
    return f'@exercise("02.2")\ndef sort_all(arrange, lists):\n{indent(cell(body), "    ")}'


def lists_of_words() -> tuple[Any, ...]:
    return arrange, [list(words) for words in WORDS]


def arranged(*, reverse: bool) -> list[list[str]]:
    return [sorted(words, key=len, reverse=reverse) for words in WORDS]


SORT = Exercise(
    name="02.2",
    title="Hand over the arguments, too",
    text="`arrange(words, longest_first=True)` sorts a list of words by their length, and takes its time. Write a "
    "function that hands a pool one such call for each of the lists, all of them before it waits for one, and returns "
    "the list of the results. Leave no pool behind.",
    starter=cell("""
        @exercise("02.2")
        def sort_all(arrange, lists):
            ...
    """),
    hints=(
        "`submit` takes the function and then everything that the function is to be called with.",
        "Keywords, too: `pool.submit(arrange, words, longest_first=True)`.",
        "Keep the futures in a list; when all calls are handed over, ask each future for its `result()`. A `with` "
        "block shuts the pool down.",
    ),
    claims=(
        Claim(
            "every list is sorted, the longest word first",
            lambda made: sorted(map(str, listed(made.result))) == sorted(map(str, arranged(reverse=True))),
        ),
        Claim("in the order of the lists", lambda made: made.result == arranged(reverse=True), essential=False),
        Claim("a call for each list went through a pool", lambda made: finished(made) == len(WORDS)),
        Claim("all were handed over before one was waited for", lambda made: not one_after_the_other(made)),
        SHUT_DOWN,
    ),
    mistakes={
        "futures": FUTURES,
        "an iterator": ITERATOR,
        "called first": Mistake(
            "`pool.submit(arrange(words))` sorts here and now, and hands over the list that came out. Hand over the "
            "function and its arguments apart: `pool.submit(arrange, words, ...)`.",
            CALLED_FIRST.seen,
            2,
        ),
        "keywords for map": Mistake(
            "What `map` is given behind the function is one list for each parameter, and no keywords. `submit` hands "
            "on everything; or make a function of one parameter that calls `arrange`.",
            lambda made: bool(re.search(r"map\(\) got an unexpected|'bool' object is not iter", made.error)),
        ),
        "without a pool": WITHOUT_A_POOL,
        "without keywords": Mistake(
            "The shortest words are first. What follows the function in `submit` is handed on to it, keywords as well.",
            lambda made: listed(made.result) == arranged(reverse=False),
        ),
        "one after the other": Mistake(
            "Each call was handed over only when the one before was done. `submit` does not wait; `result()` does. "
            "Hand over all of them first.",
            one_after_the_other,
            1,
        ),
        "not shut down": NOT_SHUT_DOWN,
    },
    right=(
        sorts("""
            with ThreadPoolExecutor() as pool:
                futures = [pool.submit(arrange, words, longest_first=True) for words in lists]
                return [future.result() for future in futures]
        """),
        sorts("""
            import functools
            with ThreadPoolExecutor(max_workers=2) as pool:
                return list(pool.map(functools.partial(arrange, longest_first=True), lists))
        """),
        sorts("""
            import concurrent.futures
            pool = concurrent.futures.ThreadPoolExecutor(2)
            futures = []
            for words in lists:
                futures.append(pool.submit(lambda words=words: arrange(words, longest_first=True)))
            pool.shutdown()
            return [future.result() for future in futures]
        """),
        sorts("""
            from pool_lab import ProcessPoolExecutor
            with ProcessPoolExecutor(2) as pool:
                futures = [pool.submit(arrange, words, longest_first=True) for words in lists]
            return [future.result() for future in futures]
        """),
        sorts("""
            from pool_lab import as_completed
            with ThreadPoolExecutor() as pool:
                at = {pool.submit(arrange, words, longest_first=True): n for n, words in enumerate(lists)}
                found = {at[future]: future.result() for future in as_completed(at)}
            return [found[n] for n in sorted(found)]
        """),
    ),
    wrong={
        "futures": (
            sorts("""
                with ThreadPoolExecutor() as pool:
                    return [pool.submit(arrange, words, longest_first=True) for words in lists]
            """),
        ),
        "an iterator": (
            sorts("""
                with ThreadPoolExecutor() as pool:
                    return pool.map(lambda words: arrange(words, longest_first=True), lists)
            """),
        ),
        "called first": (
            sorts("""
                with ThreadPoolExecutor() as pool:
                    futures = [pool.submit(arrange(words, longest_first=True)) for words in lists]
                    return [future.result() for future in futures]
            """),
        ),
        "without a pool": (
            sorts("""
                return [arrange(words, longest_first=True) for words in lists]
            """),
        ),
        "keywords for map": (
            sorts("""
                with ThreadPoolExecutor() as pool:
                    return list(pool.map(arrange, lists, longest_first=True))
            """),
            sorts("""
                with ThreadPoolExecutor() as pool:
                    return list(pool.map(arrange, lists, True))
            """),
        ),
        "without keywords": (
            sorts("""
                with ThreadPoolExecutor() as pool:
                    futures = [pool.submit(arrange, words) for words in lists]
                    return [future.result() for future in futures]
            """),
        ),
        "one after the other": (
            sorts("""
                with ThreadPoolExecutor() as pool:
                    return [pool.submit(arrange, words, longest_first=True).result() for words in lists]
            """),
        ),
        "not shut down": (
            sorts("""
                pool = ThreadPoolExecutor()
                futures = [pool.submit(arrange, words, longest_first=True) for words in lists]
                return [future.result() for future in futures]
            """),
        ),
    },
    play=Play(call, lists_of_words),
    preamble=PREAMBLE,
)

EXERCISES = (COUNT, SORT)
