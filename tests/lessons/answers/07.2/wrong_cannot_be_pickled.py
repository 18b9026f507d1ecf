# mistake: cannot be pickled
from concurrent.futures import ProcessPoolExecutor

from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):
    with ProcessPoolExecutor() as pool:
        return list(pool.map(lambda number: square(number), numbers, chunksize=100))
