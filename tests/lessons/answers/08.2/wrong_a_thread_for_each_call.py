# mistake: a thread for each call
import threading

from pool_lab import Future
from pool_lab.lessons import exercise


@exercise("08.2")
class TinyPool:
    def __init__(self, workers):
        self.threads = []

    def submit(self, fn, *args):
        future = Future()
        self.threads.append(threading.Thread(target=self.work, args=(future, fn, args)))
        self.threads[-1].start()
        return future

    def work(self, future, fn, args):
        try:
            future.set_result(fn(*args))
        except Exception as error:
            future.set_exception(error)

    def shutdown(self):
        for thread in self.threads:
            thread.join()
