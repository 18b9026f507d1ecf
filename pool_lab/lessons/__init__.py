"""What a lesson needs besides the laboratory: predictions to make, exercises to do, the package's own source to read.

    from pool_lab.lessons import check, exercise, predict, source

Names are loaded when they are first used: the process that runs a learner's answer needs no widgets and no pictures.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pool_lab.lessons.source_code import source

if TYPE_CHECKING:
    from pool_lab.lessons.exercises.check import check, exercise, hint, solution
    from pool_lab.lessons.predictions.prediction import Prediction
    from pool_lab.lessons.progress_table import progress
    from pool_lab.lessons.questions import predict

__all__ = ["Prediction", "check", "exercise", "hint", "predict", "progress", "solution", "source"]

_HOMES = {
    "Prediction": "predictions.prediction",
    "check": "exercises.check",
    "exercise": "exercises.check",
    "hint": "exercises.check",
    "predict": "questions",
    "progress": "progress_table",
    "solution": "exercises.check",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
