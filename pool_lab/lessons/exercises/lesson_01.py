"""The exercises of lesson 01: bound the threads, and use them again."""

import time
from itertools import chain, pairwise
from textwrap import indent
from typing import Any

from pool_lab.lessons.exercises.attempt import Attempt, Play
from pool_lab.lessons.exercises.evidence import (
    FUTURES,
    ITERATOR,
    NEVER_TWO,
    NOT_SHUT_DOWN,
    SHUT_DOWN,
    WITHOUT_A_POOL,
    call,
    in_another_order,
    listed,
)
from pool_lab.lessons.exercises.exercise import Claim, Exercise, Mistake, cell

__all__ = ["EXERCISES"]

PREAMBLE = """\
import threading
import time

from pool_lab import ThreadPoolExecutor, wait
"""
MOST_THREADS = 4


def answer(request: int) -> str:
    time.sleep(0.1)
    return f"page {request}"


def threads_started(made: Attempt) -> int:
    """By all pools together, whenever."""
    return sum(len(run.trace.lanes) for run in made.runs)


def many_pools(made: Attempt) -> bool:
    return len(made.own_runs) > 1


BOUNDED = Claim(f"no more than {MOST_THREADS} threads were started", lambda made: threads_started(made) <= MOST_THREADS)
TOGETHER = Claim("several pages were made at the same moment", lambda made: made.most_at_once > 1)
TOO_MANY = Mistake(
    "It started more than four threads. `max_workers` is the bound; without it a pool may have some more than there "
    "are cores, and with the number of requests it is a thread for each again.",
    lambda made: threads_started(made) > MOST_THREADS and not many_pools(made),
    4,
)

# 01.1


def serve(body: str) -> str:
    """The source of an answer."""
    return f'@exercise("01.1")\ndef serve(answer, requests):\n{indent(cell(body), "    ")}'


REQUESTS = tuple(range(12))


def requests() -> tuple[Any, ...]:
    return answer, list(REQUESTS)


def pages(some: tuple[int, ...]) -> list[str]:
    return [f"page {request}" for request in some]


BOUND = Exercise(
    name="01.1",
    title="Bound it",
    text="This is a server with a thread for each request, without its network. `answer(request)` makes a page. Have "
    "it called for each of the requests by four threads at most, several of which work at the same moment. Return the "
    "list of the pages, in the order of the requests, and leave no pool behind.\n\n```python\n"
    "threads = [Thread(target=answer, args=(request,)) for request in requests]\n"
    "for thread in threads:\n    thread.start()\n```",
    starter=cell("""
        @exercise("01.1")
        def serve(answer, requests):
            ...
    """),
    hints=(
        "What takes the place of the threads? Make it once, with `max_workers=4`.",
        "`pool.submit(answer, request)` hands over one request. Hand over all of them before you ask for a page.",
        "Make the pool in a `with` block: it is shut down at its end.",
    ),
    claims=(
        Claim(
            "every request has its page", lambda made: sorted(map(str, listed(made.result))) == sorted(pages(REQUESTS))
        ),
        Claim("in the order of the requests", lambda made: made.result == pages(REQUESTS), essential=False),
        BOUNDED,
        TOGETHER,
        SHUT_DOWN,
    ),
    mistakes={
        "futures": FUTURES,
        "an iterator": ITERATOR,
        "a pool for each": Mistake(
            "It made a pool for each request, and with it a thread for each. One pool is enough: make it before the "
            "loop, and hand all requests to it.",
            many_pools,
            4,
        ),
        "too many": TOO_MANY,
        "without a pool": WITHOUT_A_POOL,
        "one at a time": NEVER_TWO,
        "by finish": Mistake(
            "All pages are there, in the order in which they were made.",
            lambda made: in_another_order(made.result, pages(REQUESTS)),
            11,
        ),
        "not shut down": NOT_SHUT_DOWN,
    },
    right=(
        serve("""
            with ThreadPoolExecutor(max_workers=4) as pool:
                futures = [pool.submit(answer, request) for request in requests]
                return [future.result() for future in futures]
        """),
        serve("""
            with ThreadPoolExecutor(max_workers=4) as pool:
                return list(pool.map(answer, requests))
        """),
        serve("""
            import concurrent.futures
            pool = concurrent.futures.ThreadPoolExecutor(3)
            pages = list(pool.map(answer, requests))
            pool.shutdown()
            return pages
        """),
        serve("""
            from pool_lab import as_completed
            pages = {}
            with ThreadPoolExecutor(2) as pool:
                futures = {pool.submit(answer, request): request for request in requests}
                for future in as_completed(futures):
                    pages[futures[future]] = future.result()
            return [pages[request] for request in requests]
        """),
    ),
    wrong={
        "futures": (
            serve("""
                with ThreadPoolExecutor(max_workers=4) as pool:
                    return [pool.submit(answer, request) for request in requests]
            """),
        ),
        "an iterator": (
            serve("""
                with ThreadPoolExecutor(max_workers=4) as pool:
                    return pool.map(answer, requests)
            """),
        ),
        "a pool for each": (
            serve("""
                pages = []
                for request in requests:
                    with ThreadPoolExecutor(max_workers=4) as pool:
                        pages.append(pool.submit(answer, request).result())
                return pages
            """),
            serve("""
                import concurrent.futures
                futures = [concurrent.futures.ThreadPoolExecutor(1).submit(answer, each) for each in requests]
                return [future.result() for future in futures]
            """),
        ),
        "too many": (
            serve("""
                with ThreadPoolExecutor(max_workers=len(requests)) as pool:
                    return list(pool.map(answer, requests))
            """),
            serve("""
                with ThreadPoolExecutor() as pool:
                    return list(pool.map(answer, requests))
            """),
        ),
        "without a pool": (
            serve("""
                return [answer(request) for request in requests]
            """),
            serve("""
                from threading import Thread
                pages = {}
                def work(request):
                    pages[request] = answer(request)
                threads = [Thread(target=work, args=(request,)) for request in requests]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                return [pages[request] for request in requests]
            """),
        ),
        "one at a time": (
            serve("""
                with ThreadPoolExecutor(max_workers=4) as pool:
                    return [pool.submit(answer, request).result() for request in requests]
            """),
            serve("""
                with ThreadPoolExecutor(max_workers=1) as pool:
                    return list(pool.map(answer, requests))
            """),
        ),
        "by finish": (
            serve("""
                from pool_lab import as_completed
                with ThreadPoolExecutor(max_workers=4) as pool:
                    futures = [pool.submit(answer, request) for request in reversed(requests)]
                    return [future.result() for future in as_completed(futures)]
            """),
        ),
        "not shut down": (
            serve("""
                pool = ThreadPoolExecutor(max_workers=4)
                return list(pool.map(answer, requests))
            """),
        ),
    },
    play=Play(call, requests),
    preamble=PREAMBLE,
)

# 01.2


def serve_rushes(body: str) -> str:
    return f'@exercise("01.2")\ndef serve_rushes(answer, rushes):\n{indent(cell(body), "    ")}'


RUSHES = (tuple(range(6)), tuple(range(6, 11)), tuple(range(11, 17)))


def rushes() -> tuple[Any, ...]:
    return answer, [list(rush) for rush in RUSHES]


def all_pages() -> list[list[str]]:
    return [pages(rush) for rush in RUSHES]


def flat(result: Any) -> list[Any]:
    return list(chain.from_iterable(map(listed, listed(result))))


def one_rush_after_the_other(made: Attempt) -> bool:
    """Whether all calls of a rush had ended when the first of the next was handed over."""
    spans = sorted(made.spans, key=lambda span: span.submitted or 0.0)
    if len(spans) != sum(map(len, RUSHES)):
        return False
    parts = [[spans[request] for request in rush] for rush in RUSHES]
    return all(
        max(span.ended or float("inf") for span in before) <= min(span.submitted or 0.0 for span in after)
        for before, after in pairwise(parts)
    )


REUSE = Exercise(
    name="01.2",
    title="Use them again",
    text="Now the requests come in rushes: `rushes` is a list of lists of requests. Answer one rush after the other: "
    "the next is handed over when all pages of the one before are made. Four threads at most are to be started, for "
    "all rushes together. Return a list with the list of pages of each rush.",
    starter=cell("""
        @exercise("01.2")
        def serve_rushes(answer, rushes):
            ...
    """),
    hints=(
        "A pool keeps its threads as long as it is not shut down. So where does the `with` line go: inside the loop or "
        "around it?",
        "Inside the loop: hand over one rush, and ask for its pages before you go on to the next.",
        "`list(pool.map(answer, rush))` hands over a rush and waits for its pages.",
    ),
    claims=(
        Claim(
            "every request has its page",
            lambda made: sorted(map(str, flat(made.result))) == sorted(map(str, flat(all_pages()))),
        ),
        Claim("in a list for each rush", lambda made: made.result == all_pages(), essential=False),
        Claim("a rush was over before the next was handed over", one_rush_after_the_other),
        BOUNDED,
        TOGETHER,
        SHUT_DOWN,
    ),
    mistakes={
        "futures": FUTURES,
        "an iterator": ITERATOR,
        "a pool for each": Mistake(
            "It made a pool for each rush, and each pool started threads of its own. Make one pool before the first "
            "rush: its threads wait for the next.",
            many_pools,
            4,
        ),
        "too many": TOO_MANY,
        "without a pool": WITHOUT_A_POOL,
        "one at a time": NEVER_TWO,
        "all at once": Mistake(
            "It handed over a rush while the one before was still being answered. Ask for the pages of a rush before "
            "you hand over the next.",
            lambda made: len(made.spans) == sum(map(len, RUSHES)) and not one_rush_after_the_other(made),
        ),
        "not shut down": NOT_SHUT_DOWN,
    },
    right=(
        serve_rushes("""
            with ThreadPoolExecutor(max_workers=4) as pool:
                return [list(pool.map(answer, rush)) for rush in rushes]
        """),
        serve_rushes("""
            pages = []
            with ThreadPoolExecutor(max_workers=4) as pool:
                for rush in rushes:
                    futures = [pool.submit(answer, request) for request in rush]
                    wait(futures)
                    pages.append([future.result() for future in futures])
            return pages
        """),
        serve_rushes("""
            import concurrent.futures
            pool = concurrent.futures.ThreadPoolExecutor(4)
            pages = []
            for rush in rushes:
                futures = [pool.submit(answer, request) for request in rush]
                pages += [[future.result() for future in futures]]
            pool.shutdown()
            return pages
        """),
    ),
    wrong={
        "futures": (
            serve_rushes("""
                pages = []
                with ThreadPoolExecutor(max_workers=4) as pool:
                    for rush in rushes:
                        futures = [pool.submit(answer, request) for request in rush]
                        wait(futures)
                        pages += futures
                return pages
            """),
        ),
        "an iterator": (
            serve_rushes("""
                with ThreadPoolExecutor(max_workers=4) as pool:
                    return [pool.map(answer, rush) for rush in rushes]
            """),
        ),
        "a pool for each": (
            serve_rushes("""
                pages = []
                for rush in rushes:
                    with ThreadPoolExecutor(max_workers=4) as pool:
                        pages.append(list(pool.map(answer, rush)))
                return pages
            """),
        ),
        "too many": (
            serve_rushes("""
                with ThreadPoolExecutor(max_workers=max(map(len, rushes))) as pool:
                    return [list(pool.map(answer, rush)) for rush in rushes]
            """),
        ),
        "without a pool": (
            serve_rushes("""
                return [[answer(request) for request in rush] for rush in rushes]
            """),
        ),
        "one at a time": (
            serve_rushes("""
                with ThreadPoolExecutor(max_workers=4) as pool:
                    return [[pool.submit(answer, request).result() for request in rush] for rush in rushes]
            """),
        ),
        "all at once": (
            serve_rushes("""
                with ThreadPoolExecutor(max_workers=4) as pool:
                    pages = [pool.map(answer, rush) for rush in rushes]
                    return [list(rush) for rush in pages]
            """),
        ),
        "not shut down": (
            serve_rushes("""
                pool = ThreadPoolExecutor(max_workers=4)
                return [list(pool.map(answer, rush)) for rush in rushes]
            """),
        ),
    },
    play=Play(call, rushes),
    preamble=PREAMBLE,
)

EXERCISES = (BOUND, REUSE)
