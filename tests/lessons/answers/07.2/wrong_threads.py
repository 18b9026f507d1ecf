# mistake: threads
from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(square, numbers, chunksize=100))
