# mistake: without a pool
import threading
import time

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):

    from threading import Thread, Semaphore

    pages, room = {}, Semaphore(4)

    def work(request):
        with room:
            pages[request] = answer(request)

    threads = [Thread(target=work, args=(request,)) for request in requests]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return [pages[r] for r in requests]
