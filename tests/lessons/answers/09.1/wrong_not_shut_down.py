# mistake: not shut down
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("09.1")
def grade_all(grade, reports):
    return list(ProcessPoolExecutor().map(grade, reports))
