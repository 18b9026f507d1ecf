# mistake: tiny calls
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):
    with ProcessPoolExecutor() as pool:
        futures = [pool.submit(square, number) for number in numbers]
        return [future.result() for future in futures]
