import threading

from pool_lab.lessons import exercise


@exercise("03.1")
def fates(futures):
    texts, noted = {}, threading.Semaphore(0)

    def note(future):
        if future.cancelled():
            texts[future] = "cancelled"
        elif future.exception() is None:
            texts[future] = f"returned {future.result()}"
        else:
            texts[future] = f"raised {type(future.exception()).__name__}"
        noted.release()

    for future in futures:
        future.add_done_callback(note)
    for future in futures:
        noted.acquire()
    return [texts[future] for future in futures]
