"""A run: recorded in this process, written in each format, read again, and what is said about it."""

import concurrent.futures
import json
import re
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from pool_lab import ThreadPoolExecutor, wait
from pool_lab.events import EventKind, event
from pool_lab.lab.programs import event_log, recording
from pool_lab.lab.programs.differences import differences
from pool_lab.lab.programs.evidence import Evidence
from pool_lab.lab.programs.findings import findings
from pool_lab.lab.programs.formats import write
from pool_lab.lab.programs.page import page
from pool_lab.lab.programs.perfetto import to_perfetto
from pool_lab.lab.programs.recording import record
from pool_lab.lab.programs.run import Facts, RecordedPool, Run, RunBuilder
from pool_lab.lab.programs.run_file import RunFileError, from_json, read_run, to_json
from pool_lab.lab.programs.text import text
from pool_lab.lab.recording.every_pool import on_new_pools
from pool_lab.lab.trace.span import CallState

THREADS = RecordedPool("ThreadPoolExecutor", "one interpreter, one GIL", "threads", 2, 1)
PROCESSES = RecordedPool("ProcessPoolExecutor", "an interpreter for each worker", "processes", 2, 1)
MS = 1000  # microseconds, as in the rows


def call(number: int, began: int, ended: int, worker: int = 0, cpu: int = 0, pool: int = 0) -> list[Any]:
    """The row of a call that was submitted at 0; times in ms."""
    times = [0, began * MS, began * MS, ended * MS, ended * MS]
    return [pool, number, "work", *times, worker, cpu * MS, "returned"]


def run_with(*calls: list[Any], pools: tuple[RecordedPool, ...] = (THREADS,)) -> Run:
    facts = Facts("python x.py", "3.13.0", "2 cores", "2026-01-01T00:00:00+00:00", 10.0, 0)
    return Run(facts, pools, list(calls))


@pytest.fixture
def recorded() -> Run:
    with record() as made, ThreadPoolExecutor(2) as ours, concurrent.futures.ThreadPoolExecutor(2) as theirs:
        wait([each.submit(abs, number) for each in (ours, theirs) for number in range(5)])
        ours.resize(3)
        theirs.submit(divmod, 1, 0)
    return made.run


def test_a_recording_knows_what_the_pools_did(recorded: Run) -> None:
    assert [(pool.title, pool.workers) for pool in recorded.pools] == [("ThreadPoolExecutor", 2)] * 2
    assert [trace.counts for trace in recorded.traces] == [
        {CallState.FINISHED: 5},
        {CallState.FINISHED: 5, CallState.FAILED: 1},
    ]
    assert [resize.after for resize in recorded.traces[0].resizes] == [3]


def test_pools_before_and_after_a_recording_are_not_in_it() -> None:
    with ThreadPoolExecutor(1) as before, record() as made:
        before.submit(abs, 1).result()
    with ThreadPoolExecutor(1) as after:
        after.submit(abs, 1).result()
    assert made.run.pools == ()
    with pytest.raises(RuntimeError, match="used already"), made:
        pass


def test_a_recording_that_goes_on_can_be_asked() -> None:
    release = threading.Event()
    with record() as made, ThreadPoolExecutor(1) as pool:
        future = pool.submit(release.wait)
        while not future.running():
            time.sleep(0.001)
        assert made.run.traces[0].counts == {CallState.RUNNING: 1}
        release.set()
    assert made.run.traces[0].counts == {CallState.FINISHED: 1}


def test_of_very_many_calls_the_latest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pool_lab.lab.views.timeline.rows.MOST_CALLS", 50)
    monkeypatch.setattr(recording, "MANY_EVENTS", 20)
    with record() as made, ThreadPoolExecutor(2) as pool:
        wait([pool.submit(abs, number) for number in range(200)])
    run = made.run
    assert (len(run.calls), run.dropped) == (50, 150)
    assert "150 earlier calls are not kept" in text(run)
    assert "150 earlier calls are not kept" in page(run)


def test_json_gives_the_same_run_again(recorded: Run) -> None:
    assert from_json(to_json(recorded)) == recorded


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: "[" + data, "is not JSON"),
        (lambda _: "[1, 2]", "is JSON, but not a run"),
        (lambda data: data.replace('"version":1', '"version":99'), "has version 99 .* install the pool_lab that made"),
        (lambda data: data.replace('"calls"', '"cells"'), "is damaged"),
        (lambda data: data.replace('"calls":[[0,', '"calls":[[7,'), "is damaged"),
    ],
    ids=["broken", "another thing", "newer", "without calls", "a call of no pool"],
)
def test_what_is_no_run_is_refused(recorded: Run, change: Any, words: str) -> None:
    with pytest.raises(RunFileError, match=words):
        from_json(change(to_json(recorded)))


def test_perfetto_gets_each_call_once_and_the_queue(recorded: Run) -> None:
    events = json.loads(to_perfetto(recorded))["traceEvents"]
    calls = [event for event in events if event["ph"] == "X"]
    states = {(event["pid"], event["args"]["state"]) for event in calls}
    assert (len(calls), states) == (11, {(1, "returned"), (2, "returned"), (2, "raised")})
    assert all(event["ts"] >= 0 and event["dur"] >= 0 for event in calls)
    queued = [event["args"]["calls"] for event in events if event["ph"] == "C" and event["pid"] == 1]
    assert min(queued) >= 0 == queued[-1]


def test_a_page_needs_nothing_but_itself(recorded: Run) -> None:
    html = page(recorded)
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html
    assert not re.search(r"\{\{ \w+ \}\}", html), "a part of the template that was not filled in"


def test_a_recording_without_a_command_has_a_heading_and_no_empty_line_on_top(recorded: Run) -> None:
    assert "<h1>A recorded run</h1>" in page(recorded)
    assert text(recorded).splitlines()[0].split()[0] == "lasted"


def test_a_name_cannot_break_out_of_the_page() -> None:
    evil = "</script><script>alert(1)</script>"
    row = call(0, 0, 5)
    row[2] = evil
    assert evil not in page(run_with(row))


def test_the_ending_of_a_file_chooses_the_format(tmp_path: Path, recorded: Run) -> None:
    for name, begins in {"a.html": "<!doctype", "a.json": '{"format"', "a.perfetto.json": '{"traceEvents"'}.items():
        write(recorded, tmp_path / name)
        assert (tmp_path / name).read_text().startswith(begins)
    with pytest.raises(ValueError, match=r"must end with \.html, \.perfetto\.json, \.json or \.txt"):
        write(recorded, tmp_path / "a.bmp")


def words_about(run: Run) -> list[str]:
    return [finding.words for finding in findings(run)]


def test_nothing_is_found_where_all_is_well() -> None:
    even = [call(number, 100 * (number // 2), 100 * (number // 2 + 1), number % 2, 95) for number in range(8)]
    assert words_about(run_with(*even, pools=(PROCESSES,))) == []


def test_workers_without_a_call_are_found() -> None:
    found = words_about(run_with(call(0, 0, 200), call(1, 200, 400), call(2, 400, 500)))
    assert found == ["The pool never needed more than 1 of its 2 workers."]


def test_the_gil_is_found_in_threads_and_not_in_processes() -> None:
    pale = [call(number, 0, 400, number, 195) for number in range(2)]
    assert words_about(run_with(*pale)) == [
        "Calls wait for the GIL, a core, or something outside: on a core 49% of their time."
    ]
    assert words_about(run_with(*pale, pools=(PROCESSES,))) == []


def test_a_call_that_costs_more_to_send_than_to_make_is_found() -> None:
    tiny = [[0, n, "f", 0, n * MS, n * MS, n * MS + 10, n * MS + 900, n % 2, 10, "returned"] for n in range(500)]
    (found,) = words_about(run_with(*tiny, pools=(PROCESSES,)))
    words, _, advice = found.partition(": ")
    assert words == "A call of 10 µs costs 990 µs to send"
    assert advice == "use map with a larger chunksize (it is 1 by default), or let each call do more."
    rare = [
        [0, n, "f", 20 * n * MS, *[20 * n * MS] * 2, *[20 * n * MS + 10] * 2, 0, 10, "returned"] for n in range(200)
    ]
    assert words_about(run_with(*rare, pools=(PROCESSES._replace(workers=1),))) == []


def test_a_call_that_runs_alone_at_the_end_is_found_with_its_number() -> None:
    (found,) = findings(run_with(*[call(n, 100 * n, 100 * n + 100) for n in range(4)], call(4, 300, 1500, worker=1)))
    assert found.evidence == Evidence(calls=(4,))
    assert found.words == "The last call, number 4, ran alone for 1.1 s: submit long calls first."


def test_workers_that_wait_for_queued_calls_are_found() -> None:
    running = [[0, number, "outer", 0, 1, 1, None, None, number] for number in range(2)]
    queued = [[0, number, "inner", 2] for number in (2, 3)]
    (found,) = words_about(run_with(*running, *queued))
    assert found.startswith("For the last 10 s no call started or ended: both workers were in calls, and 2 calls")


def test_failures_are_counted_by_their_error(recorded: Run) -> None:
    assert "ThreadPoolExecutor 2: 1 call failed, with ZeroDivisionError." in words_about(recorded)


def test_a_pool_for_every_call_is_found() -> None:
    calls = [call(0, number, number + 1, pool=number) for number in range(30)]
    found = words_about(run_with(*calls, pools=(THREADS,) * 30))
    assert found[0] == "30 pools were made for 30 calls: one pool can be used again and again."


def test_the_text_has_functions_by_total_time_and_the_slowest_calls() -> None:
    lines = text(run_with(call(0, 0, 200), call(1, 0, 100, 1))).splitlines()
    assert "work      2      0.30 s  0.15 s  0.20 s" in lines
    assert "work      0     ThreadPoolExecutor  0.20 s" in lines


def test_two_runs_are_compared_by_function() -> None:
    before, after = run_with(call(0, 0, 200)), run_with(call(0, 0, 100))
    assert "work      0.20 s        0.10 s       0.5 ×" in differences(before, after).splitlines()


def test_calls_after_a_recording_are_not_in_it() -> None:
    with record() as made:
        pools = [ThreadPoolExecutor(1), concurrent.futures.ThreadPoolExecutor(1)]
        for pool in pools:
            pool.submit(abs, 1).result()
    for pool in pools:
        pool.submit(abs, 2).result()
        pool.shutdown()
    assert [len(trace.spans) for trace in made.run.traces] == [1, 1]


def test_recordings_may_overlap_and_all_of_them_end() -> None:
    first, second = record(), record()
    with first:
        second.__enter__()
        pools = [concurrent.futures.ThreadPoolExecutor(1)]
    pools.append(concurrent.futures.ThreadPoolExecutor(1))
    second.__exit__()
    pools.append(concurrent.futures.ThreadPoolExecutor(1))
    for pool in pools:
        pool.shutdown()
    assert (len(first.run.pools), len(second.run.pools)) == (1, 2)


def test_a_pool_that_is_made_while_the_run_is_asked_for_is_in_it_with_its_calls() -> None:
    class Busy(deque[Any]):
        """While its length is asked for, a pool is made and gets a call."""

        def __len__(self) -> int:
            if not pools:
                pools.append(ThreadPoolExecutor(1))
                pools[0].submit(abs, 1).result()
            return super().__len__()

    pools: list[ThreadPoolExecutor] = []
    with record() as made:
        made._news = Busy()
        counts = [trace.counts for trace in made.run.traces]
    pools[0].shutdown()
    assert counts == [{CallState.FINISHED: 1}]


def test_a_listener_that_fails_does_not_fail_the_program(caplog: pytest.LogCaptureFixture) -> None:
    stop = on_new_pools(lambda pool: pool.nothing)
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            assert pool.submit(abs, -1).result() == 1
    finally:
        stop()
    assert "which is not recorded" in caplog.text


def test_the_queue_that_perfetto_gets_is_never_below_zero() -> None:
    events = json.loads(to_perfetto(run_with(call(0, 0, 5), call(1, 0, 5))))["traceEvents"]
    assert [event["args"]["calls"] for event in events if event["ph"] == "C"] == [1, 2, 1, 0]


def test_half_a_character_in_a_text_is_written(tmp_path: Path) -> None:
    row = call(0, 0, 5)
    row[2] = "\udc80"
    for name in ("a.html", "a.json", "a.txt", "a.perfetto.json"):
        write(run_with(row), tmp_path / name)
    assert read_run(tmp_path / "a.json").calls[0][2] == "\udc80"


def test_a_frame_that_was_cut_or_lost_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "_new_file", lambda _: tmp_path / "1-0.log")
    builder = RunBuilder(0.0)
    log = event_log.EventLog.__new__(event_log.EventLog)
    log._folder = str(tmp_path)
    log._begin_anew()
    log._news.append(("pool", 0, "Pool", "threads", "", 1, 0.0))
    log._note(log._news, 1, event(EventKind.SUBMITTED, call=0, name="f"))
    log.flush()
    with (tmp_path / "1-0.log").open("ab") as file:
        file.write(event_log.LENGTH.pack(50) + b"half")
    for frame in event_log.frames(tmp_path):
        builder.take(frame)
    assert (len(builder.run(Facts()).pools), builder.run(Facts()).calls) == (1, [])
