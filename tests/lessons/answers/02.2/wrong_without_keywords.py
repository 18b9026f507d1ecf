# mistake: without keywords

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(arrange, words) for words in lists]
        return [future.result() for future in futures]
