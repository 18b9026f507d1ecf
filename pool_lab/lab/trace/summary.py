"""A trace in sentences: at its end (`summary`), and the same on every machine (`claim`). words.js says how far it is.

A call is done when its future is: it has returned, failed, or was cancelled.

Each picture has such a text beside it: for screen readers, for saved notebooks, for people who prefer to read. Pure
functions. A name may be a class or a plural ("threads"), so the sentences avoid *is* and *are*.
"""

import re
from collections import Counter
from collections.abc import Sequence

from pool_lab.lab.trace.span import CallEnding, CallState, Span
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.trace.units import capitalized, number_of, seconds

__all__ = ["claim", "counts_in_words", "summary", "tally", "times"]

Runs = Sequence[tuple[str, Trace]]

MARGIN = 1.25
"""How many times as long one run must take to count as slower. Below that, the next run may well say the opposite."""


Counts = list[tuple[str, str]]
"""Numbers, each with its word."""


def tally(trace: Trace) -> tuple[Counts, Counts]:
    """The counts above a panel: 1 queued, 14 done; and of those that are done, (2 failed, 1 cancelled). No zeros."""
    first, losses = _parts(trace)
    for at, (number, word) in enumerate(losses):
        losses[at] = f"{'' if at else '('}{number}", f"{word}{',' if at < len(losses) - 1 else ')'}"
    return first, losses


def counts_in_words(trace: Trace) -> str:
    """The same in a sentence; empty if there are no calls."""
    first, losses = (", ".join(map(" ".join, parts)) for parts in _parts(trace))
    return f"{first} ({losses})" if losses else first


def _parts(trace: Trace) -> tuple[Counts, Counts]:
    """How many calls are queued, running and done; and how many of those that are done did not return."""
    endings = Counter(span.ending for span in trace.spans if span.ending is not None)
    states = {
        word: trace.counts[state] for word, state in (("queued", CallState.QUEUED), ("running", CallState.RUNNING))
    }
    first = [(f"{count:,}", word) for word, count in {**states, "done": endings.total()}.items() if count]
    return first, [(f"{endings[ending]:,}", word) for ending, word in _LOSSES.items() if endings[ending]]


_LOSSES = {ending: "failed" if ending is CallEnding.RAISED else ending.value for ending in CallEnding}
del _LOSSES[CallEnding.RETURNED]


def summary(runs: Runs) -> str:
    """How long each run took, on how many workers, and what went wrong."""
    if not runs:
        return "Nothing has run."
    return " ".join([*(_outcome(name, trace) for name, trace in runs), *_comparison(runs)])


def claim(runs: Runs) -> str:
    """The summary without numbers that depend on the machine, so that saved notebooks can be compared."""
    if not runs:
        return "Nothing has run."
    return " ".join(_claim(name, trace) for name, trace in runs)


def _outcome(name: str, trace: Trace) -> str:
    return " ".join([_headline(capitalized(name), trace), *_losses(trace)])


def _headline(name: str, trace: Trace) -> str:
    calls, ran = len(trace.spans), _ran(trace)
    if trace.open_calls:
        done = calls - trace.open_calls
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
    """A sentence for each way in which calls or workers failed."""
    sentences = []
    for ending, what in _FAILURES.items():
        if errors := [span.error for span in trace.spans if span.ending is ending]:
            sentences.append(f"{number_of(len(errors), 'call')} {what}{_because(errors, trace)}.")
    sentences += _cancelled([span for span in trace.spans if span.state is CallState.CANCELLED])
    if trace.open_calls:
        sentences.append(_left(trace.counts[CallState.RUNNING], trace.counts[CallState.QUEUED]))
    if crashes := [lane.error for lane in trace.lanes if lane.error]:
        sentences.append(_deaths(crashes, trace))
    return sentences


def _cancelled(spans: list[Span]) -> list[str]:
    """A future can also be cancelled while its call runs, if the code that runs it has not said so."""
    if not spans:
        return []
    were = "1 call was" if len(spans) == 1 else f"{len(spans):,} calls were"
    they = "it" if len(spans) == 1 else "they"
    return [
        f"{were} cancelled."
        if any(span.began is not None for span in spans)
        else f"{were} cancelled before {they} ran."
    ]


_FAILURES = {
    CallEnding.RAISED: "failed",
    CallEnding.TIMED_OUT: "ran out of time",
    CallEnding.CRASHED: "crashed",
}


def _deaths(crashes: Sequence[str], trace: Trace) -> str:
    """How many workers died. When one dies and its pool breaks, the pool itself ends the others."""
    known = "\n".join(span.error or "" for span in trace.spans if span.ending is CallEnding.CRASHED)
    new = [error for error in crashes if error not in known]
    died = len(crashes) - len(new)
    if new and died and UNUSABLE in known:
        rest = "the other" if len(new) == 1 else f"the other {len(new):,}"
        return f"{number_of(died, 'worker')} died, and the pool ended {rest}."
    return f"{number_of(len(crashes), 'worker')} died{_because(new, trace)}."


def _comparison(runs: Runs) -> list[str]:
    """The slowest run and the fastest, if all did the same work and finished it."""
    if len(runs) < 2 or len({len(trace.spans) for _, trace in runs}) > 1:
        return []
    if not all(trace.makespan_s and trace.counts[CallState.FINISHED] == len(trace.spans) for _, trace in runs):
        return []
    (fast, least), *_, (slow, most) = sorted(
        ((name, trace.makespan_s) for name, trace in runs), key=lambda named: named[1]
    )
    if most / least < MARGIN:
        return ["This run shows no clear difference between them."]
    return [f"{capitalized(slow)} took {times(most / least)} as long as {fast}."]


def _claim(name: str, trace: Trace) -> str:
    calls, failed = len(trace.spans), trace.counts[CallState.FAILED]
    if not calls:
        return f"{capitalized(name)}: no calls."
    if trace.open_calls:
        return f"{capitalized(name)}: stopped before the end of {number_of(calls, 'call')}."
    if trace.counts[CallState.CANCELLED]:
        return f"{capitalized(name)}: some of {number_of(calls, 'call')} cancelled."
    done = f"{capitalized(name)}: {calls:,} of {number_of(calls, 'call')} done"
    return f"{done} ({failed:,} failed)." if failed else f"{done}."


def _ran(trace: Trace) -> int:
    """How many calls were not cancelled: of one that crashed in another process it may be unknown when it began."""
    return len(trace.spans) - trace.counts[CallState.CANCELLED]


def _knows_cpu(trace: Trace) -> bool:
    return any(span.core_share is not None for span in trace.spans)


def _on_workers(trace: Trace) -> str:
    """On how many workers; empty if that is unknown. A resized pool has a range of sizes."""
    sizes = {size for resize in trace.resizes for size in (resize.before, resize.after) if size}
    if len(sizes) > 1:
        return f" on {min(sizes):,} to {max(sizes):,} workers"
    return f" on {number_of(len(trace.workers_used), 'worker')}" if trace.workers_used else ""


def _at_once(most: int) -> str:
    return "one at a time" if most <= 1 else f"at most {most:,} at once"


def _kept_busy(cores: float) -> str:
    if cores < 0.05:
        return "hardly ever used a core"
    number = f"{cores:.1f}".removesuffix(".0")
    return f"kept {number} {'core' if number == '1' else 'cores'} busy on average"


def times(ratio: float) -> str:
    """In words. From a thousand on, it has two digits."""
    ratio = float(f"{ratio:.2g}") if ratio >= 1000 else ratio
    number = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}".removesuffix(".0")
    return "twice" if number == "2" else f"{number} times"


def _left(running: int, queued: int) -> str:
    """What was left when the run was stopped."""
    left = [f"{running:,} still running"] * bool(running) + [f"{queued:,} still queued"] * bool(queued)
    return f"{' and '.join(left)}."


def _because(errors: Sequence[str | None], trace: Trace) -> str:
    """The first known error in brackets, cut to fit a sentence."""
    known = [_BROKEN.sub(r"\1", _MODULE.sub("", " ".join(error.split()).rstrip("."))) for error in errors if error]
    if not known:
        return ""
    text = _with_labels(known[0], trace)
    text = text if len(text) <= 100 else text[:99] + "…"
    return f" ({text})" if len(set(known)) == 1 else f" (the first: {text})"


def _with_labels(error: str, trace: Trace) -> str:
    """The error with the label of a call, such as "A", in the place of its number and function."""
    for span in trace.spans:
        if span.label:
            error = error.replace(f"call {span.call}, {span.name}", span.label)
    return error


_MODULE = re.compile(r"^([\w<>]+\.)+(?=\w+(:|$))")
"""The module before the name of an exception."""

UNUSABLE = "pool is not usable any more"
"""Part of the error of all calls of a pool that broke."""

_BROKEN = re.compile(rf"^(Broken\w+: )the \w+ {UNUSABLE}: ")
"""What the name of the exception says already; what comes after it is the reason."""
