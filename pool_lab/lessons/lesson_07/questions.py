"""The questions of lesson 07."""

from pool_lab.lessons.lesson_07.judges import cores_in_c, cores_in_python, most_at_once, quickest, who_gains
from pool_lab.lessons.predictions.questions import Asking, Option, Question

__all__ = ["QUESTIONS"]

PARSE = Question(
    "The calls compute in pure Python. First they run in threads, then in processes. Each pool has a worker for each "
    "core (if there are 2 to 8 of them), and the machine to itself. How many cores do the calls keep busy?",
    {
        "both": Option(
            "One for each worker, in both pools.",
            "The threads kept more than one core busy: this Python has no GIL, so threads can run Python code at the "
            "same moment.",
            "The threads took turns: there is one GIL, so only one of them runs Python code at a time, however many "
            "cores there are. Look at the bars: several run side by side, but each is only partly filled.",
        ),
        "processes only": Option(
            "One core in the thread pool, more in the process pool.",
            "Only the thread that holds the GIL runs Python code, so all threads together keep one core busy. Each "
            "process has its own interpreter and GIL, so processes use all the cores they get. For calls that compute "
            "in Python, choose processes.",
            "Here the two pools do not differ like that: this Python has no GIL, or it has only one core.",
        ),
        "neither": Option(
            "One core in both pools: Python runs one thing at a time.",
            "This computer lets Python use one core only, so more processes do not help.",
            "Each interpreter has its own GIL, and every process has its own interpreter. So processes can compute at "
            "the same moment if there is more than one core.",
        ),
    },
    cores_in_python,
    on_any_machine=False,
)

FETCH = Question(
    "Now the calls only wait: they fetch pages from a server that takes a fifth of a second for each. One pool has "
    "four threads, the other four processes. How many pages are being fetched at the same moment, at most?",
    {
        "same": Option(
            "Four in each pool: as many as it has workers.",
            "A waiting call needs no core and does not hold the GIL, so threads can wait together as well as processes "
            "can. The threads only started sooner: a process has to start an interpreter first. For calls that wait, "
            "choose threads.",
        ),
        "threads one": Option(
            "One in the thread pool, because the GIL lets one thread run at a time; four in the process pool.",
            "Only one page at a time was fetched in the thread pool: it had one worker.",
            "A thread holds the GIL while it runs Python code. A thread that waits for a server has released it, so "
            "the next thread can send its request.",
        ),
        "cores": Option(
            "Four in the thread pool; in the process pool as many as this machine has cores.",
            if_wrong="A waiting call needs no core, so the number of cores does not matter. This is why all bars are "
            "empty.",
        ),
    },
    most_at_once,
)

COMPRESS = Question(
    "Now the calls compute in C: zlib compresses the same files. How many cores do the threads keep busy, compared "
    "with the processes?",
    {
        "both": Option(
            "As many as the processes do.",
            "zlib releases the GIL while it compresses, because it uses no Python object meanwhile. So threads compute "
            "at the same moment, like processes, if there is more than one core. And they need not start an "
            "interpreter. Use either pool for such calls.",
        ),
        "processes only": Option(
            "Fewer: one core at most, as before.",
            if_wrong="There is still one interpreter with one GIL, but only Python code needs the GIL. C code may "
            "release it, and zlib does.",
        ),
    },
    cores_in_c,
    on_any_machine=False,
)

TINY = Question(
    "`abs` takes less than a millionth of a second. You have to call it 10,000 times. What is the quickest way?",
    {
        "loop": Option(
            "A loop, without a pool.",
            "The calls themselves took next to nothing. In a pool, each of them is also queued, given to a worker, and "
            "its result put into a future; in a process pool it is pickled and sent as well. A loop does none of this. "
            "If you need processes for tiny calls, send many in one call: `map` does that with `chunksize`.",
        ),
        "threads": Option(
            "A thread pool.",
            "The threads were the quickest: here, calls cost little to hand over.",
            "To queue a call and wake a worker takes several times as long as `abs` itself. And with a GIL, the "
            "threads take turns at that.",
        ),
        "processes": Option(
            "A process pool: its workers compute at the same moment.",
            "The processes were the quickest: here, calls cost little to send.",
            "To pickle a call, send it, and send the result back takes far longer than `abs` itself. The processes "
            "spent most of their time waiting for the next call.",
        ),
    },
    quickest,
)

WORKERS = Question(
    "Calls that compute in Python run with 1, 2, 4 and 8 workers, in both pools. Which pool gets faster with more "
    "workers, and up to how many?",
    {
        "always": Option(
            "Both: 8 workers are clearly the fastest.",
            "Eight workers were the fastest in both pools: this computer has cores for all of them, and this Python "
            "has no GIL.",
            "More workers are not more cores. With more workers than cores, each of them only gets a smaller share.",
        ),
        "both until cores": Option(
            "Both, until each core has a worker.",
            "This Python has no GIL, so the threads used all cores, too. More workers than cores gained nothing.",
            "The threads share one GIL: one of them runs Python code, however many there are. So only the processes "
            "got faster.",
        ),
        "processes until cores": Option(
            "The process pool, until each core has a worker. The thread pool never does.",
            "A second process uses a second core. Beyond the cores, more processes only share them. More threads share "
            "one GIL, so they gain nothing from the start, and handing the GIL over costs time: with many threads "
            "they can be slower than a loop.",
            "Here the pools do not differ like that: look at the curves.",
        ),
        "neither": Option(
            "Neither: the calls have to be done one way or the other.",
            "This computer lets Python use one core only, and one worker keeps that busy.",
            "The work stays the same, but several cores do it in less time, if the pool can use them.",
        ),
    },
    who_gains,
    on_any_machine=False,
)

QUESTIONS: dict[str, Asking] = {
    "07 parse": PARSE,
    "07 fetch": FETCH,
    "07 compress": COMPRESS,
    "07 tiny": TINY,
    "07 workers": WORKERS,
}
