"""`predict` finds a question by its name, such as "03 cancel".

Each folder `lesson_NN` has `questions.md`, with what is asked and what is said about each answer, and `questions.py`,
with how the run decides.

A judge looks only at what is the same on a slow machine and on a fast one: how many calls were running at the same
moment, how many cores they kept busy. It looks at seconds only where one time is far larger than another.
"""

from collections.abc import Iterator

from pool_lab.lessons.content import modules, page_of
from pool_lab.lessons.predictions.prediction import Prediction
from pool_lab.lessons.predictions.question_rules import words_of
from pool_lab.lessons.predictions.questions import Asking

__all__ = ["QUESTIONS", "predict"]


def _questions() -> Iterator[tuple[str, Asking]]:
    for module in modules("questions"):
        words = page_of(module).sections
        for name, rules in module.QUESTIONS.items():
            yield name, rules(words_of(words[name]))


QUESTIONS = dict(_questions())


def predict(name: str) -> Prediction:
    """Ask the question of that name, such as "03 cancel".

    Returns at once, with a `Prediction` that a notebook shows as a form. `ValueError` if there is no such question.
    """
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; choose one of {', '.join(map(repr, QUESTIONS))}")
    return Prediction(QUESTIONS[name], name)
