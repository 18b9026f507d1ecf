# mistake: without the pool

from pool_lab.lessons import exercise


@exercise("06.2")
def first_page(pool, fetch, urls):
    return fetch(urls[2])
