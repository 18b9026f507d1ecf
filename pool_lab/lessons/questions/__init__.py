"""The questions of the lessons: what they ask, what they say about each answer, and how the run decides.

The file `lesson_NN` holds the questions of lesson NN as `QUESTIONS`, by name: "03 cancel".

A judge looks only at what is the same on a slow machine and on a fast one: how many calls were running at the same
moment, how many cores they kept busy. It never looks at seconds.
"""

from pool_lab.lessons.predictions.prediction import Prediction
from pool_lab.lessons.predictions.questions import Asking
from pool_lab.lessons.series import parts

__all__ = ["QUESTIONS", "predict"]

QUESTIONS: dict[str, Asking] = {
    name: question for questions in parts(__name__, "QUESTIONS") for name, question in questions.items()
}


def predict(name: str) -> Prediction:
    """Ask the question of that name, such as "03 cancel".

    Returns at once, with a `Prediction` that a notebook shows as a form. `ValueError` if there is no such question.
    """
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; choose one of {', '.join(map(repr, QUESTIONS))}")
    return Prediction(QUESTIONS[name], name)
