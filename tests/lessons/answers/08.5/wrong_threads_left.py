# mistake: threads left
import threading
from queue import Queue

from pool_lab import Future
from pool_lab.lessons import exercise


@exercise("08.5")
class TinyPool:
    def __init__(self, workers):
        self.calls = Queue()
        for _ in range(workers):
            threading.Thread(target=self.work, daemon=True).start()

    def submit(self, fn, *args):
        future = Future()
        self.calls.put((future, fn, args))
        return future

    def work(self):
        while True:
            future, fn, args = self.calls.get()
            try:
                future.set_result(fn(*args))
            except Exception as error:
                future.set_exception(error)
            self.calls.task_done()

    def shutdown(self):
        self.calls.join()
