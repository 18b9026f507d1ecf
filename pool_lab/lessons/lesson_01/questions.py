"""The questions of lesson 01."""

from pool_lab.events import EventKind
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.questions import Asking, Miss, NumberQuestion, Option, Question, Traces, only

__all__ = ["QUESTIONS"]

WORKERS, CALLS, ONE_BY_ONE = 4, 100, 3


def _threads_of_hundred(traces: Traces) -> int | None:
    trace = only(traces)
    return len(trace.lanes) if trace.counts[CallState.FINISHED] >= CALLS else None


HUNDRED = NumberQuestion(
    "You submit a hundred calls to a pool with max_workers=4. How many threads run them in total?",
    _threads_of_hundred,
    because="A worker that has finished a call takes the next one. So four threads ran all hundred calls: a pool "
    "reuses its threads.",
    misses=(
        Miss(
            lambda answer, _: answer >= CALLS,
            "Without a pool you get a thread for each call. In a pool the threads stay, and take one call after the "
            "other.",
        ),
        Miss(CALLS // WORKERS, "Twenty-five is how many calls each thread runs, on average."),
        Miss(
            lambda answer, _: answer < WORKERS,
            "While calls are queued, the pool starts threads until it has `max_workers` of them. With fewer, calls "
            "would wait that could run.",
        ),
    ),
    otherwise="`max_workers` limits the number of threads, however many calls there are.",
    least=1,
    unit="threads",
)


def _when_started(traces: Traces) -> str | None:
    """How many threads there were before the first call, after the calls that came one by one, and at the end."""
    events = only(traces).events
    submitted = [event.sequence for event in events if event.kind is EventKind.SUBMITTED]
    started = [event.sequence for event in events if event.kind is EventKind.WORKER_STARTED]
    if len(submitted) != ONE_BY_ONE + WORKERS:
        return None
    at_first, after_three = (sum(start < at for start in started) for at in (submitted[0], submitted[ONE_BY_ONE]))
    known = {(0, 1, 4): "when needed", (4, 4, 4): "all at once", (0, 3, 4): "for each call"}
    return known.get((at_first, after_three, len(started)))


THREADS = Question(
    "You make a pool with max_workers=4. You submit three calls one by one, each when the one before is done, and then "
    "four calls together. How many threads does the pool have: at first, after the three, after the four?",
    {
        "all at once": Option(
            "4, 4, 4: all start with the pool.",
            "This pool started all its threads at the beginning.",
            "`max_workers` is how many threads there may be, not how many there are. A new pool has none, so it costs "
            "almost nothing, even with a large number.",
        ),
        "for each call": Option(
            "0, 3, 4: one for each call, up to four.",
            "This pool started a thread for each of the first calls.",
            "When the second call came, the first thread was idle and took it. A thread starts only if a call comes "
            "and no worker is idle.",
        ),
        "when needed": Option(
            "0, 1, 4: one when a call comes and no worker is idle.",
            "A new pool has no threads. A thread starts when a call comes, no worker is idle, and there are fewer than "
            "`max_workers`. Three calls one by one needed one thread, four together needed four.",
        ),
        "no reuse": Option(
            "0, 0, 0: a thread exits after its call.",
            if_wrong="That happens without a pool. In a pool a worker stays after its call and waits for the next one.",
        ),
    },
    _when_started,
)


def _with_errors(traces: Traces) -> str | None:
    failed = {name: trace.counts[CallState.FAILED] > 0 for name, trace in traces.items()}
    return {(True, False): "each", (True, True): "both", (False, False): "none"}.get(
        (failed["a thread each"], failed["a pool of 8"])
    )


RUSH = Question(
    "Eighty visitors come at the same moment, ten times as many as before. The pages need a database that accepts "
    "eight connections and refuses the ninth. Which visitors get an error instead of a page?",
    {
        "each": Option(
            "With a thread for each visitor: most of them. With a pool of eight: nobody.",
            "Eighty threads asked the database at once, and it refused most of them. Eight workers never ask it more "
            "than eight things at once. The other visitors wait in the pool's queue, which costs them only time.",
        ),
        "both": Option(
            "Most visitors of both: ten times too many is too many.",
            "Both servers asked the database for more than it accepts.",
            "Too many at once is not too many in total. The pool did the same work, only some of it later: a queue "
            "turns errors into waiting.",
        ),
        "none": Option(
            "None: a thread that gets no connection waits for one.",
            "No visitor was refused: the requests came too slowly.",
            "Something must make the thread wait. A new thread asks the database at once. In a pool, the queue makes "
            "calls wait.",
        ),
    },
    _with_errors,
)


def _queued(trace: Trace, share: float) -> int:
    """How many calls were queued when that share of all calls was submitted."""
    moments = sorted(span.submitted for span in trace.spans if span.submitted is not None)
    at = moments[round(share * (len(moments) - 1))]
    return sum(
        span.submitted is not None and span.submitted <= at and (span.began is None or span.began > at)
        for span in trace.spans
    )


def _queue(traces: Traces) -> str | None:
    trace = only(traces)
    early, late = _queued(trace, 0.25), _queued(trace, 1)
    if trace.counts[CallState.FAILED]:
        return "errors"
    if len(trace.lanes) > 2:
        return "more threads"
    return "grows" if late > early + 3 else "settles"


TOO_SMALL = Question(
    "Forty visitors come in one second. A page takes a tenth of a second, and the pool has two workers. What happens "
    "to the queue?",
    {
        "grows": Option(
            "It grows as long as visitors come.",
            "Two workers serve twenty visitors a second, but forty come. So every second the queue grows by twenty, "
            "and each new visitor waits longer than the one before. This pool is too small, and a longer queue does "
            "not help.",
        ),
        "settles": Option(
            "It stays about the same length.",
            "The queue did not grow: the two workers kept up.",
            "That happens if the workers keep up. Two workers that need a tenth of a second for each page serve twenty "
            "visitors a second, but forty come.",
        ),
        "more threads": Option(
            "It stays short: the pool starts another thread when the queue gets long.",
            "The pool had more than two workers.",
            "A pool never starts more than `max_workers`, however long the queue is. You choose the limit, and the "
            "pool keeps it.",
        ),
        "errors": Option(
            "Some visitors are refused: a pool accepts only so many calls.",
            "Some calls failed.",
            "The number of workers is limited, the queue is not: `submit` accepts every call. To refuse visitors, your "
            "program has to do it before `submit`.",
        ),
    },
    _queue,
)

QUESTIONS: dict[str, Asking] = {
    "01 hundred calls": HUNDRED,
    "01 threads": THREADS,
    "01 ten times": RUSH,
    "01 too small": TOO_SMALL,
}
