from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):
    from pool_lab import as_completed

    with ThreadPoolExecutor() as pool:
        at = {pool.submit(arrange, words, longest_first=True): n for n, words in enumerate(lists)}
        found = {at[future]: future.result() for future in as_completed(at)}
    return [found[n] for n in sorted(found)]
