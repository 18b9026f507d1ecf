"""What lesson 07 asks before its runs."""

from pool_lab.lessons.predictions.questions import Asking, Option, Question, Traces

__all__ = ["QUESTIONS"]


def _in_flight(traces: Traces) -> str | None:
    threads, processes = (traces[name].most_at_once for name in ("threads", "processes"))
    if threads > 1 and processes > 1:
        return "same"
    return "threads one" if threads == 1 else None


def _cores(traces: Traces) -> str | None:
    """One core at most is what a GIL leaves; a little more shows when calls release it to read their files."""
    threads, processes = (traces[name].cores_used for name in ("threads", "processes"))
    if threads > 1.2:
        return "both"
    return "processes only" if processes > threads else "neither"


def _hot(traces: Traces) -> str | None:
    """Whether two threads were seen computing at the same moment: one core for all could not have done that."""
    threads = traces["threads"]
    return "both" if threads.cores_used > 1.05 else "processes only"


FETCH = Question(
    "120 pages are to be fetched from a server that thinks a fifth of a second about each. One pool has four threads, "
    "the other four processes. How many pages are on their way at the same moment, at most?",
    {
        "same": Option(
            "In each pool as many as it has workers.",
            "A call that waits needs no core and does not hold the GIL, so threads wait as well together as "
            "processes do. The threads were simply there sooner: a thread is started in a moment, while a process has "
            "to start an interpreter first. For calls that wait, threads are the choice.",
        ),
        "threads one": Option(
            "One in the thread pool, as the GIL lets one thread run at a time; more in the process pool.",
            "Only one page at a time was on its way in the thread pool: it had a single worker.",
            "The GIL is held by a thread that runs Python code. A thread that waits for a server has let go of it, and "
            "the next one can send its request.",
        ),
        "cores": Option(
            "In the thread pool as many as it has workers; in the process pool as many as this machine has cores.",
            "Different numbers of calls were on their way in the two pools.",
            "Cores do not matter to a call that waits: it is not on one. That is why all bars are empty.",
        ),
    },
    _in_flight,
)

PARSE = Question(
    "Now the calls compute: pure Python, four threads, then four processes, each pool with the machine to itself. How "
    "many cores do the calls keep busy, on average?",
    {
        "both": Option(
            "One for each worker, in both pools, as long as there are cores.",
            "The threads kept more than one core busy: this Python has no GIL, so threads can run Python code at the "
            "same moment.",
            "The threads took turns: one GIL, so one of them at a time runs Python code, however many cores there are. "
            "Look at the fill levels: bars stand side by side, and each was on a core for its share of the time only.",
        ),
        "processes only": Option(
            "One in the thread pool, more in the process pool.",
            "Only the thread that holds the GIL runs Python code, so the threads keep one core busy between them, "
            "however many they are. Each process has an interpreter and a GIL of its own, so they use all the cores "
            "they are given. For calls that compute in Python, processes are the choice.",
        ),
        "neither": Option(
            "One in both pools: Python runs one thing at a time.",
            "The processes kept no more cores busy than the threads did: there was only one core to be had.",
            "The GIL belongs to an interpreter, and every process has its own. So processes do compute at the same "
            "moment, if the machine has more than one core.",
        ),
    },
    _cores,
    on_any_machine=False,
)

COMPRESS = Question(
    "The same files again, but now they are compressed, by zlib, which is written in C. Four threads, then four "
    "processes. How many cores do the calls keep busy?",
    {
        "both": Option(
            "More than one in both pools.",
            "zlib lets go of the GIL while it compresses, for it touches no Python object meanwhile. So the threads "
            "compute at the same moment, like the processes, and there was no interpreter to start. For such calls "
            "both pools do; hashing, NumPy and reading files are others of the kind.",
        ),
        "processes only": Option(
            "One in the thread pool, more in the process pool, as before.",
            "The threads kept no more than one core busy between them: there was only one to be had.",
            "It is still one interpreter with one GIL, but the GIL is needed to run Python code only. C code may let "
            "go of it, and zlib does.",
        ),
    },
    _hot,
    on_any_machine=False,
)

QUESTIONS: dict[str, Asking] = {"07 fetch": FETCH, "07 parse": PARSE, "07 compress": COMPRESS}
