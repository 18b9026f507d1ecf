"""The questions of lesson 00."""

from itertools import combinations, pairwise

from pool_lab.lessons.predictions.drawn_timeline import Drawing, DrawQuestion
from pool_lab.lessons.predictions.questions import Miss, Option, Question, Traces, only

__all__ = ["DRAWING", "LENGTHS", "QUESTIONS"]


def _at_once(traces: Traces) -> str | None:
    return {8: "all", 2: "workers", 1: "one"}.get(only(traces).most_at_once)


NAPS = Question(
    "You submit eight naps of half a second to a pool with two workers. How many nap at the same moment?",
    {
        "all": Option(
            "All eight: that is what a pool is for.",
            "All eight napped at the same moment: the pool had eight workers by then.",
            "A pool limits how many calls run at once. It has two workers, and each runs one call at a time. The other "
            "six calls are queued.",
        ),
        "workers": Option(
            "Two: one for each worker.",
            "Each worker runs one call at a time. So two calls nap, and the others are queued. A worker that becomes "
            "free takes the next call.",
        ),
        "one": Option(
            "One: Python runs one thing at a time.",
            "Only one call napped at a time: the pool had one worker.",
            "A thread that sleeps, or waits for a server, lets other threads run meanwhile. So both workers can nap at "
            "the same moment.",
        ),
    },
    _at_once,
)

LENGTHS = {"A": 3, "B": 1, "C": 5, "D": 1, "E": 2}


def _alternating(drawn: Drawing, _: Drawing) -> bool:
    return all(bar.worker != before.worker for before, bar in pairwise(drawn))


def _two_on_one_worker(drawn: Drawing, _: Drawing) -> bool:
    return any(one.worker == other.worker and one.overlaps(other) for one, other in combinations(drawn, 2))


def _no_overlap(drawn: Drawing, _: Drawing) -> bool:
    return not any(one.overlaps(other) for one, other in combinations(drawn, 2))


def _shortest_first(drawn: Drawing, _: Drawing) -> bool:
    """Whether a longer nap waits for a shorter one that was submitted after it."""
    return any(later.start < earlier.start for earlier, later in combinations(drawn, 2))


def _idle(drawn: Drawing, _: Drawing) -> bool:
    """Whether a call starts although a worker was idle just before."""
    moments = [bar.start - 0.1 for bar in drawn if bar.start > 0]
    return any(sum(bar.start < moment < bar.end for bar in drawn) < 2 for moment in moments)


DRAWING = DrawQuestion(
    "You submit five naps to a pool with two workers, in the order A, B, C, D, E. Which worker runs which nap, and "
    "when?",
    LENGTHS,
    workers=2,
    unit_s=0.2,
    because="The first free worker takes the call that has been queued longest. One worker takes A, the other takes B. "
    "B finishes first, so its worker takes C. A finishes before C, so its worker takes D, and then E.",
    misses=(
        Miss(_two_on_one_worker, "A worker runs one call at a time: two bars on one lane cannot overlap."),
        Miss(_no_overlap, "Two workers run two calls at the same moment. Neither waits for the other."),
        Miss(
            _alternating,
            "The workers do not take turns. All calls wait in one queue, and the first free worker takes the next one.",
        ),
        Miss(
            _shortest_first,
            "A pool cannot know how long a call will take. The calls leave the queue in the order in which you "
            "submit them.",
        ),
        Miss(_idle, "A free worker does not wait: it takes the next call at once."),
    ),
    otherwise="Check bar by bar: which worker is free first, and which call has been queued longest?",
)

QUESTIONS = {"00 naps": NAPS, "00 drawing": DRAWING}
