"""The questions of lesson 06. Most judges look at what `wait` and `as_completed` returned; the last reads a trace."""

from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

from pool_lab.lab.trace.span import CallState
from pool_lab.lessons.predictions.question_rules import Questions, choice, number, order
from pool_lab.lessons.predictions.questions import Traces, only


def _all_are_futures(given: Iterable[Any]) -> bool:
    return all(isinstance(one, Future) for one in given)


def _at_the_limit(given: Any) -> str | None:
    """What `wait` returned when its time was up."""
    if len(given) != 2 or not all(isinstance(part, set) and _all_are_futures(part) for part in given):
        return "results"
    return "cancels" if any(future.cancelled() for part in given for future in part) else "sets"


def _number(given: Any) -> int | None:
    return given if isinstance(given, int) else None


def _how_it_ended(given: Any) -> str | None:
    """From what a loop over `as_completed` was given, and the error that ended it, if there was one."""
    if not given:
        return None
    *futures, last = given
    if not isinstance(last, TimeoutError):
        return "stops" if _all_are_futures(given) else None
    if not futures:
        return "at once"
    if not _all_are_futures(futures):
        return "pages"
    return "once" if len(futures) == len(set(futures)) else "twice"


def _order(given: Any) -> tuple[str, ...] | None:
    return tuple(given) if sorted(given) == ["A", "B", "C"] else None


def _what_happened_to_the_rest(traces: Traces) -> str | None:
    """What cancelling did to the other four of five calls, after one had finished."""
    trace = only(traces)
    if len(trace.spans) < 5:
        return None
    cancelled = trace.counts[CallState.CANCELLED]
    went_on = sum(span.began is not None for span in trace.spans) > 1
    if cancelled and went_on:
        return "waiting"
    return "none" if went_on else "all"


QUESTIONS: Questions = {
    "06 limit": choice(_at_the_limit),
    "06 first failure": number(_number, most=5, unit="done"),
    "06 ending": choice(_how_it_ended),
    "06 arrival": order(
        _order, {"as passed": ("C", "B", "A"), "the quick ones first": lambda answer, _: answer[-1] == "B"}
    ),
    "06 losers": choice(_what_happened_to_the_rest),
}
