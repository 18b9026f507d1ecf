import concurrent.futures

from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):
    with concurrent.futures.ProcessPoolExecutor() as pool:
        return list(pool.map(square, numbers, chunksize=50))
