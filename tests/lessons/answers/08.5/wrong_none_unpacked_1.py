# mistake: None unpacked
from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_08.steps import Step4


@exercise("08.5")
class TinyPool(Step4):
    def work(self):
        while True:
            future, fn, args = self.calls.get()
            if future is None:
                break
            try:
                future.set_result(fn(*args))
            except Exception as error:
                future.set_exception(error)

    def shutdown(self):
        for _ in self.threads:
            self.calls.put(None)
        for thread in self.threads:
            thread.join()
