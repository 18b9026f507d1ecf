from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("09.1")
def grade_all(grade, reports):
    with ProcessPoolExecutor(2) as pool:
        for report, graded in zip(reports, pool.map(grade, reports)):
            report.update(graded)
    return reports
