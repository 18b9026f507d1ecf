"""What lesson 01 asks before its runs."""

from pool_lab.events import EventKind
from pool_lab.lab.trace.span import CallState
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.questions import Asking, Miss, NumberQuestion, Option, Question, Traces

__all__ = ["QUESTIONS"]

WORKERS, CALLS, ONE_BY_ONE = 4, 100, 3


def _only(traces: Traces) -> Trace:
    (trace,) = traces.values()
    return trace


def _threads_of_hundred(traces: Traces) -> int | None:
    trace = _only(traces)
    return len(trace.lanes) if trace.counts[CallState.FINISHED] >= CALLS else None


HUNDRED = NumberQuestion(
    "A hundred calls go to a pool with max_workers=4. How many threads run them, all in all?",
    _threads_of_hundred,
    "A worker that has finished a call takes the next one. So the four threads ran all hundred calls between them: a "
    "pool makes a thread once and uses it again.",
    (
        Miss(
            lambda answer, _: answer >= CALLS,
            "A thread for each call is what you get without a pool. In a pool the calls come to the threads, one after "
            "the other, and the threads stay.",
        ),
        Miss(
            lambda answer, _: answer == CALLS // WORKERS,
            "Twenty-five is how many calls each thread runs, on average.",
        ),
        Miss(
            lambda answer, _: answer < WORKERS,
            "While calls wait, the pool starts threads until it has `max_workers` of them. Fewer would leave calls "
            "waiting that could run.",
        ),
        Miss(lambda *_: True, "`max_workers` bounds the threads, however many calls there are."),
    ),
    least=1,
    unit="threads",
)


def _hired(traces: Traces) -> str | None:
    """How many threads there were before the first call, after those that came one by one, and in the end."""
    events = _only(traces).events
    submitted = [event.sequence for event in events if event.kind is EventKind.SUBMITTED]
    hired = [event.sequence for event in events if event.kind is EventKind.WORKER_STARTED]
    if len(submitted) != ONE_BY_ONE + WORKERS:
        return None
    at_first, after_three = (sum(start < at for start in hired) for at in (submitted[0], submitted[ONE_BY_ONE]))
    known = {(0, 1, 4): "when needed", (4, 4, 4): "all at once", (0, 3, 4): "for each call"}
    return known.get((at_first, after_three, len(hired)))


THREADS = Question(
    "A pool with max_workers=4 is made. Then three calls come one by one, each when the one before is over. Then four "
    "come at the same moment. How many threads does the pool have: at first, after the three, after the four?",
    {
        "all at once": Option(
            "4, 4, 4: all are made with the pool.",
            "This pool made all its threads at the beginning.",
            "`max_workers` is how many threads there may be, not how many there are. A new pool has none, so it costs "
            "next to nothing, and a big number that is never needed costs nothing either.",
        ),
        "for each call": Option(
            "0, 3, 4: one for each call, up to four.",
            "This pool started a thread for each of the first calls.",
            "When the second call came, the first thread was free again and took it. A thread is started only if a "
            "call comes and nobody is free.",
        ),
        "when needed": Option(
            "0, 1, 4: one when a call finds nobody free.",
            "A new pool has no thread. A thread is started when a call comes, nobody is free, and there are fewer than "
            "`max_workers`. One thread was enough for three calls that came one by one; four at the same moment needed "
            "four.",
        ),
        "no reuse": Option(
            "0, 0, 0: a thread ends with its call.",
            "No thread was left.",
            "That is how it goes without a pool. A worker outlives its call, and waits for the next: that is what a "
            "pool is.",
        ),
    },
    _hired,
)


def _turned_away(traces: Traces) -> str | None:
    failed = {name: trace.counts[CallState.FAILED] > 0 for name, trace in traces.items()}
    return {(True, False): "each", (True, True): "both", (False, False): "none"}.get(
        (failed["a thread each"], failed["a pool of 8"])
    )


RUSH = Question(
    "Eighty visitors come at the same moment, ten times as many as before. Behind the pages there is a database that "
    "takes eight connections and refuses the ninth. Who gets an error instead of a page?",
    {
        "each": Option(
            "Most visitors of the server with a thread for each, and nobody at the one with a pool of eight.",
            "Eighty threads all asked the database at once, and it refused most of them. Eight workers never ask it "
            "more than eight things at once: the other visitors wait in the queue of the pool, which costs them time, "
            "and nothing else.",
        ),
        "both": Option(
            "Most visitors of both: it is ten times too much, whatever you do.",
            "Both servers asked the database for more than it takes.",
            "Too much at once is not too much. The pool had the same work to do, and did it a bit later: a queue turns "
            "a rush into a wait.",
        ),
        "none": Option(
            "Nobody: a thread that gets no connection waits until there is one.",
            "Nobody was refused: the requests came too slowly to be a rush.",
            "Someone has to make it wait. A thread for each starts at once, and asks at once; in a pool it is the "
            "queue that makes calls wait.",
        ),
    },
    _turned_away,
)


def _waiting(trace: Trace, share: float) -> int:
    """How many calls were waiting when that share of them had come."""
    moments = sorted(span.submitted for span in trace.spans if span.submitted is not None)
    at = moments[round(share * (len(moments) - 1))]
    return sum(
        span.submitted is not None and span.submitted <= at and (span.began is None or span.began > at)
        for span in trace.spans
    )


def _queue(traces: Traces) -> str | None:
    trace = _only(traces)
    early, late = _waiting(trace, 0.25), _waiting(trace, 1)
    if trace.counts[CallState.FAILED]:
        return "errors"
    if len(trace.lanes) > 2:
        return "more threads"
    return "grows" if late > early + 3 else "settles"


TOO_SMALL = Question(
    "Forty visitors come in one second. A page takes a tenth of a second, and the pool has two workers. What becomes "
    "of those who wait at the door?",
    {
        "grows": Option(
            "They become more and more, as long as visitors come.",
            "Two workers serve twenty visitors in a second, and forty come. So every second there would be twenty more "
            "in the queue, and each newcomer waits longer than the one before. Such a pool is too small, and no length "
            "of queue will help it.",
        ),
        "settles": Option(
            "Some wait, about as many all the time.",
            "The queue did not grow: the two workers kept up.",
            "That is so if the workers can keep up. Two workers with a tenth of a second for each page serve twenty in "
            "a second, and forty come.",
        ),
        "more threads": Option(
            "Few: when the queue gets long, the pool starts another thread.",
            "The pool had more than two workers.",
            "Not beyond `max_workers`, however long the queue. The bound is yours to choose; that is what the pool is "
            "for.",
        ),
        "errors": Option(
            "They are sent away: a pool takes only so many calls.",
            "Some calls failed.",
            "The workers are bounded, the queue is not: `submit` takes every call. Whoever wants to send visitors away "
            "has to do it before.",
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
