# mistake: too many

from pool_lab import ThreadPoolExecutor
from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):

    half = len(requests) // 2
    with ThreadPoolExecutor(4) as a, ThreadPoolExecutor(4) as b:
        first, second = a.map(answer, requests[:half]), b.map(answer, requests[half:])
        return [*first, *second]
