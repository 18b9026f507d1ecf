"""The questions of lesson 07."""

from pool_lab.lessons.predictions.questions import Asking, Option, Question, Traces

__all__ = ["QUESTIONS"]


def _at_once(traces: Traces) -> str | None:
    threads, processes = (traces[name].most_at_once for name in ("threads", "processes"))
    if threads > 1 and processes > 1:
        return "same"
    return "threads one" if threads == 1 else None


def _cores(traces: Traces) -> str | None:
    """A GIL allows one core at most, and a little more when calls release it to read their files."""
    threads, processes = (traces[name].cores_used for name in ("threads", "processes"))
    if threads > 1.2:
        return "both"
    return "processes only" if processes > threads else "neither"


def _cores_in_c(traces: Traces) -> str | None:
    """Whether two threads computed at the same moment: with one core for all they could not."""
    return "both" if traces["threads"].cores_used > 1.05 else "processes only"


FETCH = Question(
    "You fetch 120 pages from a server that takes a fifth of a second for each. One pool has four threads, the other "
    "four processes. How many pages are being fetched at the same moment, at most?",
    {
        "same": Option(
            "In each pool as many as it has workers.",
            "A waiting call needs no core and does not hold the GIL, so threads can wait together as well as processes "
            "can. The threads only started sooner: a process has to start an interpreter first. For calls that wait, "
            "choose threads.",
        ),
        "threads one": Option(
            "One in the thread pool, because the GIL lets one thread run at a time; more in the process pool.",
            "Only one page at a time was fetched in the thread pool: it had one worker.",
            "A thread holds the GIL while it runs Python code. A thread that waits for a server has released it, so "
            "the next thread can send its request.",
        ),
        "cores": Option(
            "In the thread pool as many as it has workers; in the process pool as many as this machine has cores.",
            if_wrong="A waiting call needs no core, so the number of cores does not matter. This is why all bars are "
            "empty.",
        ),
    },
    _at_once,
)

PARSE = Question(
    "Now the calls compute in pure Python: four threads, then four processes, each pool with the machine to itself. "
    "How many cores do the calls keep busy, on average?",
    {
        "both": Option(
            "One for each worker, in both pools, as long as there are cores.",
            "The threads kept more than one core busy: this Python has no GIL, so threads can run Python code at the "
            "same moment.",
            "The threads took turns: there is one GIL, so only one of them runs Python code at a time, however many "
            "cores there are. Look at the bars: several run side by side, but each is only partly filled.",
        ),
        "processes only": Option(
            "One in the thread pool, more in the process pool.",
            "Only the thread that holds the GIL runs Python code, so all threads together keep one core busy. Each "
            "process has its own interpreter and GIL, so processes use all the cores they get. For calls that compute "
            "in Python, choose processes.",
        ),
        "neither": Option(
            "One in both pools: Python runs one thing at a time.",
            "The processes kept no more cores busy than the threads did: only one core was free.",
            "Each interpreter has its own GIL, and every process has its own interpreter. So processes can compute at "
            "the same moment if there is more than one core.",
        ),
    },
    _cores,
    on_any_machine=False,
)

COMPRESS = Question(
    "Now zlib, which is written in C, compresses the same files. Four threads, then four processes. How many cores do "
    "the calls keep busy?",
    {
        "both": Option(
            "More than one in both pools.",
            "zlib releases the GIL while it compresses, because it uses no Python object meanwhile. So the threads "
            "compute at the same moment, like the processes, and need not start an interpreter. Use either pool for "
            "such calls. Hashing, NumPy and reading files are other examples.",
        ),
        "processes only": Option(
            "One in the thread pool, more in the process pool, as before.",
            "The threads kept no more than one core busy: only one core was free.",
            "There is still one interpreter with one GIL, but only Python code needs the GIL. C code may release it, "
            "and zlib does.",
        ),
    },
    _cores_in_c,
    on_any_machine=False,
)

QUESTIONS: dict[str, Asking] = {"07 fetch": FETCH, "07 parse": PARSE, "07 compress": COMPRESS}
