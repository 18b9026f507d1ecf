"""What a trace says in a sentence: while it runs (`progress`), at its end (`summary`), and what of it is the same on
every machine (`claim`).

The text twin of every picture: for screen readers, for the saved notebook, for people who would rather read. Pure
functions from named traces to plain English. A name may be a class or a plural ("threads"), so sentences do without
*is* and *are*.
"""

import re
from collections.abc import Sequence

from pool_lab.lab.trace.span import CallState, Ending
from pool_lab.lab.trace.trace import Standing, Trace
from pool_lab.lab.trace.units import number_of, seconds, share

__all__ = ["claim", "progress", "summary", "tally", "times"]

Runs = Sequence[tuple[str, Trace]]
Standings = Sequence[tuple[str, Trace | Standing]]


def tally(trace: Trace | Standing) -> tuple[tuple[int, str], ...]:
    """The numbers above a panel: what has become of how many calls, without what has become of none."""
    counts = _standing_of(trace).counts
    return tuple((counts[state], _SHORT.get(state, state)) for state in _IN_ORDER if counts.get(state))


def _standing_of(trace: Trace | Standing) -> Standing:
    return trace.standing if isinstance(trace, Trace) else trace


_IN_ORDER: tuple[str, ...] = (CallState.QUEUED.value, CallState.RUNNING.value, *(ending.value for ending in Ending))
_SHORT: dict[str, str] = {Ending.RETURNED: "done", Ending.RAISED: "failed"}
_LOSSES = ("failed", "timed out", "crashed", "cancelled")


def progress(runs: Standings, elapsed_s: float) -> str:
    """How far each has come. Of a long run a `Standing` is known at once, a `Trace` would have to be made."""
    if not runs:
        return f"After {seconds(elapsed_s)}: nothing runs yet."
    first, *others = (_progress(name, _standing_of(trace)) for name, trace in runs)
    return " ".join([f"After {seconds(elapsed_s)}: {first}", *map(_capital, others)])


def summary(runs: Runs) -> str:
    """Who took how long, on how many workers, and what did not come to its end."""
    if not runs:
        return "Nothing has run."
    return " ".join([*(_outcome(name, trace) for name, trace in runs), *_comparison(runs)])


def claim(runs: Runs) -> str:
    """The summary without any number that depends on the machine, so that a saved notebook can be compared."""
    if not runs:
        return "Nothing has run."
    return " ".join(_claim(name, trace) for name, trace in runs)


def _progress(name: str, standing: Standing) -> str:
    if not standing.calls:
        return f"{name} without a call yet."
    facts = [f"{name} {standing.counts.get(Ending.RETURNED, 0):,} of {standing.calls:,} done"]
    facts += [f"{count:,} {state}" for count, state in tally(standing) if state in _LOSSES]
    if standing.core_share is not None:
        facts.append(f"each call {_on_a_core(standing.core_share)}")
    return ", ".join(facts) + "."


def _outcome(name: str, trace: Trace) -> str:
    return " ".join([_headline(_capital(name), trace), *_losses(trace)])


def _headline(name: str, trace: Trace) -> str:
    calls, ran = len(trace.spans), _ran(trace)
    if trace.open_calls:
        done = trace.counts[CallState.FINISHED]
        over = "stopped" if trace.watched_until is None else "was over"
        return f"{name} {over} after {seconds(trace.lasted_s)} with {done:,} of {number_of(calls, 'call')} done."
    if not ran:
        return f"{name} ran no calls."
    facts = [f"{name} took {seconds(trace.makespan_s)} for {number_of(ran, 'call')}{_on_workers(trace)}"]
    facts.append(_at_once(trace.most_at_once))
    if _knows_cpu(trace):
        facts.append(f"and {_kept_busy(trace.cores_used)}")
    return ", ".join(facts) + "."


def _losses(trace: Trace) -> list[str]:
    """A sentence for each way in which calls or workers were lost."""
    sentences = []
    for ending, what in _FAILURES.items():
        if errors := [span.error for span in trace.spans if span.ending is ending]:
            sentences.append(f"{number_of(len(errors), 'call')} {what}{_because(errors)}.")
    if cancelled := trace.counts[CallState.CANCELLED]:
        sentences.append(
            "1 call was cancelled before it ran."
            if cancelled == 1
            else f"{cancelled:,} calls were cancelled before they ran."
        )
    if trace.open_calls:
        sentences.append(_left(trace.counts[CallState.RUNNING], trace.counts[CallState.QUEUED]))
    if crashes := [lane.error for lane in trace.lanes if lane.error]:
        told = "\n".join(span.error or "" for span in trace.spans if span.ending is Ending.CRASHED)
        untold = [error for error in crashes if error not in told]
        sentences.append(f"{number_of(len(crashes), 'worker')} stopped unasked{_because(untold)}.")
    return sentences


_FAILURES = {
    Ending.RAISED: "failed",
    Ending.TIMED_OUT: "ran out of time",
    Ending.CRASHED: "crashed",
}


def _comparison(runs: Runs) -> list[str]:
    """The slowest beside the fastest; only for runs of the same work that came to their end."""
    if len(runs) < 2 or len({len(trace.spans) for _, trace in runs}) > 1:
        return []
    if not all(trace.makespan_s and trace.counts[CallState.FINISHED] == len(trace.spans) for _, trace in runs):
        return []
    (fast, least), *_, (slow, most) = sorted(
        ((name, trace.makespan_s) for name, trace in runs), key=lambda named: named[1]
    )
    if most / least < 1.05:
        return [f"{'Both' if len(runs) == 2 else 'All'} took about the same time."]
    return [f"{_capital(slow)} took {times(most / least)} as long as {fast}."]


def _claim(name: str, trace: Trace) -> str:
    calls, failed = len(trace.spans), trace.counts[CallState.FAILED]
    if not calls:
        return f"{_capital(name)}: no calls."
    if trace.open_calls:
        return f"{_capital(name)}: stopped before the end of {number_of(calls, 'call')}."
    if trace.counts[CallState.CANCELLED]:
        return f"{_capital(name)}: some of {number_of(calls, 'call')} cancelled."
    done = f"{_capital(name)}: {calls - failed:,} of {number_of(calls, 'call')} done"
    return f"{done}, {failed:,} failed." if failed else f"{done}."


def _ran(trace: Trace) -> int:
    return sum(span.began is not None for span in trace.spans)


def _knows_cpu(trace: Trace) -> bool:
    return any(span.core_share is not None for span in trace.spans)


def _on_workers(trace: Trace) -> str:
    """On how many workers, or nothing if no event named one. A resized pool has a range of sizes."""
    sizes = {size for resize in trace.resizes for size in (resize.before, resize.after) if size}
    if len(sizes) > 1:
        return f" on {min(sizes):,} to {max(sizes):,} workers"
    return f" on {number_of(len(trace.workers_used), 'worker')}" if trace.workers_used else ""


def _at_once(most: int) -> str:
    return "one at a time" if most <= 1 else f"at most {most:,} at once"


def _on_a_core(core_share: float) -> str:
    part = share(core_share)
    return "hardly ever on a core" if part == "almost none" else f"on a core {part} of its time"


def _kept_busy(cores: float) -> str:
    if cores < 0.05:
        return "hardly ever used a core"
    number = f"{cores:.1f}".removesuffix(".0")
    return f"kept {number} {'core' if number == '1' else 'cores'} busy on average"


def times(ratio: float) -> str:
    number = f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}".removesuffix(".0")
    return "twice" if number == "2" else f"{number} times"


def _left(running: int, queued: int) -> str:
    """What a stopped run left behind."""
    left = [f"{running:,} still ran"] * bool(running) + [f"{queued:,} still waited"] * bool(queued)
    return " and ".join(left) + "."


def _because(errors: Sequence[str | None]) -> str:
    """The first known error, short enough for a sentence."""
    known = [_MODULE.sub("", " ".join(error.split()).rstrip(".")) for error in errors if error]
    if not known:
        return ""
    text = known[0] if len(known[0]) <= 100 else known[0][:99] + "…"
    return f" ({text})" if len(set(known)) == 1 else f" (the first: {text})"


_MODULE = re.compile(r"^([\w<>]+\.)+(?=\w+(:|$))")
"""Before the name of an exception."""


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
