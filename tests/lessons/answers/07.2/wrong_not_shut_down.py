# mistake: not shut down
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):
    pool = ProcessPoolExecutor()
    return list(pool.map(square, numbers, chunksize=500))
