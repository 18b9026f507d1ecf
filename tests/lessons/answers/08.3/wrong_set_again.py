# mistake: set again
import threading
from queue import SimpleQueue

from pool_lab import Future
from pool_lab.lessons import exercise


@exercise("08.3")
class TinyPool:
    def __init__(self, workers):
        self.calls = SimpleQueue()
        self.future = Future()
        self.threads = []
        for _ in range(workers):
            thread = threading.Thread(target=self.work, daemon=True)
            thread.start()
            self.threads.append(thread)

    def submit(self, fn, *args):
        self.calls.put((fn, args))
        return self.future

    def work(self):
        while True:
            fn, args = self.calls.get()
            self.future.set_result(fn(*args))
