"""How runs decide the questions of lesson 07.

Other programs want the cores, too, and that changes from second to second. So a judge compares the two pools with each
other, looks only at processor time, and has a margin. Inside the margin it says that this run cannot tell.

What can be proved is not the same for each answer. If threads keep more than one core busy, they do not take turns. But
if they keep only one busy, that may be the fault of other programs: it proves something only if the processes got more.
"""

from statistics import median
from typing import Any

from pool_lab.lab.trace.executor_kind import has_gil
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.question_rules import Questions, choice
from pool_lab.lessons.predictions.questions import Traces, Undecided
from pool_lab.pool import usable_cpus

CLEARLY = 1.15
"""One number is clearly larger than another if it is so many times as large."""
BUSY = 0.85
"""Calls that compute, each in its own process and on its own core, have that core for nearly all of their time. If they
have it for less than this share, other programs want it, too."""


def _most_at_once(traces: Traces) -> str | None:
    threads, processes = (traces[name].most_at_once for name in ("threads", "processes"))
    if threads > 1 and processes > 1:
        return "same"
    return "threads one" if threads == 1 else None


def _cores_in_python(traces: Traces) -> str | Undecided | None:
    threads, processes = (_busy_cores(traces[name]) for name in ("threads", "processes"))
    if not threads or not processes:
        return None
    if threads > CLEARLY:
        return "both"
    if usable_cpus() == 1:
        return "neither"
    # Without a GIL, only the machine can have kept the threads from a second core.
    return "processes only" if processes > CLEARLY * threads and has_gil() else _too_close(traces)


def _cores_in_c(traces: Traces) -> str | Undecided | None:
    """No run can prove that threads take turns here: fewer cores for them may be the fault of other programs."""
    threads, processes = (_busy_cores(traces[name]) for name in ("threads", "processes"))
    if not threads or not processes:
        return None
    as_many = threads * CLEARLY > processes
    return "both" if threads > CLEARLY or as_many or usable_cpus() == 1 else _too_close(traces)


def _busy_cores(trace: Trace) -> float:
    """How many cores the calls kept busy, from the start of the first call to the end of the last; 0 without any."""
    spans = [span for span in trace.spans if span.took_s and span.cpu_s is not None]
    if not spans or len(spans) < len(trace.spans):
        return 0.0
    lasted_s = max(span.ended or 0.0 for span in spans) - min(span.began or 0.0 for span in spans)
    return sum(span.cpu_s or 0.0 for span in spans) / lasted_s


def _too_close(traces: Traces) -> Undecided:
    threads, processes = (_busy_cores(traces[name]) for name in ("threads", "processes"))
    share = traces["processes"].core_share
    found = f"The threads kept {threads:.2f} cores busy and the processes {processes:.2f}, which is too close to call."
    return Undecided(f"{found} {_others(share)}" if share < BUSY else found)


def _others(share: float) -> str:
    return f"A call in a process had a core for only {share:.0%} of its time: other programs kept the cores busy."


def _quickest(traces: Traces) -> str | Undecided | None:
    """Of a loop and two pools. A loop needs only the time inside the calls, as they are if nothing interrupts them."""
    threads, processes = (traces[name] for name in ("threads", "processes"))
    inside = [span.took_s for trace in (threads, processes) for span in trace.spans if span.took_s is not None]
    if not inside or not threads.makespan_s or not processes.makespan_s:
        return None
    loop_s = median(inside) * len(threads.spans)
    if 3 * loop_s < min(threads.makespan_s, processes.makespan_s):
        return "loop"
    names = {"threads": threads.makespan_s, "processes": processes.makespan_s}
    fast, slow = sorted(names, key=lambda name: names[name])
    return fast if names[slow] > 1.5 * names[fast] else Undecided("Both pools took about the same time.")


def _who_gains(sweep: Any) -> str | Undecided | None:
    """From a sweep over numbers of workers, one of them 1, and at least one above the number of cores."""
    if any(set(traces) != set(sweep.workers) for traces in sweep.traces.values()):
        return None
    curves = {curve.name: {point.workers: point.median for point in curve.points} for curve in sweep.curves}
    share, cores = sweep.traces["processes"][1].core_share, usable_cpus()
    if share < BUSY:
        more = "Then more workers get more of the cores, at the cost of those programs."
        return Undecided(f"{_others(share)} {more}")
    if any(len(curve) < len(sweep.workers) for curve in curves.values()):
        return Undecided("Some measurements cannot be right, so something else slowed the computer down meanwhile.")
    threads = _gains(curves["threads"], cores)
    if all(_busy_cores(trace) < CLEARLY for trace in sweep.traces["threads"].values()):
        threads = "never"  # threads that keep one core busy do not get faster, whatever the clock says
    faster = _FASTER.get((threads, _gains(curves["processes"], cores)))
    if faster is None or (faster == "neither" and cores > 1):
        return Undecided("The measurements differ too much from round to round.")
    return faster


_FASTER = {
    ("always", "always"): "always",
    ("until cores", "until cores"): "both until cores",
    ("never", "until cores"): "processes until cores",
    ("never", "never"): "neither",
}


def _gains(curve: dict[int, float], cores: int) -> str:
    """Up to which number of workers it gets faster."""
    most = max(curve)
    up_to_cores = max(speed_up for workers, speed_up in curve.items() if workers <= max(cores, 2))
    if up_to_cores < 1.2 * curve[1] and curve[most] < 1.2 * curve[1]:
        return "never"
    if curve[most] < 1.3 * up_to_cores:
        return "until cores"
    return "always" if curve[most] > 1.6 * up_to_cores else "unclear"


QUESTIONS: Questions = {
    "07 parse": choice(_cores_in_python, on_any_machine=False),
    "07 fetch": choice(_most_at_once),
    "07 compress": choice(_cores_in_c, on_any_machine=False),
    "07 tiny": choice(_quickest),
    "07 workers": choice(_who_gains, on_any_machine=False),
}
