"""Watches of several executors become one picture, and one sentence for each of them."""

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from pool_lab import ThreadPoolExecutor
from pool_lab.lab import stacked, watch
from pool_lab.lab.experiments.stacked import Stacked
from pool_lab.lab.experiments.watch import Watch
from pool_lab.lab.stills.still import Still
from pool_lab.lab.work.gate import Gate

Scene = tuple[Watch, Watch]


@pytest.fixture
def scene() -> Scene:
    """A pool that is shut down while one of its calls runs and another waits; and whoever shut it down."""
    gate: Gate[int] = Gate()
    with ThreadPoolExecutor(1) as pool, ThreadPoolExecutor(1) as closer:
        calls, closing = watch(pool), watch(closer)
        futures = [pool.submit(gate, number) for number in range(2)]
        gate.wait_for(1)
        closer.submit(pool.shutdown, wait=False).result()
        gate.open()
        assert [future.result() for future in futures] == [0, 1]
    return calls, closing


def test_all_traces_count_from_the_same_moment(scene: Scene) -> None:
    calls, closing = scene
    both = stacked({"calls": calls, "closing": closing})
    began = [both.trace[name].spans[0].began for name in ("calls", "closing")]
    assert both.trace["calls"].origin == both.trace["closing"].origin
    assert None not in began
    assert 0 <= began[0] < began[1]  # type: ignore[operator]


def test_a_sentence_tells_how_the_calls_of_each_ended(scene: Scene) -> None:
    calls, _ = scene
    told = stacked({"calls": calls})
    assert told.summary() == told.claim() == "calls: 2 done."
    assert repr(told) == "Stacked(calls)"


def test_there_is_a_panel_for_each(scene: Scene) -> None:
    calls, closing = scene
    figure = stacked({"one": calls, "other": closing}).figure()
    words = [text.get_text() for text in figure.findobj(Text)]
    assert {"one", "other"} <= set(words)
    assert len(figure.axes) == 2
    assert isinstance(figure, Still)
    assert "one: 2 done" in figure.alt


def test_all_panels_can_be_drawn_on_axes_of_ones_own(scene: Scene) -> None:
    calls, closing = scene
    page = Figure()
    axes = page.add_subplot()
    assert stacked({"one": calls, "other": closing}).figure(axes) is page
    assert len(axes.child_axes) == 2


def test_nothing_that_was_watched_makes_a_picture_as_well() -> None:
    with ThreadPoolExecutor(1) as pool:
        empty = stacked({"calls": watch(pool)})
    assert isinstance(empty, Stacked)
    assert empty.summary() == "calls: no calls."
    assert empty.figure().axes
