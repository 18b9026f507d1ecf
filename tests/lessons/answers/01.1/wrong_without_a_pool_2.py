# mistake: without a pool


from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):
    from threading import Thread

    pages = {}

    def work(request):
        pages[request] = answer(request)

    threads = [Thread(target=work, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [pages[request] for request in requests]
