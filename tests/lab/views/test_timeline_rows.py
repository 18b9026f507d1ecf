"""What the page is told of a run: the same as its trace says, whatever comes when, and never without end."""

import json
import random
from itertools import zip_longest

import pytest

from pool_lab.events import Event, EventKind, event
from pool_lab.lab.trace.time_axis import pauses_of
from pool_lab.lab.trace.trace import Trace
from pool_lab.lab.views.timeline import rows as rows_module
from pool_lab.lab.views.timeline.rows import TimelineRows
from tests.lab.script import START, Script

STOPPED = "TimeoutError: call 3, nap, ran longer than the task_timeout of 1.0 seconds and was stopped"
COLUMNS = (
    *("panel", "call", "name", "submitted", "dispatched", "began", "ended", "arrived", "worker", "cpu_s"),
    *("ending", "error"),
)


def everything() -> Script:
    script = Script().worker(0).worker(1, stopped=3.0, error="was killed by SIGKILL")
    script.ran(0, 0, 0.5, 1.5).ran(1, 1, 0.5, 1.0, 0.25, error="ValueError: no").cancelled(2, 1.25)
    script.ran(3, 0, 1.5, 2.5, None, error=STOPPED).ran(4, 1, 1.5, 3.0, None, error="WorkerDiedError: killed")
    return script.running(5, 0, 3.5).queued(6).resized(3.25, 3)


MOMENTS = {"submitted", "dispatched", "began", "ended", "arrived", "cpu_s"}


def told(rows: TimelineRows) -> list[dict[str, object]]:
    return [
        {name: _in_seconds(name, fact) for name, fact in zip_longest(COLUMNS, row)}
        for row in rows.everything()["calls"]
    ]


def _in_seconds(name: str, fact: object) -> object:
    return fact / 1e6 if name in MOMENTS and isinstance(fact, int) else fact


def of_trace(trace: Trace) -> list[dict[str, object]]:
    return [{name: getattr(span, name, 0) for name in COLUMNS} for span in trace.spans]


@pytest.mark.parametrize("seed", range(5))
def test_a_page_is_told_what_the_trace_says_however_the_events_arrive(seed: int) -> None:
    script, rows = everything(), TimelineRows()
    events = [(0, event) for event in script.events]
    random.Random(seed).shuffle(events)
    rows.take(events)
    trace = Trace(script.events, origin=script.events[0].time)
    assert sorted(told(rows), key=lambda row: str(row["call"])) == of_trace(trace)


def test_news_is_what_has_changed_since_the_last_news() -> None:
    rows = TimelineRows()
    assert rows.news() == {}
    rows.take([(0, Event(0, START, EventKind.SUBMITTED, call=7, name="nap"))])
    rows.take([(0, Event(1, START + 1, EventKind.WORKER_STARTED, worker=0))])
    assert rows.news() == {"calls": [[0, 7, "nap", 0]], "others": [[0, "worker started", 1.0, 0, None, None]]}
    rows.take([(0, Event(2, START + 2, EventKind.STARTED, call=7, worker=0))])
    assert rows.news() == {"calls": [[0, 7, "nap", 0, 2_000_000, 2_000_000, None, None, 0]], "others": []}
    assert rows.news() == {}


def test_what_was_told_does_not_change_afterwards() -> None:
    rows = TimelineRows()
    rows.take([(0, Event(0, START, EventKind.SUBMITTED, call=0, name="nap"))])
    news = rows.news()
    rows.take([(0, Event(1, START, EventKind.STARTED, call=0, worker=0))])
    assert news["calls"] == [[0, 0, "nap", 0.0]]


def test_a_start_that_is_heard_of_after_the_end_opens_nothing_again() -> None:
    submitted, started, finished = Script().ran(0, 0, 1.0, 2.0).events
    rows = TimelineRows()
    rows.take([(0, submitted), (0, finished)])
    rows.take([(0, started)])
    assert told(rows)[0]["ending"] == "returned"
    assert rows.open_calls == 0


def test_a_long_time_without_a_call_is_a_pause_and_a_long_call_is_none() -> None:
    script = (
        Script().ran(0, 0, 0.0, 60.0).ran(1, 0, 100.0, 101.0, submitted=100.0).ran(2, 0, 102.0, 103.0, submitted=102.0)
    )
    rows = TimelineRows()
    rows.take((0, event) for event in script.events)
    assert rows.news()["others"] == [[0, "pause", 60.0, None, None, None, 100.0]]
    assert pauses_of([script.trace()]) == [(60.0, 100.0)]


def test_a_worker_that_stops_long_after_the_last_call_ends_a_pause() -> None:
    script = Script().worker(0, stopped=60.0).ran(0, 0, 0.0, 1.0)
    rows = TimelineRows()
    rows.take((0, event) for event in script.events)
    assert [0, "pause", 1.0, None, None, None, 60.0] in rows.news()["others"]
    assert pauses_of([script.trace()]) == [(1.0, 60.0)]


def test_a_run_that_never_ends_keeps_its_latest_calls_and_those_that_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "MOST_CALLS", 10)
    script = Script().queued(0)
    for call in range(1, 101):
        script.ran(call, 0, float(call), call + 1.0, submitted=float(call))
    rows = TimelineRows()
    for happened in script.events:
        rows.take([(0, happened)])
    rows.news()
    assert [row["call"] for row in told(rows)] == [0, *range(91, 101)]
    assert rows.dropped == 90
    assert rows.everything(most=3)["dropped"] == 98


def test_nobody_has_to_ask_for_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "MOST_OTHERS", 10)
    rows = TimelineRows()
    for worker in range(100):
        rows.take([(0, event(EventKind.WORKER_STARTED, worker=worker))])
    assert [row[3] for row in rows.news()["others"]] == [*range(90, 100)]


def test_all_of_it_can_be_written_as_json() -> None:
    rows = TimelineRows()
    rows.take((0, event) for event in everything().events)
    assert json.loads(json.dumps(rows.everything())) == rows.everything()


def test_panels_that_run_one_after_the_other_each_count_from_their_own_start() -> None:
    rows = TimelineRows()
    first = Script().ran(0, 0, 1.0, 2.0, submitted=1.0)
    second = Script().resized(2.0, 3).ran(0, 0, 6.0, 7.0, submitted=5.5)
    rows.start_clock(0, START + 1.0)
    rows.take((0, event) for event in first.trace().events)
    assert (rows.clocks, rows.latest) == (0, 1.0)
    rows.start_clock(1, START + 5.0)
    assert (rows.clocks, rows.latest, rows.origin) == (1, 0.0, START + 5.0), "the clock starts anew"
    rows.take((1, event) for event in second.trace().events)
    moments = [(call["submitted"], call["began"], call["ended"]) for call in told(rows)]
    assert moments == [(0, 0, 1), (0.5, 1, 2)]
    sent = rows.everything()
    assert [row[2] for row in sent["others"] if row[1] == "resized"] == [0.0], "what was before the start is at 0"
    assert rows.longest == 2.0
