from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):
    def square_some(some):
        return [square(number) for number in some]

    with ProcessPoolExecutor(2) as pool:
        halves = [pool.submit(square_some, numbers[:1000]), pool.submit(square_some, numbers[1000:])]
        return [result for half in halves for result in half.result()]
