# mistake: in processes

from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):

    from pool_lab import ProcessPoolExecutor

    with ProcessPoolExecutor(4) as pool:
        return list(pool.map(answer, requests))
