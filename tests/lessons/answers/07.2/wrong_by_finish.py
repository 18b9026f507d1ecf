# mistake: by finish
from pool_lab import ProcessPoolExecutor
from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):

    import concurrent.futures

    def some(part):
        return [*map(square, part)]

    with ProcessPoolExecutor(2) as pool:
        fs = [pool.submit(some, numbers[i : i + 100]) for i in range(0, len(numbers), 100)]
        return [x for f in concurrent.futures.as_completed(fs) for x in f.result()]
