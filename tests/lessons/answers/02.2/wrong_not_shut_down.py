# mistake: not shut down

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):
    pool = ThreadPoolExecutor()
    futures = [pool.submit(arrange, words, longest_first=True) for words in lists]
    return [future.result() for future in futures]
