"""The questions of lesson 11."""

from collections.abc import Mapping
from math import log
from typing import Any

from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.questions import Asking, Option, Question, Traces, only

__all__ = ["QUESTIONS"]

FARTHEST = 2.0
"""How many times as much as the nearest answer a value may be, to count as that answer."""


def nearest(value: float, answers: Mapping[str, float]) -> str | None:
    """The key of the answer that is nearest by ratio; None if none is near, or the value is 0."""
    if value <= 0:
        return None
    off, key = min((abs(log(value / answer)), key) for key, answer in answers.items())
    return key if off <= log(FARTHEST) else None


def _busy_workers(trace: Trace) -> float:
    """The mean number of running calls while calls came."""
    came = [span.submitted for span in trace.spans if span.submitted is not None]
    seconds = max(came, default=0.0) - min(came, default=0.0)
    return sum(span.took_s or 0.0 for span in trace.spans) / seconds if seconds else 0.0


def _open(traces: Traces) -> str | None:
    return nearest(_busy_workers(only(traces)), {"five": 5, "ten": 10, "twenty-five": 25, "fifty": 50})


OPEN = Question(
    "Fifty visitors come each second, and a page takes a fifth of a second. There are more workers than they need. How "
    "many workers are busy at the same moment, on average?",
    {
        "five": Option(
            "Five: that many pages a worker makes in a second.",
            "Five workers were busy, on average.",
            "A worker makes five pages in a second. So fifty pages in a second need ten workers.",
        ),
        "ten": Option(
            "Ten.",
            "Each visitor keeps a worker busy for a fifth of a second, and fifty come in a second: fifty times a "
            "fifth. This is *Little's law*: open calls = calls that come in a second × seconds that each is open.",
        ),
        "twenty-five": Option(
            "Twenty-five: half of them.",
            "Twenty-five workers were busy, on average.",
            "Each visitor is gone after a fifth of a second. So of the fifty that come in a second, a fifth are there "
            "at the same moment.",
        ),
        "fifty": Option(
            "Fifty: one for each visitor of a second.",
            "Fifty workers were busy, on average.",
            "Most visitors of a second are gone before its end: each stays a fifth of a second only.",
        ),
    },
    _open,
)


def _busy(waits: Any) -> str | None:
    """`waits`: the mean seconds in the queue, by the share of time that the workers are busy."""
    ratio = waits[0.95] / waits[0.5]
    return "hundreds" if ratio > 100 else nearest(ratio, {"twice": 2, "ten": 10})


BUSY = Question(
    "Now the visitors come at random. With ten workers that are busy half of the time, a visitor waits a millisecond "
    "or two in the queue, on average. Then nearly twice as many visitors come, and the workers are busy 95 % of the "
    "time. How much longer do visitors wait?",
    {
        "twice": Option(
            "About twice as long: there are twice as many.",
            "They waited about twice as long.",
            "A queue does not grow in proportion. It needs spare workers to become short again, and hardly any were "
            "left: 5 % instead of 50 %.",
        ),
        "ten": Option(
            "About ten times as long: a tenth of the spare workers is left.",
            "They waited about ten times as long.",
            "It is much more, as two things come together. A crowd takes ten times as long to shrink. And half of the "
            "time a visitor used to find an idle worker; now hardly one does.",
        ),
        "hundreds": Option(
            "Hundreds of times as long.",
            "At random, visitors sometimes come in crowds. Spare workers make the queue short again before the next "
            "crowd. Without them one crowd meets the other. So plan for spare workers: ten should be busy 70 or 80 % "
            "of the time.",
        ),
    },
    _busy,
)


def _program(seconds: Any) -> str | None:
    """`seconds`: how long the program took, by the number of workers."""
    return nearest(seconds[1] / seconds[16], {"sixteen": 16, "eight": 8, "four": 4})


PROGRAM = Question(
    "A program takes a second with one worker: a fifth of a second to prepare, in which no worker can help, and then "
    "sixteen calls of a twentieth of a second. How many times as fast is it with sixteen workers?",
    {
        "sixteen": Option(
            "Sixteen times: each worker makes one call.",
            "It was about sixteen times as fast.",
            "The calls are sixteen times as fast. But the fifth of a second before them is as long as before, and now "
            "it is most of the program.",
        ),
        "eight": Option(
            "About eight times.",
            "It was about eight times as fast.",
            "Add up what is left: 0.2 s to prepare, and 0.05 s for the calls. A second is four times as long as that.",
        ),
        "four": Option(
            "Four times at most.",
            "0.2 s to prepare and 0.05 s for all the calls are a quarter of a second. With a thousand workers it would "
            "be five times: the part that cannot be divided is a fifth. This is *Amdahl's law*.",
        ),
    },
    _program,
)


def _behind(traces: Traces) -> str | None:
    """How far the pool that is not resized had come when the other had ended."""
    resized, twin = (trace.spans for trace in traces.values())
    end = max((span.ended or 0.0 for span in resized), default=0.0)
    done = sum(1 for span in twin if span.ended is not None and span.ended <= end)
    shares = {"a third": 1 / 3, "half": 1 / 2, "two thirds": 2 / 3, "all": 1.0}
    return nearest(done / len(twin), shares) if twin else None


RESIZED = Question(
    "A pool and its twin in the model have four workers and the same calls. When a third of the calls is done, you "
    "resize the pool to eight workers. The twin keeps its four. How many of its calls has the twin done when the pool "
    "has done all?",
    {
        "a third": Option(
            "A third.",
            "The twin had done a third of its calls.",
            "That is what both had done when you resized the pool. The twin went on after that.",
        ),
        "half": Option(
            "Half: it has half as many workers.",
            "The twin had done half of its calls.",
            "For the first third both had four workers. Only after that did the pool do twice as much.",
        ),
        "two thirds": Option(
            "Two thirds.",
            "After a third, the pool did the other two thirds with eight workers. Meanwhile the twin, with four, did "
            "half as much: another third.",
        ),
        "all": Option(
            "All: a running pool cannot be made faster.",
            "Both ended at about the same time.",
            "`resize` starts workers at once, and they take queued calls.",
        ),
    },
    _behind,
    on_any_machine=False,
)

QUESTIONS: dict[str, Asking] = {"11 open": OPEN, "11 busy": BUSY, "11 program": PROGRAM, "11 resized": RESIZED}
