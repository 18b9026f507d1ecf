# mistake: without a pool
from threading import Thread

from pool_lab.lessons import exercise


@exercise("10.1")
def words(pool, count, book):
    numbers = [0] * len(book)

    def in_chapter(number):
        numbers[number] = sum(count(page) for page in book[number])

    threads = [Thread(target=in_chapter, args=(number,)) for number in range(len(book))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return numbers
