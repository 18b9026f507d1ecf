"""How runs decide the questions of lesson 00."""

from itertools import combinations, pairwise

from pool_lab.lessons.predictions.drawn_timeline import Drawing
from pool_lab.lessons.predictions.question_rules import Questions, choice, drawing
from pool_lab.lessons.predictions.questions import Traces, only


def _at_once(traces: Traces) -> str | None:
    return {8: "all", 2: "workers", 1: "one"}.get(only(traces).most_at_once)


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


QUESTIONS: Questions = {
    "00 naps": choice(_at_once),
    "00 drawing": drawing(
        {"A": 3, "B": 1, "C": 5, "D": 1, "E": 2},
        workers=2,
        unit_s=0.2,
        misses={
            "two at once": _two_on_one_worker,
            "no overlap": _no_overlap,
            "by turns": _alternating,
            "shortest first": _shortest_first,
            "idle": _idle,
        },
    ),
}
