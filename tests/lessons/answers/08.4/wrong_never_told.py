# mistake: never told
from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_08.steps import Step3


@exercise("08.4")
class TinyPool(Step3):
    def work(self):
        while True:
            future, fn, args = self.calls.get()
            try:
                future.set_result(fn(*args))
            except Exception as error:
                print(error)
