# mistake: nothing ran
import threading
from queue import SimpleQueue

from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_08.steps import Step1


@exercise("08.2")
class TinyPool(Step1):
    def __init__(self, workers):
        self.calls = SimpleQueue()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(workers)]
