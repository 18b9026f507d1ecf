# mistake: another entry
from pool_lab import Future
from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_08.steps import Step2


@exercise("08.3")
class TinyPool(Step2):
    def submit(self, fn, *args):
        future = Future()
        self.calls.put((future, fn, args))
        return future

    def work(self):
        while True:
            fn, args = self.calls.get()
            fn(*args)
