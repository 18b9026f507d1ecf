import threading

from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_08.steps import Step1


@exercise("08.2")
class TinyPool(Step1):
    def __init__(self, workers):
        super().__init__()
        self.threads = []
        for _ in range(workers):
            self.threads.append(threading.Thread(target=self.work))
            self.threads[-1].start()

    def work(self):
        if threading.current_thread() in self.threads:
            super().work()
