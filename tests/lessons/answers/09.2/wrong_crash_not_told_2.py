# mistake: crash not told
import pickle

from pool_lab.lessons import exercise
from pool_lab.lessons.lesson_09.small_pool import SmallPool, start_child


@exercise("09.2")
class SturdyPool(SmallPool):
    def work(self):
        pipe, child = start_child()
        while call := self.calls.get():
            future, *request = call
            try:
                pipe.send_bytes(pickle.dumps(request))
                ok, value = pickle.loads(pipe.recv_bytes())
            except (EOFError, OSError):
                pipe, child = start_child()
            except Exception as error:
                ok, value = False, error
            deliver = future.set_result if ok else future.set_exception
            deliver(value)
        pipe.close()
        child.join()
