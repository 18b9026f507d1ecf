import threading

from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_08.steps import Step1


@exercise("08.2")
class TinyPool(Step1):
    def __init__(self, workers):
        super().__init__()  # starts one thread already
        self.threads = [thread for thread in threading.enumerate() if getattr(thread, "_target", None) == self.work]
        while len(self.threads) < workers:
            self.threads.append(threading.Thread(target=self.work, daemon=True))
            self.threads[-1].start()
