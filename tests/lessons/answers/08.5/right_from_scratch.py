import threading

from pool_lab import Future
from pool_lab.lessons import exercise


@exercise("08.5")
class TinyPool:
    def __init__(self, workers):
        self.workers, self.calls, self.threads = workers, [], []
        self.changed, self.closed = threading.Condition(), False

    def submit(self, fn, *args):
        call = (Future(), fn, args)
        with self.changed:
            self.calls.append(call)
            if len(self.threads) < self.workers:
                self.threads.append(threading.Thread(target=self.work))
                self.threads[-1].start()
            self.changed.notify()
        return call[0]

    def next_call(self):
        with self.changed:
            self.changed.wait_for(lambda: self.calls or self.closed)
            return self.calls.pop(0) if self.calls else None

    def work(self):
        while call := self.next_call():
            future, fn, args = call
            try:
                result = fn(*args)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

    def shutdown(self):
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        for thread in self.threads:
            thread.join()
