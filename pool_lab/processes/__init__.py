"""`ProcessPoolExecutor`: workers are processes, each with an interpreter of its own.

    parent process                                              worker process
    submit -> dispatcher -> WorkerProcess.hand_over
                                 | -- request: function, arguments -->  | worker.main
                                 |         (one pipe a worker)          |   unpickle, call, pickle
    future.set_result(...) <- Reader <-- reply: outcome, worktime ----  |

- `messages`: what crosses, and how it is pickled. Every payload is unpickled inside a `try`, on either side.
- `worker`: the loop in the worker process.
- `parent`: the parent's handle of a worker.
- `reader`: the one thread of a pool that listens to all its workers.
- `fork_server`: what a forked child needs to start processes.
- `pool`: the executor.

Each worker has a pipe of its own and there is no lock or queue that two processes share: a worker that is killed takes
nothing along but its own call.
"""

from . import fork_server as fork_server  # it watches over forks
from .pool import ProcessPoolExecutor

__all__ = ["ProcessPoolExecutor"]
