from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):

    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(arrange, words, True) for words in lists]
        return [f.result() for f in futures]
