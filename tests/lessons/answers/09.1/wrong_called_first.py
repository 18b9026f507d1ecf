# mistake: called first
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("09.1")
def grade_all(grade, reports):
    with ProcessPoolExecutor() as pool:
        futures = [pool.submit(grade(report)) for report in reports]
    return [future.result() for future in futures]
