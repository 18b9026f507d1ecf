# mistake: one after the other

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):
    with ThreadPoolExecutor() as pool:
        return [pool.submit(arrange, words, longest_first=True).result() for words in lists]
