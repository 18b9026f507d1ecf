"""How runs decide the questions of lesson 08."""

from typing import Any

from pool_lab.lessons.predictions.question_rules import Questions, choice


def _update(finals: Any) -> str | None:
    """What the counter was in the end, in many runs of one order."""
    return {(2,): "never", (1,): "always", (1, 2): "luck"}.get(tuple(sorted(set(finals))))


QUESTIONS: Questions = {"08 update": choice(_update)}
