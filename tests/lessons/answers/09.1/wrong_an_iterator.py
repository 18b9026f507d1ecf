# mistake: an iterator
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("09.1")
def grade_all(grade, reports):
    with ProcessPoolExecutor() as pool:
        return pool.map(grade, reports)
