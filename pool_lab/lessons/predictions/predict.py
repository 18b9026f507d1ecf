"""`predict` finds a question by its name, such as "03 cancel".

Each folder `lesson_NN` has a file `questions.py` with its `QUESTIONS`: what they ask, what they say about each answer,
and how the run decides.

A judge looks only at what is the same on a slow machine and on a fast one: how many calls were running at the same
moment, how many cores they kept busy. It looks at seconds only where one time is far larger than another.
"""

from pool_lab.lessons.content import modules
from pool_lab.lessons.predictions.prediction import Prediction
from pool_lab.lessons.predictions.questions import Asking

__all__ = ["QUESTIONS", "predict"]

QUESTIONS: dict[str, Asking] = {
    name: question for module in modules("questions") for name, question in module.QUESTIONS.items()
}


def predict(name: str) -> Prediction:
    """Ask the question of that name, such as "03 cancel".

    Returns at once, with a `Prediction` that a notebook shows as a form. `ValueError` if there is no such question.
    """
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; choose one of {', '.join(map(repr, QUESTIONS))}")
    return Prediction(QUESTIONS[name], name)
