"""`ProcessPoolExecutor`: workers are processes, each with an interpreter of its own.

    parent process                                              worker process
    submit -> dispatcher -> WorkerProcess.hand_over
                                 | -- request: function, arguments -->  | worker.main
                                 |     (a mailbox and a pipe each)      |   unpickle, call, pickle
    future.set_result(...) <- Reader <-- reply: outcome, worktime ----  |

- `messages`: what crosses, and how it is pickled. Every payload is unpickled inside a `try`, on either side.
- `by_value`: how functions of a notebook are pickled, and where they live in a worker.
- `parcel`: how large arrays travel: as memory; `memory`: where that comes from, and how it is used again.
- `worker`: the loop in the worker process; `stint`: many short calls in one message, and who looks after them.
- `parent`: the parent's handle of a worker: gives it calls, and decides what its end means.
- `mailbox`: where a worker finds its requests; `backlog`: the one that all workers read, and what lies ready there.
- `requests`: what is sent for a call; `shares`: how the calls of a `map` travel.
- `child`: the process behind that handle; `inbox`: what comes from it; `deaths`: what is said of its end.
- `reader`: the one thread of a pool that listens to all its workers; `selecting`: how it waits for them.
- `fork_server`: what that process loads in advance, and what a forked child needs to start one; `hearing`: from when on
  it hears Ctrl-C.
- `pool`: the executor.

Each worker has a pipe and a mailbox of its own, and there is no lock that two processes share. What they share, the
backlog, is kept by the operating system, which gives each packet to one of them, whole: a worker that is killed takes
nothing along but its own call, and one that stops, even half-way through a reply, keeps only its own call waiting.
"""

from .pool import ProcessPoolExecutor

__all__ = ["ProcessPoolExecutor"]
