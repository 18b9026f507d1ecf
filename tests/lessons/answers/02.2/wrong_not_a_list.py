# mistake: not a list

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):

    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(arrange, w, longest_first=True) for w in lists]
        for f in futures:
            return {"words": f.result()}
