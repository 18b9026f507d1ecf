# mistake: in processes

from pool_lab.lessons import exercise


@exercise("01.2")
def serve_rushes(answer, rushes):

    import concurrent.futures

    with concurrent.futures.ProcessPoolExecutor(4) as pool:
        return [list(pool.map(answer, rush)) for rush in rushes]
