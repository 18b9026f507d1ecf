# mistake: shut down
import math

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("11.1")
def pool_for(rate, seconds):
    with ThreadPoolExecutor(math.ceil(rate * seconds / 0.8)) as pool:
        return pool
