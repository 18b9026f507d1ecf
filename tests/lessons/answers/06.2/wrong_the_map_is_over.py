# mistake: the map is over

from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    pages = pool.map(fetch, urls)
    while True:
        try:
            return next(pages)
        except OSError:
            pass
