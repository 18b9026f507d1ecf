"""The questions of the lessons: what they ask, what each answer means, and how the run decides.

The file named after a lesson holds its questions as `QUESTIONS`, by name: "03 cancel". It is found by its name.

A judge reads traces only. It looks at what is the same on a slow machine and on a fast one: how many calls were running
at once, how many cores they kept busy; never at seconds.
"""

from pool_lab.lessons.predictions.prediction import Prediction
from pool_lab.lessons.predictions.questions import Asking
from pool_lab.lessons.series import parts

__all__ = ["QUESTIONS", "predict"]

QUESTIONS: dict[str, Asking] = {
    name: question for questions in parts(__name__, "QUESTIONS") for name, question in questions.items()
}


def predict(name: str) -> Prediction:
    """The question of that name, to be answered before the run. `ValueError` if there is none."""
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; there are {', '.join(map(repr, QUESTIONS))}")
    return Prediction(QUESTIONS[name], name)
