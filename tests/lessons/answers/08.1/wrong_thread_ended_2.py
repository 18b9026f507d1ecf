# mistake: thread ended
import threading
from queue import SimpleQueue

from pool_lab.lessons import exercise


@exercise("08.1")
class TinyPool:
    def __init__(self):
        self.calls = SimpleQueue()
        threading.Thread(target=self.work, daemon=True).start()

    def submit(self, fn, *args):
        self.calls.put((fn, args))

    def work(self):
        pass
