# mistake: by finish

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):

    from pool_lab import as_completed

    with ThreadPoolExecutor() as pool:
        return [f.result() for f in as_completed([pool.submit(arrange, w, longest_first=True) for w in lists])]
