# mistake: without a pool

from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):

    from threading import Semaphore, Thread

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
