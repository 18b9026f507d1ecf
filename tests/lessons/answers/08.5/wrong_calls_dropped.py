# mistake: calls dropped
from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_08.steps import Step4


@exercise("08.5")
class TinyPool(Step4):
    closed = False

    def work(self):
        while not self.closed:
            call = self.calls.get()
            if call is None:
                return
            future, fn, args = call
            try:
                future.set_result(fn(*args))
            except Exception as error:
                future.set_exception(error)

    def shutdown(self):
        self.closed = True
        for _ in self.threads:
            self.calls.put(None)
        for thread in self.threads:
            thread.join()
