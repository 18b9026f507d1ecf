# mistake: an iterator
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):
    with ProcessPoolExecutor() as pool:
        return pool.map(square, numbers, chunksize=100)
