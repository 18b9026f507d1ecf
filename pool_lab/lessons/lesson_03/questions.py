"""The questions of lesson 03. The judges read what the inspected futures were asked, and which states they had."""

from pool_lab.lab.recording.future_log import LogEntry
from pool_lab.lab.recording.tracked_future import FutureTrace
from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.question_rules import Questions, before, choice, number, order
from pool_lab.lessons.predictions.questions import Traces, only


def _lines(traces: Traces) -> tuple[LogEntry, ...]:
    """Everything that the inspector noted; nothing if there was no inspector."""
    trace = only(traces)
    return tuple(trace.log) if isinstance(trace, FutureTrace) else ()


def _asked(traces: Traces, name: str, method: str) -> list[LogEntry]:
    """The answers that a future gave to that method, in order."""
    return [line for line in _lines(traces) if line.code.startswith(f"{name}.{method}(") and line.answer]


def _order(traces: Traces) -> tuple[str, ...] | None:
    trace = only(traces)
    span = next((span for span in trace.spans if span.name == "report"), None)
    submits = [line.answered_at for line in _lines(traces) if line.code == "pool.submit(report)"]
    asked = [line.answered_at for line in _asked(traces, "report", "result")]
    if span is None or span.began is None or span.ended is None or not submits or not asked:
        return None
    # A waiting thread may get the result a moment before the end of the call is recorded.
    began, ended, told = trace.origin + span.began, trace.origin + span.ended, asked[0] or 0.0
    moments = {"submit": submits[0] or 0.0, "start": began, "end": min(ended, told), "result": told}
    return tuple(sorted(moments, key=moments.__getitem__))


def _which_was_cancelled(traces: Traces) -> str | None:
    asked = [_asked(traces, name, "cancel") for name in ("report", "backup", "upload")]
    if not all(asked):
        return None
    said = tuple(lines[0].value for lines in asked)
    return {(True, True, True): "all", (False, True, True): "two", (False, False, True): "one"}.get(said)


def _how_many_true(traces: Traces) -> int | None:
    asked = [_asked(traces, "upload", method) for method in ("cancelled", "done", "running")]
    return sum(bool(lines[-1].value) for lines in asked) if all(asked) else None


def _when_time_is_up(traces: Traces) -> str | None:
    trace = only(traces)
    asked = [line for line in _asked(traces, "letter", "result") if "timeout" in line.code]
    if not isinstance(trace, FutureTrace) or not asked:
        return None
    if asked[0].error is None:
        return "none" if asked[0].value is None else "waits"
    runs_on = trace.paths["letter"][1:2] == ("RUNNING",) and "CANCELLED" not in trace.paths["letter"]
    return "raises" if isinstance(asked[0].error, TimeoutError) and runs_on else None


def _when_noticed(traces: Traces) -> str | None:
    span = next((span for span in only(traces).spans if span.name == "payment"), None)
    if span is None or span.state is not CallState.FAILED:
        return None
    return "asked" if any(line.value is not None for line in _asked(traces, "payment", "exception")) else None


def _which_ran(traces: Traces) -> str | None:
    ran = [line for line in _lines(traces) if line.called_back and line.code.endswith("(parcel)")][:3]
    if len(ran) < 3:
        return None
    # The notes have higher numbers if you have pressed the button before.
    first, broken, second = (line.code.partition("(")[0].partition("_") for line in ran)
    in_order = (first[0], broken[0], second[0]) == ("note", "broken", "note") and int(first[2]) < int(second[2])
    return "all" if in_order and all(line.thread != "MainThread" for line in ran) else None


QUESTIONS: Questions = {
    "03 box": order(
        _order,
        {
            "submit waits": before("end", "submit"),
            "starts at once": before("start", "submit"),
            "result does not wait": before("result", "end"),
        },
    ),
    "03 cancel": choice(_which_was_cancelled),
    "03 cancelled": number(_how_many_true, most=3, unit="of three"),
    "03 timeout": choice(_when_time_is_up),
    "03 silence": choice(_when_noticed),
    "03 callbacks": choice(_which_ran),
}
