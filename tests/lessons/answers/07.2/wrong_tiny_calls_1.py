# mistake: tiny calls
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):
    with ProcessPoolExecutor() as pool:
        return list(pool.map(square, numbers))
