# mistake: never returned
from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_08.steps import Step4


@exercise("08.5")
class TinyPool(Step4):
    def shutdown(self):
        for thread in self.threads:
            thread.join()
