"""What the live timeline promises on Python's side: the page is told everything, and the run is never harmed.

`send` is replaced, so no kernel and no browser is needed.
"""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pool_lab.events import Event, EventKind
from pool_lab.lab.views.timeline.view import Panel, Timeline, _tick_after

PATIENCE_S = 20
PANELS = [
    Panel("ThreadPoolExecutor", "one interpreter, one GIL", "threads", 2),
    Panel("ProcessPoolExecutor", "2 interpreters", "processes", 2),
]

sequence = itertools.count()


class Heard(Timeline):
    """A timeline that remembers what the page would have been told, and says when it was."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.heard = threading.Condition()
        super().__init__()

    def send(self, content: dict[str, Any], buffers: object = None) -> None:
        with self.heard:
            self.messages.append(content)
            self.heard.notify_all()

    def wait_for(self, kind: str) -> dict[str, Any]:
        """The first message of this type; blocks until it is there."""
        with self.heard:
            assert self.heard.wait_for(lambda: kind in self.types, PATIENCE_S), f"no {kind!r} among {self.types}"
            return next(message for message in self.messages if message["type"] == kind)

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.messages]

    @property
    def rows(self) -> list[list[Any]]:
        """Of the calls, as they were told, one after the other."""
        return [row for message in self.messages for row in message.get("calls", []) if message["type"] == "news"]

    @property
    def numbers(self) -> list[int]:
        return sorted({row[1] for row in self.rows})

    def hello(self) -> None:
        self._handle_custom_msg({"type": "hello"}, [])


@pytest.fixture
def timeline() -> Iterator[Heard]:
    timeline = Heard()
    yield timeline
    timeline.end()
    timeline.close()
    assert not senders()


def senders() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("pool-lab-timeline")]


def event(kind: EventKind, time: float = 0.0, **facts: Any) -> Event:
    return Event(next(sequence), time, kind, **facts)


def submitted(call: int) -> Event:
    return event(EventKind.SUBMITTED, call=call)


def in_threads(*actions: Callable[[], object]) -> None:
    """Run the actions at the same time; return when all have returned."""
    together = threading.Barrier(len(actions))
    threads = [threading.Thread(target=lambda act=action: (together.wait(PATIENCE_S), act())) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)


def test_a_run_is_told_from_begin_to_end(timeline: Heard) -> None:
    timeline.begin(PANELS)
    timeline.observer(0)(submitted(0))
    timeline.end()
    assert timeline.types[0] == "begin"
    assert timeline.types[-1] == "end"
    assert timeline.messages[0]["panels"] == [panel._asdict() for panel in PANELS]
    assert {message["run"] for message in timeline.messages} == {1}


def test_nothing_is_lost_when_several_threads_emit(timeline: Heard) -> None:
    timeline.begin(PANELS)

    def emitter(panel: int, first: int) -> Callable[[], None]:
        observe = timeline.observer(panel)

        def emit() -> None:
            for call in range(first, first + 500):
                observe(submitted(call))

        return emit

    in_threads(emitter(0, 0), emitter(0, 500), emitter(1, 0), emitter(1, 500))
    timeline.end()
    expected = [(panel, call) for panel in (0, 1) for call in range(1000)]
    assert sorted((row[0], row[1]) for row in timeline.rows) == expected
    assert sorted(timeline.log["calls"]) == sorted(timeline.rows)


def test_the_clock_stands_still_while_no_call_waits_or_runs(timeline: Heard) -> None:
    timeline.begin(PANELS)
    with timeline._send_lock:
        timeline.observer(0)(event(EventKind.SUBMITTED, 100.0, call=0))
        timeline.observer(0)(event(EventKind.FINISHED, 100.5, call=0, worker=0))
    timeline.end()
    assert timeline.log["now"] == 0.5


def test_updates_that_cost_more_come_less_often_but_twice_a_second() -> None:
    assert _tick_after(0.0002) == 0.1
    assert _tick_after(0.001) == pytest.approx(0.25)
    assert _tick_after(1.0) == 0.5


def test_the_page_hears_the_time_while_a_call_is_open(timeline: Heard) -> None:
    timeline.begin(PANELS)
    timeline.observer(0)(submitted(0))
    timeline.wait_for("news")
    with timeline.heard:
        assert timeline.heard.wait_for(lambda: timeline.types.count("news") >= 3, PATIENCE_S)
    timeline.end()
    assert len(timeline.rows) == 1


def test_a_view_that_says_hello_gets_everything_so_far_and_then_the_rest(timeline: Heard) -> None:
    timeline.begin(PANELS)
    timeline.observer(0)(submitted(0))
    timeline.wait_for("news")
    in_threads(timeline.hello)
    snapshot = timeline.wait_for("snapshot")
    timeline.observer(0)(submitted(1))
    timeline.end()
    after = timeline.messages[timeline.messages.index(snapshot) + 1 :]
    later = [row for message in after if message["type"] == "news" for row in message.get("calls", [])]
    assert snapshot["running"] is True
    assert snapshot["panels"] == [panel._asdict() for panel in PANELS]
    assert snapshot["calls"] + later == timeline.log["calls"]


def test_a_view_that_comes_after_the_end_gets_the_log(timeline: Heard) -> None:
    timeline.begin(PANELS)
    timeline.observer(0)(submitted(0))
    timeline.end()
    timeline.hello()
    assert timeline.messages[-1] == timeline.log
    assert timeline.log["running"] is False
    assert [row[1] for row in timeline.log["calls"]] == [0]


def test_hello_before_any_run_is_not_answered(timeline: Heard) -> None:
    timeline.hello()
    assert timeline.messages == []


def test_prepared_panels_stand_ready_until_a_run_begins(timeline: Heard) -> None:
    timeline.prepare(PANELS)
    assert timeline.log["panels"] == [panel._asdict() for panel in PANELS]
    assert (timeline.log["run"], timeline.log["running"], timeline.log["calls"]) == (0, False, [])
    timeline.begin(PANELS[:1])
    timeline.prepare(PANELS)
    timeline.end()
    assert len(timeline.log["panels"]) == 1


def test_end_stops_the_sender_and_may_be_called_again_from_anywhere(timeline: Heard) -> None:
    timeline.end()
    timeline.begin(PANELS)
    assert len(senders()) == 1
    in_threads(timeline.end, timeline.end, timeline.end)
    timeline.end()
    assert not senders()
    assert timeline.types.count("end") == 1


def test_a_new_run_ends_the_one_before_and_hears_nothing_of_it(timeline: Heard) -> None:
    timeline.begin(PANELS)
    late = timeline.observer(0)
    timeline.begin(PANELS)
    late(submitted(7))
    timeline.observer(0)(submitted(8))
    timeline.end()
    assert timeline.types.count("end") == 2
    assert timeline.numbers == [8]
    assert timeline.log["run"] == 2


def test_a_run_begins_without_the_words_of_the_one_before(timeline: Heard) -> None:
    timeline.caption = "The earlier run took 2 s."
    timeline.begin(PANELS)
    assert timeline.caption == ""


def test_a_page_that_cannot_be_reached_is_logged_once_and_the_log_is_kept(
    monkeypatch: pytest.MonkeyPatch, timeline: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(content: object, buffers: object = None) -> None:
        raise OSError("the comm is gone")

    monkeypatch.setattr(timeline, "send", broken)
    timeline.begin(PANELS)
    for call in range(3):
        timeline.observer(0)(submitted(call))
    timeline.hello()
    timeline.end()
    assert [row[1] for row in timeline.log["calls"]] == [0, 1, 2]
    assert len(caplog.records) == 1


def test_a_long_run_is_told_whole_to_a_page_and_saved_in_part(monkeypatch: pytest.MonkeyPatch, timeline: Heard) -> None:
    monkeypatch.setattr("pool_lab.lab.views.timeline.view._MOST_IN_LOG", 2)
    timeline.begin(PANELS)
    for call in range(5):
        timeline.observer(0)(submitted(call))
    timeline.end()
    timeline.hello()
    assert [row[1] for row in timeline.log["calls"]] == [3, 4]
    assert timeline.log["dropped"] == 3
    assert [row[1] for row in timeline.messages[-1]["calls"]] == [0, 1, 2, 3, 4]


def test_an_observer_needs_a_run_and_a_panel_of_it(timeline: Heard) -> None:
    with pytest.raises(RuntimeError, match="begin"):
        timeline.observer(0)
    timeline.begin(PANELS)
    for panel in (-1, 2):
        with pytest.raises(ValueError, match="this run has 2"):
            timeline.observer(panel)


def test_observing_waits_for_no_one(timeline: Heard) -> None:
    timeline.begin(PANELS)
    observe = timeline.observer(0)
    with timeline._send_lock:  # A page that takes its time: the sender holds the lock.
        in_threads(lambda: observe(submitted(0)), lambda: observe(submitted(1)))
    timeline.end()
    assert timeline.numbers == [0, 1]


def test_it_works_without_a_kernel_and_has_a_fixed_repr(caplog: pytest.LogCaptureFixture) -> None:
    timeline = Timeline()
    timeline.begin(PANELS)
    timeline.observer(0)(submitted(0))
    timeline.end()
    timeline.close()
    assert repr(timeline) == "Timeline()"
    assert json.loads(json.dumps(timeline.log)) == timeline.log
    assert not caplog.records


def test_the_page_s_module_and_style_are_whole() -> None:
    timeline = Timeline()
    folder = Path(__file__).parents[3] / "pool_lab/lab/views/timeline"
    for path in folder.glob("*.js"):
        if path.name != "recorded.js":  # for pages without a kernel
            assert f"// timeline/{path.name}" in timeline._esm
    assert timeline._esm.count("export default") == 1
    assert ".pool-lab-timeline" in timeline._css
    timeline.close()
