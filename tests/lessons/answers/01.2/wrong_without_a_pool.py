# mistake: without a pool


from pool_lab.lessons import exercise


@exercise("01.2")
def serve_rushes(answer, rushes):
    return [[answer(request) for request in rush] for rush in rushes]
