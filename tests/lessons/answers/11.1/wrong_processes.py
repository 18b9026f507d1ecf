# mistake: processes
import math

from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("11.1")
def pool_for(rate, seconds):
    return ProcessPoolExecutor(math.ceil(rate * seconds / 0.8))
