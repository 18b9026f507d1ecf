# mistake: late lambda

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):

    with ThreadPoolExecutor(1) as pool:
        futures = [pool.submit(lambda: arrange(w, longest_first=True)) for w in lists]
        return [f.result() for f in futures]
