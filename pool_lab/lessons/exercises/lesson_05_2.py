"""Exercise 05.2: a function that leaves in time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pool_lab.lab.work.gate import Gate
from pool_lab.lab.work.workloads import nap
from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    AFTER_SHUTDOWN,
    CALLED_FIRST,
    NOT_SHUT_DOWN,
    SETS,
    SHUT_DOWN,
    all_shut_down,
    errors,
    finished,
    has,
    is_of_wait,
    listed,
    nothing,
    raised,
    returned,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.lesson_05_1 import PREAMBLE
from pool_lab.lessons.exercises.messages import Ending

__all__ = ["EXERCISES"]

TAKES_S = 0.3


def quick() -> str:
    """Soon done, and not at once: who does not wait at all is too early."""
    nap(TAKES_S)
    return "here it is"


def in_haste(answer: Callable[[Callable[[], str], float], Any]) -> list[Any]:
    """Ask for a call that is soon done, with much patience; then with little for one that is held until it is over.

    Whoever waits for that one waits for ever, and is stopped.
    """
    gate: Gate[str] = Gate()
    results = [answer(quick, 60.0), answer(lambda: gate("much later"), 0.1)]
    gate.open()
    return results


def waited_in_shutdown(made: Attempt) -> bool:
    """Whether it stood in `shutdown`, or in the end of a `with` block, which is the same."""
    return made.ending is Ending.DEADLOCK and (all_shut_down(made) or any("in shutdown" in wait for wait in made.waits))


def slept(made: Attempt) -> bool:
    """Whether it stood still with the first call done, and no other handed over."""
    return made.ending is Ending.STUCK and finished(made) == len(made.spans) == 1


def shut_one_down(made: Attempt) -> bool:
    return returned(made) and any(run.was_shut_down for run in made.own_runs) and not all_shut_down(made)


def with_a_pool(*lines: str) -> str:
    """The source of an answer that makes a pool first."""
    begin = ('@exercise("05.2")', "def ask(call, patience):", "    pool = ThreadPoolExecutor(max_workers=1)")
    return "\n".join([*begin, *(f"    {line}" for line in lines)])


def or_too_late(result: str, too_late: str = 'return "too late"', end: str = "pool.shutdown(wait=False)") -> str:
    """The source of an answer that returns what is asked for, or something else when the time is up."""
    return with_a_pool(f"try: return {result}", f"except TimeoutError: {too_late}", f"finally: {end}")


IN_TIME = Exercise(
    name="05.2",
    title="Leave in time",
    text="Write a function that makes a pool, hands it `call`, and returns its result; but if that is not there after "
    '`patience` seconds, it returns `"too late"`, at once, and lets the call run on. The pool is to be shut down in '
    "both cases.",
    starter=cell("""
        @exercise("05.2")
        def ask(call, patience):
            ...
    """),
    hints=(
        "`future.result(timeout=patience)` raises a `TimeoutError` when the time is up.",
        "How is a `with` block left? Here it would be left when the call is done.",
        "Shut the pool down yourself, in a `finally`, and do not wait.",
    ),
    claims=(
        Claim("a result that is there in time is returned", lambda made: listed(made.result)[:1] == ["here it is"]),
        Claim(
            '`"too late"` was returned before the call was done', lambda made: listed(made.result)[1:] == ["too late"]
        ),
        Claim("both calls went to a pool", lambda made: len(made.spans) == 2),
        SHUT_DOWN,
    ),
    mistakes={
        "after shutdown": AFTER_SHUTDOWN,
        "called first": replace(
            CALLED_FIRST,
            words="`pool.submit(call())` makes the call here and now, and hands over what came out. Hand over the "
            "function itself: `pool.submit(call)`.",
        ),
        "a timeout for the call": Mistake(
            "`timeout` was given to something that does not take it: what `submit` is given goes to the call, and "
            "`shutdown` has no limit. `result` takes one: `future.result(timeout=patience)`.",
            lambda made: any("unexpected keyword argument 'timeout'" in error for error in errors(made)),
        ),
        "without a pool": Mistake(
            "No call went to a pool. Whoever makes the call themselves can do nothing else until it is done.",
            lambda made: not made.spans and made.ending is not Ending.RAISED,
        ),
        "slept": Mistake(
            "The result was there, and it stood still all the same: `sleep` takes its time whatever happens. It was "
            "stopped. `result(timeout=patience)` waits until the result is there, and never longer than that.",
            slept,
        ),
        "waits at the end": Mistake(
            "The time was up, but then it waited for the call after all: in `shutdown`, with which a `with` block "
            "ends, too. It was stopped.",
            waited_in_shutdown,
            20,
        ),
        "waits for ever": Mistake(
            "It waited for the result without a limit, and it would have waited for ever. It was stopped.",
            lambda made: made.ending in {Ending.DEADLOCK, Ending.STUCK},
        ),
        "the error came out": Mistake(
            "The `TimeoutError` came out of your function. `result` does not return `None` when the time is up, it "
            "raises.",
            raised("TimeoutError"),
            8,
        ),
        "a future": Mistake(
            "It returned the future, and whoever gets that has yet to wait.", lambda made: has(made.result, "future"), 5
        ),
        "sets": replace(SETS, seen=lambda made: any(map(is_of_wait, listed(made.result)))),
        "no patience": Mistake(
            "The call was given no time at all. It is `patience` that says how long to wait.",
            lambda made: listed(made.result)[0] == "too late",
        ),
        "nothing": Mistake(
            'When the time was up it returned nothing. `"too late"` is to be returned, not printed.',
            lambda made: listed(made.result)[1] is None,
        ),
        "one of two": Mistake(
            "In one of the two cases the pool was not shut down. A `finally` is run in both.", shut_one_down
        ),
        "not shut down": NOT_SHUT_DOWN,
    },
    right=(
        cell("""
            @exercise("05.2")
            def ask(call, patience):
                pool = ThreadPoolExecutor(max_workers=1)
                try:
                    return pool.submit(call).result(timeout=patience)
                except TimeoutError:
                    return "too late"
                finally:
                    pool.shutdown(wait=False)
        """),
        cell("""
            @exercise("05.2")
            def ask(call, patience):
                pool = ThreadPoolExecutor()
                future = pool.submit(call)
                pool.shutdown(wait=False, cancel_futures=False)
                done, not_done = wait([future], timeout=patience)
                return future.result() if done else "too late"
        """),
        cell("""
            from concurrent.futures import ThreadPoolExecutor, as_completed
            @exercise("05.2")
            def ask(call, patience):
                pool = ThreadPoolExecutor(1)
                future = pool.submit(call)
                try:
                    for each in as_completed([future], timeout=patience):
                        return each.result()
                except TimeoutError:
                    return "too late"
                finally:
                    pool.shutdown(wait=False, cancel_futures=True)
        """),
        cell("""
            @exercise("05.2")
            def ask(call, patience):
                pool = ThreadPoolExecutor(1)
                results = pool.map(lambda _: call(), [0], timeout=patience)
                pool.shutdown(False)
                try:
                    return next(results)
                except TimeoutError:
                    return "too late"
        """),
    ),
    wrong={
        "waits at the end": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    with ThreadPoolExecutor(max_workers=1) as pool:
                        try:
                            return pool.submit(call).result(timeout=patience)
                        except TimeoutError:
                            return "too late"
            """),
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    try:
                        with ThreadPoolExecutor(max_workers=1) as pool:
                            return pool.submit(call).result(timeout=patience)
                    except TimeoutError:
                        return "too late"
            """),
            or_too_late("pool.submit(call).result(timeout=patience)", end="pool.shutdown(cancel_futures=True)"),
            with_a_pool(
                "future = pool.submit(call)",
                "try: return future.result(timeout=patience)",
                "except TimeoutError: future.cancel()",
                "pool.shutdown()",
                'return "too late"',
            ),
            cell("""
                import concurrent.futures
                @exercise("05.2")
                def ask(call, patience):
                    with concurrent.futures.ThreadPoolExecutor(1) as pool:
                        done, not_done = wait([pool.submit(call)], timeout=patience)
                        return done.pop().result() if done else "too late"
            """),
        ),
        "after shutdown": (with_a_pool("pool.shutdown()", "return pool.submit(call).result(timeout=patience)"),),
        "called first": (or_too_late("pool.submit(call()).result(timeout=patience)"),),
        "a timeout for the call": (
            or_too_late("pool.submit(call, timeout=patience).result()"),
            with_a_pool("future = pool.submit(call)", "pool.shutdown(timeout=patience)", "return future.result()"),
        ),
        "slept": (
            with_a_pool(
                "future = pool.submit(call)",
                "time.sleep(patience)",
                "pool.shutdown(wait=False)",
                'return future.result() if future.done() else "too late"',
            ),
        ),
        "sets": (
            with_a_pool(
                "answer = wait([pool.submit(call)], timeout=patience)",
                "pool.shutdown(wait=False)",
                'return answer or "too late"',
            ),
        ),
        "no patience": (
            with_a_pool(
                "future = pool.submit(call)",
                "pool.shutdown(wait=False)",
                'return future.result() if future.done() else "too late"',
            ),
            or_too_late("pool.submit(call).result(timeout=0)"),
        ),
        "nothing": (or_too_late("pool.submit(call).result(timeout=patience)", 'print("too late")'),),
        "one of two": (
            with_a_pool(
                "try: result = pool.submit(call).result(timeout=patience)",
                'except TimeoutError: return "too late"',
                "pool.shutdown()",
                "return result",
            ),
        ),
        "waits for ever": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    pool = ThreadPoolExecutor(max_workers=1)
                    future = pool.submit(call)
                    result = future.result()
                    pool.shutdown(wait=False)
                    return result or "too late"
            """),
        ),
        "the error came out": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    pool = ThreadPoolExecutor(max_workers=1)
                    try:
                        return pool.submit(call).result(timeout=patience) or "too late"
                    finally:
                        pool.shutdown(wait=False)
            """),
        ),
        "a future": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    pool = ThreadPoolExecutor(max_workers=1)
                    future = pool.submit(call)
                    pool.shutdown(wait=False)
                    return future
            """),
        ),
        "without a pool": (
            cell("""
                from threading import Thread
                @exercise("05.2")
                def ask(call, patience):
                    box = []
                    thread = Thread(target=lambda: box.append(call()))
                    thread.start()
                    thread.join(patience)
                    return box[0] if box else "too late"
            """),
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    return call()
            """),
        ),
        "not shut down": (
            cell("""
                @exercise("05.2")
                def ask(call, patience):
                    pool = ThreadPoolExecutor(max_workers=1)
                    try:
                        return pool.submit(call).result(timeout=patience)
                    except TimeoutError:
                        return "too late"
            """),
        ),
    },
    play=Play(in_haste, nothing),
    preamble=PREAMBLE,
)

EXERCISES = (IN_TIME,)
