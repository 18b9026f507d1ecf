"""The questions of the lessons: what they ask, what each answer means, and how the run decides.

A judge reads traces only. It looks at what is the same on a slow machine and on a fast one: how many calls were running
at once, how many cores they kept busy; never at seconds.
"""

from itertools import combinations, pairwise

from pool_lab.lessons.asking import Asking, Miss, Option, Question, Traces
from pool_lab.lessons.drawing import Drawing, DrawQuestion
from pool_lab.lessons.predictions import Prediction

__all__ = ["QUESTIONS", "predict"]


def predict(name: str) -> Prediction:
    """The question of that name, to be answered before the run. `ValueError` if there is none."""
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; there are {', '.join(map(repr, QUESTIONS))}")
    return Prediction(QUESTIONS[name], name)


def _at_once(traces: Traces) -> str | None:
    (trace,) = traces.values()
    return {8: "all", 2: "workers", 1: "one"}.get(trace.most_at_once)


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


START = Question(
    "Eight calls, each a nap of half a second, go to a pool with two workers. How many are napping at the same moment?",
    {
        "all": Option(
            "All eight: that is what a pool is for.",
            "All eight napped at once: the pool had eight workers by then.",
            "A pool bounds how much happens at once: it has two workers, and each of them runs one call at a time. "
            "The other six calls wait at the door.",
        ),
        "workers": Option(
            "Two: one for each worker.",
            "Each worker runs one call at a time, so two calls nap while the others wait at the door. When a worker is "
            "free it takes the next.",
        ),
        "one": Option(
            "One: Python runs one thing at a time.",
            "Only one nap at a time was seen: the pool had a single worker.",
            "A thread that sleeps, or waits for a server, needs neither a core nor Python's interpreter. So both "
            "workers can nap at the same moment.",
        ),
    },
    _at_once,
)

LENGTHS = {"A": 3, "B": 1, "C": 4, "D": 1, "E": 2}


def _in_turns(drawn: Drawing, _: Drawing) -> bool:
    """The calls dealt out like cards."""
    return all(bar.worker != before.worker for before, bar in pairwise(drawn))


def _overcrowded(drawn: Drawing, _: Drawing) -> bool:
    return any(one.worker == other.worker and one.overlaps(other) for one, other in combinations(drawn, 2))


def _alone(drawn: Drawing, _: Drawing) -> bool:
    return not any(one.overlaps(other) for one, other in combinations(drawn, 2))


def _shortest_first(drawn: Drawing, _: Drawing) -> bool:
    """Whether a longer nap waits for a shorter one that was handed over after it."""
    return any(later.start < earlier.start for earlier, later in combinations(drawn, 2))


def _idle(drawn: Drawing, _: Drawing) -> bool:
    """Whether a call starts although a worker was free just before."""
    moments = [bar.start - 0.1 for bar in drawn if bar.start > 0]
    return any(sum(bar.start < moment < bar.end for bar in drawn) < 2 for moment in moments)


DRAWING = DrawQuestion(
    "Five naps go to a pool with two workers, in the order A, B, C, D, E. Which worker will run which, and when?",
    LENGTHS,
    workers=2,
    unit_s=0.2,
    because="Whoever is free first takes the call that has waited longest. A takes one worker and B the other; B is "
    "over first, so its worker takes C. A is over before C is, so its worker takes D, and then E.",
    misses=(
        Miss(_overcrowded, "A worker runs one call at a time: two bars on one lane cannot lie on one another."),
        Miss(_alone, "Two workers run two calls at the same moment: nobody waits for the other one to finish."),
        Miss(
            _in_turns,
            "The calls are not dealt out like cards, one to each worker in turn. They wait in one queue, and "
            "whoever is free comes for the next.",
        ),
        Miss(
            _shortest_first,
            "Nobody looks at how long a call will take, or can: the calls are taken in the order in "
            "which they were handed over.",
        ),
        Miss(_idle, "A worker that is free does not wait: it takes the next call at once."),
        Miss(lambda *_: True, "Go through it bar by bar: who is free first, and which call has waited longest?"),
    ),
)

FETCH = Question(
    "120 pages are to be fetched from a server that thinks a fifth of a second about each. One pool has four threads, "
    "the other four processes. How many pages are on their way at the same moment, at most?",
    {
        "same": Option(
            "As many as there are workers: four in each pool.",
            "A call that waits needs no core and does not hold the GIL, so four threads wait as well together as four "
            "processes do. The threads were simply there sooner: a thread is started in a moment, while a process has "
            "to start an interpreter first. For calls that wait, threads are the choice.",
        ),
        "threads one": Option(
            "One in the thread pool, as the GIL lets one thread run at a time; four in the process pool.",
            "Only one page at a time was on its way in the thread pool: it had a single worker.",
            "The GIL is held by a thread that runs Python code. A thread that waits for a server has let go of it, and "
            "the next one can send its request.",
        ),
        "cores": Option(
            "Four in the thread pool; in the process pool as many as this machine has cores.",
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
            "As many as there are, up to four, in both pools.",
            "The threads kept more than one core busy: this Python has no GIL, so threads can run Python code at the "
            "same moment.",
            "The threads took turns: one GIL, so one of them at a time runs Python code, however many cores there are. "
            "Look at the fill levels: four bars side by side, each hot for about a quarter.",
        ),
        "processes only": Option(
            "One in the thread pool, more in the process pool.",
            "Only the thread that holds the GIL runs Python code, so four threads keep one core busy between them. "
            "Each process has an interpreter and a GIL of its own: four of them use all the cores they are given. For "
            "calls that compute in Python, processes are the choice.",
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

QUESTIONS: dict[str, Asking] = {
    "00 naps": START,
    "00 drawing": DRAWING,
    "07 fetch": FETCH,
    "07 parse": PARSE,
    "07 compress": COMPRESS,
}
