# mistake: threads
from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("09.1")
def grade_all(grade, reports):
    with ThreadPoolExecutor() as pool:
        pool.map(grade, reports)
    return reports
