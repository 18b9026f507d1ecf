# mistake: crashed
import threading
from queue import SimpleQueue

from pool_lab import Future
from pool_lab.lessons import exercise


@exercise("08.3")
class TinyPool:
    def __init__(self, workers):
        self.calls = SimpleQueue()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(workers)]
        for thread in self.threads:
            thread.start()

    def submit(self, fn, *args):
        future = Future()
        self.calls.put((future, fn, args))
        return future

    def work(self):
        while True:
            future, fn, args = self.calls.get()
            future.set_results(fn(*args))
