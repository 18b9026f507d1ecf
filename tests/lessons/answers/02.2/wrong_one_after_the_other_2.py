# mistake: one after the other

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):

    results = []
    with ThreadPoolExecutor() as pool:
        for i in range(0, len(lists), 2):
            fs = [pool.submit(arrange, w, longest_first=True) for w in lists[i : i + 2]]
            results += [f.result() for f in fs]
    return results
