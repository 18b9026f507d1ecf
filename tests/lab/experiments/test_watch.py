"""A watch with a live view follows its pool and ends with it. No kernel is needed: the view's messages go nowhere."""

import gc
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from pool_lab import Event, EventKind, ThreadPoolExecutor
from pool_lab.lab.experiments import watch as watching
from pool_lab.lab.experiments.stacked import stacked
from pool_lab.lab.experiments.watch import Watch, watch
from pool_lab.lab.recording.recorder import Recorder

PATIENCE_S = 20


@pytest.fixture(autouse=True)
def _someone_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "someone_is_there", lambda: True)


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Set when the watch comes to rest."""
    ended = threading.Event()
    monkeypatch.setattr(Watch, "_come_to_rest", lambda _: ended.set())
    yield ended
    for thread in threading.enumerate():
        if thread.name.startswith("pool-lab"):
            thread.join(PATIENCE_S)


def timeline_of(watched: Watch) -> Any:
    return watched._timeline


def test_a_watch_ends_with_its_pool_and_says_in_words_what_happened(ended: threading.Event) -> None:
    with ThreadPoolExecutor(2) as pool:
        watched = watch(pool)
        list(pool.map(abs, range(4)))
    assert ended.wait(PATIENCE_S)
    assert timeline_of(watched).caption == watched.summary()
    assert timeline_of(watched).log["running"] is False
    assert [row[1] for row in timeline_of(watched).log["calls"]] == [0, 1, 2, 3]


def test_a_cluster_has_a_lane_for_each_worker_before_the_first_call() -> None:
    class Cluster(ThreadPoolExecutor):
        _client = SimpleNamespace(nthreads=lambda: {"tcp://one": 1, "tcp://two": 2})

    with Cluster(1) as cluster:
        assert watch(cluster).trace.size == 3


def test_calls_have_the_names_that_the_text_uses_in_the_view_and_in_the_figures(ended: threading.Event) -> None:
    with ThreadPoolExecutor(1) as pool:
        watched = watch(pool, names="AB")
        list(pool.map(abs, range(3)))
    assert ended.wait(PATIENCE_S)
    assert timeline_of(watched).log["panels"][0]["names"] == ["A", "B"]
    assert [span.label for span in watched.trace.spans] == ["A", "B", ""]
    assert [span.label for span in stacked({"calls": watched}).trace["calls"].spans] == ["A", "B", ""]


def test_a_watch_ends_with_a_pool_that_is_dropped_without_a_shutdown(ended: threading.Event) -> None:
    pool = ThreadPoolExecutor(2)
    watched = watch(pool)
    pool.submit(abs, 1).result()
    del pool
    gc.collect()
    assert ended.wait(PATIENCE_S)
    assert len(watched.trace.spans) == 1


def test_the_slider_follows_a_pool_that_is_resized_by_somebody_else(ended: threading.Event) -> None:
    moved = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        watched = watch(pool, most_workers=4)
        watched._slider.observe(lambda _: moved.set(), "value")
        pool.resize(6)
        assert moved.wait(PATIENCE_S)
    assert ended.wait(PATIENCE_S)
    assert (watched._slider.max, watched._slider.value) == (6, 6)


def test_a_view_that_fails_harms_no_call(ended: threading.Event, caplog: pytest.LogCaptureFixture) -> None:
    with ThreadPoolExecutor(2) as pool:
        watched = watch(pool)
        timeline_of(watched).send = None  # as bad as can be
        assert list(pool.map(abs, range(-3, 0))) == [3, 2, 1]
    assert ended.wait(PATIENCE_S)
    assert "The picture failed while sending" in timeline_of(watched).trouble
    assert len([record for record in caplog.records if "timeline failed" in record.message]) == 1


def test_the_trace_of_a_watch_that_never_ends_goes_back_as_far_as_it_says() -> None:
    recorder = Recorder(1, most_events=10)
    recorder(Event(0, 0.0, EventKind.WORKER_STARTED, worker=0, ident=1))
    for number in range(1, 1000):
        recorder(Event(number, float(number), EventKind.SUBMITTED, call=number, name="abs"))
    assert [span.call for span in recorder.trace.spans] == list(range(990, 1000))
    assert len(recorder.trace.lanes) == 1
