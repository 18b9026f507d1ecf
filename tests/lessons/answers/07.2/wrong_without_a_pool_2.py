# mistake: without a pool
from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):

    import multiprocessing

    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(square, numbers, chunksize=100)
