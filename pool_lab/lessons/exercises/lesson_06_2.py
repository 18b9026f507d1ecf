"""Exercise 06.2: the first good answer of several mirrors."""

import re
from typing import Any

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.work.servers import Server, after, broken, fetch
from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    FUTURES,
    SETS,
    all_shut_down,
    call,
    cancelled,
    errors,
    finished,
    one_after_the_other,
    raised,
    returned,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake, cell
from pool_lab.lessons.exercises.lesson_06_1 import LEFT_IN_QUEUE, PREAMBLE, left_in_queue, waited_for_more
from pool_lab.lessons.exercises.messages import Ending, Foreign

__all__ = ["EXERCISES"]

WORKERS = 3
GOOD_S, SLOW_S = 0.3, 4.0
PAGE = "<title>/</title>"


def pool_and_mirrors() -> tuple[Any, ...]:
    """A broken mirror is first, as a rule; a good one comes soon; all others take their time.

    The servers are never closed: they end with the process, which does not outlive the answer.
    """
    slow = after(SLOW_S)
    answers = (broken, slow, after(GOOD_S), slow, slow, slow, slow)
    return ThreadPoolExecutor(max_workers=WORKERS), fetch, [Server(answer).url for answer in answers]


MIRRORS = 7


def did_not_wait_for_the_slow(made: Attempt) -> bool:
    """One mirror has answered, and others have been asked that have not."""
    return finished(made) == 1 and bool(made.unfinished or cancelled(made))


def cancelled_too_soon(made: Attempt) -> bool:
    """Whether a call was cancelled before one had come to a good end."""
    good = [span.ended for span in made.spans if span.state is CallState.FINISHED and span.ended is not None]
    ends = [span.ended for span in made.spans if span.state is CallState.CANCELLED and span.ended is not None]
    return bool(ends) and (not good or min(ends) < min(good))


IN_A_WITH = Mistake(
    "The answer was there, and then the end of the `with` block waited for all that were still running.",
    lambda made: waited_for_more(made) and all_shut_down(made),
    20,
)

FIRST_PAGE = Exercise(
    name="06.2",
    title="Take the first good answer",
    text="Some of the mirrors at `urls` are slow, and some are broken: `fetch(url)` raises. Write a function that asks "
    "all of them through the pool, and returns the first page that is there. It must not wait for the slow ones, and "
    "when it returns no call may be left waiting for a worker.",
    starter=cell("""
        @exercise("06.2")
        def first_page(pool, fetch, urls):
            ...
    """),
    hints=(
        "The first call that is over may be one that failed. So `wait(..., return_when=FIRST_COMPLETED)` once is not "
        "enough. What gives you one future after another, as they are done?",
        "In a loop over `as_completed(futures)`: `future.exception()` is None if the call went well.",
        "Before you return the result, call `cancel()` on all futures. Those that are done or running do not mind.",
    ),
    claims=(
        Claim("it returns the page", lambda made: made.result == PAGE),
        Claim("all mirrors were asked through the pool", lambda made: len(made.spans) == MIRRORS),
        Claim("it did not wait for the slow ones", did_not_wait_for_the_slow),
        Claim("no call is left waiting for a worker", lambda made: not left_in_queue(made), essential=False),
        Claim(
            "none was cancelled before the page was there", lambda made: not cancelled_too_soon(made), essential=False
        ),
    ),
    mistakes={
        "results expected": Mistake(
            "It returned a future for a page. What `as_completed` and `wait` give are futures; the page is "
            "`future.result()`.",
            lambda made: isinstance(made.result, Foreign) and made.result.kind == "future",
            22,
        ),
        "futures": FUTURES,
        "sets": SETS,
        "the map is over": Mistake(
            "The iterator of `map` has ended with the first error, and the pages behind it are not given. With a "
            "future for each page an error costs only that page.",
            raised("StopIteration"),
            15,
        ),
        "without the pool": Mistake(
            "It asked a mirror by itself: no call went to a pool. (`pool.submit(fetch(url))` fetches here and now, "
            "too. Hand over the function and its argument apart: `pool.submit(fetch, url)`.)",
            lambda made: made.ending in {Ending.RETURNED, Ending.RAISED} and not made.spans,
        ),
        "the first to fail": Mistake(
            "A call had failed, and what it had raised came out of your function. The first to be over need not be the "
            "first to be good: look at `exception()`, or catch what `result()` raises, and go on.",
            raised("OSError"),
        ),
        "the error for a page": Mistake(
            "It returned what a call had raised. That is no page: go on, until a call is over that has raised nothing.",
            lambda made: isinstance(made.result, Foreign) and made.result.type_name == "OSError",
        ),
        "out of patience": Mistake(
            "The time was up before there was a page: `result`, `as_completed` and `map` raise a `TimeoutError` then. "
            "Here you may wait until one of the mirrors has answered.",
            raised("TimeoutError"),
        ),
        "gave up": Mistake(
            "It returned nothing, although one mirror was soon to answer. Perhaps it asked too early, when the only "
            "call that was over had failed?",
            lambda made: returned(made) and made.result is None and bool(made.spans),
        ),
        "one after the other": Mistake(
            "It asked one mirror after the other, and waited for a slow one before it came to the good one.",
            one_after_the_other,
        ),
        "in a with": IN_A_WITH,
        "waits for all": Mistake(
            "The page was there long before it returned: it waited for slow mirrors as well.", waited_for_more
        ),
        "pages expected": Mistake(
            "It used a future as if it were the page, or a set of futures as if it were one. Ask a future for its "
            "`result()`.",
            lambda made: any(re.search("'Future'|'set'", error) for error in errors(made)),
            21,
        ),
        "left in the queue": LEFT_IN_QUEUE,
        "cancelled too soon": Mistake(
            "Calls were cancelled when only one that had failed was over. This time the good mirror was being asked "
            "already; had it been waiting, there would be no page.",
            cancelled_too_soon,
        ),
    },
    right=(
        cell("""
            @exercise("06.2")
            def first_page(pool, fetch, urls):
                futures = [pool.submit(fetch, url) for url in urls]
                for future in as_completed(futures):
                    if future.exception() is None:
                        for each in futures:
                            each.cancel()
                        return future.result()
        """),
        cell("""
            @exercise("06.2")
            def first_page(pool, fetch, urls):
                waiting = {pool.submit(fetch, url) for url in urls}
                while waiting:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    good = [future for future in done if not future.exception()]
                    if good:
                        pool.shutdown(wait=False, cancel_futures=True)
                        return good[0].result()
        """),
        cell("""
            import concurrent.futures
            @exercise("06.2")
            def first_page(pool, fetch, urls):
                mine = concurrent.futures.ThreadPoolExecutor(len(urls))
                futures = [mine.submit(fetch, url) for url in urls]
                try:
                    for future in concurrent.futures.as_completed(futures):
                        try:
                            return future.result()
                        except OSError:
                            pass
                finally:
                    mine.shutdown(wait=False, cancel_futures=True)
        """),
        cell("""
            from queue import SimpleQueue
            @exercise("06.2")
            def first_page(pool, fetch, urls):
                over = SimpleQueue()
                futures = [pool.submit(fetch, url) for url in urls]
                for future in futures:
                    future.add_done_callback(over.put)
                page = next(f.result() for f in iter(over.get, None) if not f.exception())
                [future.cancel() for future in futures]
                return page
        """),
    ),
    wrong={
        "results expected": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    futures = [pool.submit(fetch, url) for url in urls]
                    for page in as_completed(futures):
                        if page:
                            return page
            """),
        ),
        "futures": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    futures = [pool.submit(fetch, url) for url in urls]
                    return list(wait(futures, return_when=FIRST_COMPLETED).done)
            """),
        ),
        "sets": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    futures = [pool.submit(fetch, url) for url in urls]
                    return wait(futures, return_when=FIRST_COMPLETED)
            """),
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    done, not_done = wait([pool.submit(fetch, url) for url in urls], timeout=1)
                    return done
            """),
        ),
        "the first to fail": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    futures = [pool.submit(fetch, url) for url in urls]
                    done, not_done = wait(futures, return_when=FIRST_COMPLETED)
                    for future in not_done:
                        future.cancel()
                    return done.pop().result()
            """),
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    return next(as_completed([pool.submit(fetch, url) for url in urls])).result()
            """),
        ),
        "gave up": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    futures = [pool.submit(fetch, url) for url in urls]
                    done, not_done = wait(futures, return_when=FIRST_EXCEPTION)
                    for future in not_done:
                        future.cancel()
                    for future in done:
                        if not future.exception():
                            return future.result()
            """),
        ),
        "one after the other": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    for url in urls:
                        future = pool.submit(fetch, url)
                        if future.exception() is None:
                            return future.result()
            """),
        ),
        "in a with": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    with ThreadPoolExecutor(3) as mine:
                        futures = [mine.submit(fetch, url) for url in urls]
                        for future in as_completed(futures):
                            if not future.exception():
                                [each.cancel() for each in futures]
                                return future.result()
            """),
        ),
        "waits for all": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    done, _ = wait([pool.submit(fetch, url) for url in urls])
                    return next(future.result() for future in done if not future.exception())
            """),
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    futures = [pool.submit(fetch, url) for url in urls]
                    for future in futures:
                        if not future.exception():
                            return future.result()
            """),
        ),
        "the map is over": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    pages = pool.map(fetch, urls)
                    while True:
                        try:
                            return next(pages)
                        except OSError:
                            pass
            """),
        ),
        "the error for a page": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    futures = [pool.submit(fetch, url) for url in urls]
                    for future in as_completed(futures):
                        [each.cancel() for each in futures]
                        return future.exception() or future.result()
            """),
        ),
        "out of patience": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    futures = [pool.submit(fetch, url) for url in urls]
                    for future in as_completed(futures, timeout=0):
                        if not future.exception():
                            return future.result()
            """),
        ),
        "without the pool": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    futures = [pool.submit(fetch(url)) for url in urls]
                    return next(as_completed(futures)).result()
            """),
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    return fetch(urls[2])
            """),
        ),
        "pages expected": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    done, not_done = wait([pool.submit(fetch, url) for url in urls], timeout=1)
                    return done[0].result()
            """),
        ),
        "cancelled too soon": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    futures = [pool.submit(fetch, url) for url in urls]
                    for future in as_completed(futures):
                        [each.cancel() for each in futures]
                        if not future.exception():
                            return future.result()
            """),
        ),
        "left in the queue": (
            cell("""
                @exercise("06.2")
                def first_page(pool, fetch, urls):
                    for future in as_completed([pool.submit(fetch, url) for url in urls]):
                        if not future.exception():
                            return future.result()
            """),
        ),
    },
    play=Play(call, pool_and_mirrors),
    preamble=PREAMBLE,
)

EXERCISES = (FIRST_PAGE,)
