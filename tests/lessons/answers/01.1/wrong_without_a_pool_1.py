# mistake: without a pool


from pool_lab.lessons import exercise


@exercise("01.1")
def serve(answer, requests):
    return [answer(request) for request in requests]
