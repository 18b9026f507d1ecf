# mistake: a number
import math

from pool_lab.lessons import exercise


@exercise("11.1")
def pool_for(rate, seconds):
    return math.ceil(rate * seconds / 0.8)
