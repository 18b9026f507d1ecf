"""What lesson 00 asks before its runs."""

from itertools import combinations, pairwise

from pool_lab.lessons.predictions.drawn_timeline import Drawing, DrawQuestion
from pool_lab.lessons.predictions.questions import Asking, Miss, Option, Question, Traces

__all__ = ["DRAWING", "LENGTHS", "QUESTIONS"]


def _at_once(traces: Traces) -> str | None:
    (trace,) = traces.values()
    return {8: "all", 2: "workers", 1: "one"}.get(trace.most_at_once)


START = Question(
    "Eight calls, each a nap of half a second, go to a pool with two workers. How many are napping at the same moment?",
    {
        "all": Option(
            "All eight: that is what a pool is for.",
            "All eight napped at once: the pool had eight workers by then.",
            "A pool bounds how much happens at once: it has two workers, and each of them runs one call at a time. "
            "The other six calls wait at the door.",
        ),
        "workers": Option(
            "Two: one for each worker.",
            "Each worker runs one call at a time, so two calls nap while the others wait at the door. When a worker is "
            "free it takes the next.",
        ),
        "one": Option(
            "One: Python runs one thing at a time.",
            "Only one nap at a time was seen: the pool had a single worker.",
            "A thread that sleeps, or waits for a server, needs neither a core nor Python's interpreter. So both "
            "workers can nap at the same moment.",
        ),
    },
    _at_once,
)

LENGTHS = {"A": 3, "B": 1, "C": 5, "D": 1, "E": 2}


def _in_turns(drawn: Drawing, _: Drawing) -> bool:
    """The calls dealt out like cards."""
    return all(bar.worker != before.worker for before, bar in pairwise(drawn))


def _overcrowded(drawn: Drawing, _: Drawing) -> bool:
    return any(one.worker == other.worker and one.overlaps(other) for one, other in combinations(drawn, 2))


def _alone(drawn: Drawing, _: Drawing) -> bool:
    return not any(one.overlaps(other) for one, other in combinations(drawn, 2))


def _shortest_first(drawn: Drawing, _: Drawing) -> bool:
    """Whether a longer nap waits for a shorter one that was handed over after it."""
    return any(later.start < earlier.start for earlier, later in combinations(drawn, 2))


def _idle(drawn: Drawing, _: Drawing) -> bool:
    """Whether a call starts although a worker was free just before."""
    moments = [bar.start - 0.1 for bar in drawn if bar.start > 0]
    return any(sum(bar.start < moment < bar.end for bar in drawn) < 2 for moment in moments)


DRAWING = DrawQuestion(
    "Five naps go to a pool with two workers, in the order A, B, C, D, E. Which worker will run which, and when?",
    LENGTHS,
    workers=2,
    unit_s=0.2,
    because="Whoever is free first takes the call that has waited longest. A takes one worker and B the other; B is "
    "over first, so its worker takes C. A is over before C is, so its worker takes D, and then E.",
    misses=(
        Miss(_overcrowded, "A worker runs one call at a time: two bars on one lane cannot lie on one another."),
        Miss(_alone, "Two workers run two calls at the same moment: nobody waits for the other one to finish."),
        Miss(
            _in_turns,
            "The calls are not dealt out like cards, one to each worker in turn. They wait in one queue, and "
            "whoever is free comes for the next.",
        ),
        Miss(
            _shortest_first,
            "Nobody looks at how long a call will take, or can: the calls are taken in the order in "
            "which they were handed over.",
        ),
        Miss(_idle, "A worker that is free does not wait: it takes the next call at once."),
        Miss(lambda *_: True, "Go through it bar by bar: who is free first, and which call has waited longest?"),
    ),
)

QUESTIONS: dict[str, Asking] = {"00 naps": START, "00 drawing": DRAWING}
