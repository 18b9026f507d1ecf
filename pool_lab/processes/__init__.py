"""What a process pool adds to `pool_lab`: each worker thread owns one process, which runs its calls.

    queue -> worker thread -- request --> process: fn(*args)        the thread sleeps until the reply comes
                           <-- reply ---

In reading order: `pool` (the executor itself), `worker` (the thread, and all that can happen to its process), `batch`
(which calls travel together), `messages`, `pickling`, `by_value` and `program` (how they travel), `process` (start and
end), `pipe` (messages and large arrays), `child` (what runs in the process).
"""
