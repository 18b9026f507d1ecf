import pickle

from pool_lab import BrokenProcessPool
from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_09.small_pool import SmallPool, start_child


@exercise("09.2")
class SturdyPool(SmallPool):
    def work(self):
        pipe, child = start_child()
        while call := self.calls.get():
            future, *request = call
            try:
                message = pickle.dumps(request)
            except Exception as error:
                future.set_exception(error)
                continue
            try:
                pipe.send_bytes(message)
                ok, value = pickle.loads(pipe.recv_bytes())
            except (EOFError, OSError):
                ok, value = False, BrokenProcessPool("the process has died")
                child.join()
                pipe, child = start_child()
            deliver = future.set_result if ok else future.set_exception
            deliver(value)
        pipe.close()
        child.join()
