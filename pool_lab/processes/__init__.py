"""`ProcessPoolExecutor`: workers are processes, each with an interpreter of its own.

    parent process                                              worker process
    submit -> dispatcher -> WorkerProcess.hand_over
                                 | -- request: function, arguments -->  | worker.main
                                 |         (one pipe a worker)          |   unpickle, call, pickle
    future.set_result(...) <- Reader <-- reply: outcome, worktime ----  |

- `messages`: what crosses, and how it is pickled. Every payload is unpickled inside a `try`, on either side.
- `by_value`: how functions of a notebook are pickled, and where they live in a worker.
- `worker`: the loop in the worker process.
- `parent`: the parent's handle of a worker.
- `reader`: the one thread of a pool that listens to all its workers.
- `pool`: the executor.

Each worker has a pipe of its own and there is no lock or queue that two processes share: a worker that is killed takes
nothing along but its own call.
"""

from .pool import ProcessPoolExecutor

__all__ = ["ProcessPoolExecutor"]
