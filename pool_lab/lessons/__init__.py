"""What a lesson needs besides the laboratory: predictions to make, and the package's own source to look into.

from pool_lab.lessons import predict, source
"""

from pool_lab.lessons.predictions import Prediction
from pool_lab.lessons.questions import predict
from pool_lab.lessons.source import source

__all__ = ["Prediction", "predict", "source"]
