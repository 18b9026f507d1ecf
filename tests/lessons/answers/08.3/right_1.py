from pool_lab import Future
from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_08.steps import Step2


@exercise("08.3")
class TinyPool(Step2):
    def submit(self, fn, *args):
        future = Future()
        self.calls.put((lambda: future.set_result(fn(*args)), ()))
        return future
