"""The questions of lesson 08."""

from typing import Any

from pool_lab.lessons.predictions.questions import Asking, Option, Question

__all__ = ["QUESTIONS"]


def _update(finals: Any) -> str | None:
    """What the counter was in the end, in many runs of one order."""
    return {(2,): "never", (1,): "always", (1, 2): "luck"}.get(tuple(sorted(set(finals))))


UPDATE = Question(
    "`counter` is 0. Two threads each run `counter = counter + 1` once. You decide whose step comes next. A GIL lets "
    "only one thread run at any moment. Can the counter be 1 in the end?",
    {
        "line": Option(
            "No. A line of Python is one step.",
            if_wrong="One line can be several steps. This one reads the counter and later writes it, and the other "
            "thread may take its steps between these two.",
        ),
        "never": Option(
            "No. The GIL lets one thread finish its addition before the other one begins.",
            "Each thread read what the other had written.",
            "The GIL only makes sure that one thread runs at any moment. It may change hands between two steps, in the "
            "middle of a line.",
        ),
        "luck": Option(
            "Yes, but only by bad luck. It cannot be made to happen.",
            "It happened in some runs.",
            "There is no luck in it. In this order it happens every time. Only which order the operating system "
            "chooses is a matter of luck.",
        ),
        "always": Option(
            "Yes, every time, if both threads read before either of them writes.",
            "Both threads read 0, so both write 1. The second one writes over the update of the first, which is lost. "
            "The same order always has the same result.",
        ),
    },
    _update,
)

QUESTIONS: dict[str, Asking] = {"08 update": UPDATE}
