# mistake: cancelled
import threading
from queue import SimpleQueue

from pool_lab import Future
from pool_lab.lessons import exercise


@exercise("08.4")
class TinyPool:
    def __init__(self, workers):
        self.calls = SimpleQueue()
        self.threads = []
        for _ in range(workers):
            thread = threading.Thread(target=self.work, daemon=True)
            thread.start()
            self.threads.append(thread)

    def submit(self, fn, *args):
        future = Future()
        self.calls.put((future, fn, args))
        return future

    def work(self):
        while True:
            future, fn, args = self.calls.get()
            try:
                future.set_result(fn(*args))
            except Exception:
                future.cancel()
