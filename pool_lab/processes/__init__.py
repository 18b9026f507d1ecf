"""`ProcessPoolExecutor`: workers are processes, each with an interpreter of its own.

    parent process                                              worker process
    submit -> dispatcher -> WorkerProcess.hand_over
                                 | -- request: function, arguments -->  | worker.main
                                 |     (a mailbox and a pipe each)      |   unpickle, call, pickle
    future.set_result(...) <- Reader <-- reply: outcome, worktime ----  |

- `messages`: how what crosses is pickled. Every payload is unpickled inside a `try`, on either side.
- `replies`: what a worker sends; `posting`: how.
- `by_value`: how functions of a notebook are pickled, and where they live in a worker.
- `parcel`: how large arrays travel: as memory; `memory`: where that comes from, and how it is used again.
- `worker`: the loop in the worker process; `stint`: many short calls of a `map` in one message; `bundle`: many replies
  in one message; `steward`: who sees to it that none of them waits for a long call.
- `parent`: the parent's handle of a worker: hears it, and decides what its end means; `sender`: gives it calls.
- `mailbox`: where a worker finds its requests; `backlog`: calls that lie ready for whichever worker is free first;
  `rack`: where these lie; `whereabouts`: which of them a worker is at.
- `requests`: what is sent for a call, and what is laid ready; `shares`: how the calls of a `map` travel.
- `child`: the process behind that handle; `inbox`: what comes from it; `deaths`: what is said of its end.
- `reader`: the one thread of a pool that listens to all its workers; `selecting`: how it waits for them; `leading`: who
  listens in its place; `turns`: that only one listens; `spinning`: why a worker, and who leads, stays awake for a
  moment.
- `fork_server`: what that process loads in advance, and what a forked child needs to start one; `hearing`: from when on
  it hears Ctrl-C.
- `pool`: the executor.

Each worker has a pipe and a mailbox of its own, and there is no lock that two processes share. What they share, the
tokens of the backlog, is kept by the operating system, which gives each to one of them, whole: a worker that stops,
even half-way through a reply, keeps only what it has in hand waiting, and one that is killed takes nothing else along.
Where each call must have a fate of its own (`replace_workers`, `task_timeout`, `max_tasks_per_child`) there is no
backlog, and every call and every reply travels alone.
"""

from .pool import ProcessPoolExecutor

__all__ = ["ProcessPoolExecutor"]
