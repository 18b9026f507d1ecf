# mistake: without a pool
from pool_lab.lessons import exercise


@exercise("09.1")
def grade_all(grade, reports):
    return [grade(report) for report in reports]
