"""A run that a notebook keeps: packed, unpacked, and what is not kept."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pool_lab import ThreadPoolExecutor
from pool_lab.lab import Gate, load, servers, stacked, watch
from pool_lab.lab.experiments.watch import Watch
from pool_lab.lab.programs import kept_run as kept_runs
from pool_lab.lab.programs.kept_run import RUN, KeptRun, keep, kept_run
from pool_lab.lab.programs.packing import pack, unpack
from pool_lab.lab.programs.page import log_of
from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.run_file import RunFileError
from pool_lab.lab.stills.still import Still
from pool_lab.lab.trace.trace import Trace

MOMENTS = st.none() | st.integers(0, 10**12)
CALLS = st.tuples(
    st.integers(0, 3),
    st.integers(0, 10**6),
    st.none() | st.text(),
    *[MOMENTS] * 5,
    st.none() | st.integers(0, 64),
    MOMENTS,
    st.sampled_from([None, "returned", "raised"]),
    st.just("ValueError: \udc80"),
)


@given(st.lists(CALLS, unique_by=lambda row: row[:2]))
def test_what_was_packed_is_unpacked_to_the_same(rows: list[tuple[Any, ...]]) -> None:
    data = {"calls": [list(row) for row in rows], "others": [[0, "pause", 0.5, None, None, None, 2.0]]}
    assert unpack(pack(data)) == {**data, "calls": sorted(data["calls"], key=lambda row: row[:2])}


def watched_calls() -> tuple[Watch, Any]:
    """On two workers, then three: one that returned, one that raised, three that wait at a gate, one that is cancelled.

    The watch, and a still of the moment when three calls ran.
    """
    gate: Gate[int] = Gate()
    with ThreadPoolExecutor(2) as pool:
        seen = watch(pool, names="AB")
        for number in (1, 0):
            pool.submit(divmod, 6, number).exception()
        pool.resize(3)
        for number in range(3):
            pool.submit(gate, number)
        gate.wait_for(3)
        pool.submit(abs, 1).cancel()
        still = seen.figure()
        gate.open()
    return seen, still


def the_run(still: Any) -> Run:
    assert isinstance(still, Still)
    kept = kept_run(still.keeps)
    assert kept is not None
    assert kept.run is not None
    return kept.run


def facts(trace: Trace) -> dict[str, Any]:
    """What both the trace and the kept one say, whatever times are rounded to."""
    spans = [(span.call, span.label, span.name, span.state, span.worker, span.error) for span in trace.spans]
    sizes = [(resize.before, resize.after) for resize in trace.resizes]
    return {"spans": spans, "sizes": sizes, "counts": trace.counts, "lanes": [lane.worker for lane in trace.lanes]}


def test_a_still_keeps_the_run_that_it_shows() -> None:
    seen, still = watched_calls()
    (kept,) = the_run(seen.figure()).traces
    assert facts(kept) == facts(seen.trace)
    assert kept.makespan_s == pytest.approx(seen.trace.makespan_s, abs=3e-6)
    (going,) = the_run(still).traces
    assert going.open_calls == 3


def test_a_kept_run_says_nothing_of_the_machine_or_the_time() -> None:
    run = the_run(watched_calls()[1])
    assert (run.facts.command, run.facts.python, run.facts.machine, run.facts.began) == ("", "", "", "")
    assert {pool.process for pool in run.pools} == {0}


def test_several_traces_are_one_run_and_those_with_one_origin_share_a_clock() -> None:
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        watches = {"first": watch(first), "second": watch(second)}
        first.submit(abs, 1).result()
        second.submit(abs, 1).result()
    together = stacked(watches)
    run = the_run(together.figure())
    assert [pool.title for pool in run.pools] == ["first", "second"]
    ended = [trace.spans[0].ended for trace in run.traces]
    assert ended[0] is not None
    assert ended[1] is not None
    assert ended[0] <= ended[1], "the calls of the second pool came later"


def test_the_page_of_a_kept_run_has_its_names_and_cores() -> None:
    trace = watched_calls()[0].trace
    run = the_kept(keep([("pool", "", "threads", trace)], cores=4)).run
    assert run is not None
    log: Any = log_of(run, [0])
    (panel,) = log["panels"]
    assert (list(panel["names"]), panel["cores"], panel["workers"]) == (["A", "B"], 4, 2)


def the_kept(metadata: dict[str, Any]) -> KeptRun:
    kept = kept_run(metadata)
    assert kept is not None
    return kept


def test_a_chart_keeps_the_run_and_that_it_is_not_its_picture() -> None:
    trace = watched_calls()[0].trace
    kept = the_kept(keep([("pool", "", "threads", trace)], is_pictured=False, result={"lines": []}))
    assert (kept.is_pictured, kept.result) == (False, {"lines": []})


def test_a_load_keeps_the_run_of_its_executor() -> None:
    with ThreadPoolExecutor(2) as pool, servers.Server(servers.after(0), pool) as server:
        loaded = load(server, 3)
        (trace,) = the_run(loaded.figure()).traces
        assert len(trace.spans) == len(loaded.trace.spans) == 3


def test_nothing_is_kept_of_nothing() -> None:
    assert keep([("pool", "", "threads", Trace(()))]) == {}
    assert kept_run({"needs_background": "light"}) is None


def test_of_a_run_that_is_too_long_only_a_sentence_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_runs, "MOST_CALLS", 5)
    kept = the_kept(keep([("pool", "", "threads", watched_calls()[0].trace)]))
    assert kept.run is None
    assert kept.left_out == "This run has 6 calls. Notebooks keep runs of at most 5."


def test_twenty_thousand_calls_take_less_than_a_byte_for_each_number() -> None:
    rows = [
        [0, n, "abs", *(n * 20 + at + n % 3 for at in (0, 5, 9, 10, 14)), n % 4, 1, "returned"] for n in range(20_000)
    ]
    assert len(pack({"calls": rows})) < 10 * len(rows)
    assert len(json.dumps(rows)) > 50 * len(rows)


@pytest.mark.parametrize(
    "stored",
    [
        {"packed": "no such thing"},
        {"packed": pack({"calls": [], "format": "pool_lab run", "version": 99})},
        {"packed": pack({"calls": [], "format": "pool_lab run", "version": 1})},
        {},
        "text",
        [],
    ],
    ids=["no packing", "newer version", "no pools", "nothing", "text", "list"],
)
def test_a_damaged_run_is_refused_in_words(stored: Any) -> None:
    with pytest.raises(RunFileError, match="a run in this notebook"):
        kept_run({RUN: stored})
