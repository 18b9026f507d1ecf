"""What a lesson needs besides the laboratory: predictions, exercises, progress, and the source of the package.

    from pool_lab.lessons import check, exercise, predict, source

A name is loaded when it is first used, because the process that runs a learner's answer needs no widgets or pictures.
In a notebook, importing it removes the frames of pool_lab from tracebacks; see `tracebacks`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pool_lab.lessons.source_code import source
from pool_lab.lessons.tracebacks import hide_own_frames

if TYPE_CHECKING:
    from pool_lab.lessons.exercises.check import check, exercise, hint, solution
    from pool_lab.lessons.predictions.predict import predict
    from pool_lab.lessons.predictions.prediction import Prediction
    from pool_lab.lessons.progress_table import progress

__all__ = ["Prediction", "check", "exercise", "hint", "predict", "progress", "solution", "source"]

_HOMES = {
    "Prediction": "predictions.prediction",
    "check": "exercises.check",
    "exercise": "exercises.check",
    "hint": "exercises.check",
    "predict": "predictions.predict",
    "progress": "progress_table",
    "solution": "exercises.check",
}


hide_own_frames()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
