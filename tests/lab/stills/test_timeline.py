import io
import subprocess
import sys
import threading
from collections.abc import Sequence

import matplotlib
import matplotlib.image
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection, PolyCollection
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy import asarray

from pool_lab.lab.stills import style as palette
from pool_lab.lab.stills import timeline as plots
from pool_lab.lab.stills.page import png
from pool_lab.lab.stills.timeline_panel import timeline_axes
from pool_lab.lab.trace.trace import Trace
from tests.lab.script import Script


def panel(trace: Trace, kind: str = "threads") -> Axes:
    axes = Figure((9, 3)).add_axes((0.1, 0.1, 0.8, 0.8))
    timeline_axes(axes, trace, kind)
    return axes


def page(*traces: Trace, caption: str = "") -> Figure:
    figure = Figure()
    plots.timeline(figure, [(f"Pool {n}", "a note", "threads", trace) for n, trace in enumerate(traces)], caption)
    return figure


def named(artist: Artist, gid: str) -> list[Artist]:
    return artist.findobj(lambda found: found.get_gid() == gid)


def texts(artist: Artist) -> list[str]:
    return [text.get_text() for text in artist.findobj(Text)]


def boxes(axes: Axes, gid: str) -> list[tuple[float, float, float, float]]:
    """Left, right, lower and upper end of every shape of that name; y grows downwards, as the lanes do."""
    found = [paths for paths in named(axes, gid) if isinstance(paths, PathCollection)]
    corners = [asarray(path.vertices) for paths in found for path in paths.get_paths()]
    return [(xy[:, 0].min(), xy[:, 0].max(), xy[:, 1].max(), xy[:, 1].min()) for xy in corners]


def places(axes: Axes, gid: str) -> list[tuple[float, float]]:
    marks = [line for line in named(axes, gid) if isinstance(line, Line2D)]
    return [(x, y) for line in marks for x, y in asarray(line.get_xydata(), float).tolist()]


def lines(axes: Axes, gid: str) -> list[Sequence[Sequence[float]]]:
    found = [collection for collection in named(axes, gid) if isinstance(collection, LineCollection)]
    return [segment.tolist() for collection in found for segment in map(asarray, collection.get_segments())]


def test_every_ended_call_is_a_bar_in_its_lane_as_long_as_the_call() -> None:
    axes = panel(Script().ran(0, 0, 0.0, 2.0).ran(1, 2, 1.0, 4.0).queued(2).running(3, 1, 1.0).trace())
    first, second = boxes(axes, "calls")
    assert first[:2] == pytest.approx((0.0, 2.0), abs=0.02)
    assert second[:2] == pytest.approx((1.0, 4.0), abs=0.02)
    assert 0 < first[3] < first[2] < 1
    assert 2 < second[3] < second[2] < 3


def test_a_bar_is_full_up_to_the_share_that_was_spent_on_a_core() -> None:
    axes = panel(Script().ran(0, 0, 0.0, 2.0, cpu_s=0.5).ran(1, 0, 2.0, 4.0, cpu_s=2.0).ran(2, 0, 4.0, 5.0).trace())
    bars, fills = boxes(axes, "calls"), boxes(axes, "on a core")
    assert len(bars) == 3
    heights = [bottom - top for _, _, bottom, top in fills]
    assert heights == pytest.approx([0.25 * 19 / 24, 19 / 24]), "the call that slept has no fill"
    assert [fill[2] for fill in fills] == pytest.approx([bars[0][2]] * 2), "filled from the bottom up"


def test_a_running_call_is_dashed_and_reaches_the_end_of_what_is_known() -> None:
    axes = panel(Script().running(0, 0, 1.0).ran(1, 1, 0.0, 3.0).trace())
    (box,) = boxes(axes, "running")
    assert box[:2] == pytest.approx((1.0, 3.0), abs=0.02)
    (running,) = named(axes, "running")
    assert isinstance(running, Collection)
    assert list[object](running.get_linestyle()) != [(0, None)]


def test_a_call_that_nobody_watched_any_longer_reaches_no_further() -> None:
    left = Script().running(0, 0, 0.0).queued(1).trace(watched_until=1.0)
    figure = page(left, Script().ran(0, 0, 0.0, 9.0).trace())
    (box,) = boxes(figure.axes[0], "running")
    assert box[:2] == pytest.approx((0.0, 1.0), abs=0.02)
    (length,) = named(figure.axes[0], "queue length")
    assert isinstance(length, Line2D)
    assert max(asarray(length.get_xdata(), float)) == 1.0
    assert not named(figure, "now"), "nothing is left to do"


def test_a_call_shorter_than_a_pixel_can_be_seen() -> None:
    axes = panel(Script().ran(0, 0, 0.0, 1e-6).ran(1, 0, 1.0, 9.0).trace())
    left, right = boxes(axes, "calls")[0][:2]
    pixels = axes.transData.transform([(left, 0), (right, 0)])
    assert pixels[1][0] - pixels[0][0] == pytest.approx(1, abs=0.1)


def test_a_failed_call_carries_a_cross() -> None:
    trace = Script().ran(0, 0, 0.0, 2.0).ran(1, 1, 1.0, 2.0, error="ValueError: no").trace()
    assert places(panel(trace), "failed") == [(1.5, 1.5)]
    assert len(boxes(panel(trace), "failed calls")) == 1


def test_failures_that_lie_on_each_other_are_one_cross_with_their_number() -> None:
    script = Script().ran(0, 0, 0.0, 8.0)
    for call in range(1, 4):
        script.ran(call, 0, 8.0 + call / 100, 8.0 + (call + 1) / 100, error="ValueError: no")
    script.ran(4, 0, 9.0, 9.01, error="ValueError: no").ran(5, 1, 8.0, 8.02, error="ValueError: no")
    axes = panel(script.trace())
    assert [x for x, _ in places(axes, "failed")] == pytest.approx([8.01, 8.025, 9.005])
    assert [text.get_text() for text in axes.texts if text.get_gid() == "letter"] == ["3"]


def test_a_call_that_the_text_names_has_its_name_on_its_bar_if_it_is_wide_enough() -> None:
    script = Script().ran(0, 0, 0.0, 2.0).ran(1, 1, 0.0, 2.0).ran(2, 0, 2.0, 2.01).ran(3, 0, 2.01, 9.0)
    axes = panel(script.trace(names="ABC"))
    assert [text.get_text() for text in axes.texts if text.get_gid() == "label"] == ["A", "B"]


def test_a_call_that_timed_out_and_one_that_crashed_have_marks_and_letters_of_their_own() -> None:
    late = "TimeoutError: call 0, parse, ran longer than the task_timeout of 1 seconds and was stopped"
    script = Script().ran(0, 0, 0.0, 1.0, None, error=late)
    script.ran(1, 1, 0.0, 2.0, None, error="pool_lab.errors.WorkerDiedError: it was killed")
    axes = panel(script.trace())
    assert places(axes, "timed out") == [(0.5, 0.5)]
    assert places(axes, "crashed") == [(1.0, 1.5)]
    assert places(axes, "failed") == []
    assert [text.get_text() for text in axes.texts if text.get_gid() == "letter"] == ["T", "W"]


def test_a_pause_is_left_out_of_the_axis_which_says_so() -> None:
    script = Script().ran(0, 0, 0.0, 1.0).ran(1, 0, 60.0, 61.0, submitted=60.0)
    axes = panel(script.trace())
    first, second = sorted(box[0] for box in boxes(axes, "calls"))
    assert first < 0.1
    assert 1.0 < second < 1.2
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels[-1] == "61"
    assert "59 s idle" in labels
    assert len(places(axes, "pause")) == 1


def test_the_lengths_of_two_pauses_that_are_close_stand_below_each_other() -> None:
    script = Script().ran(0, 0, 0.0, 5.0).ran(1, 0, 60.0, 60.1, submitted=60.0).ran(2, 0, 90.0, 90.1, submitted=90.0)
    script.ran(3, 0, 150.0, 155.0, submitted=150.0)
    labels = [label.get_text() for label in panel(script.trace()).get_xticklabels()]
    assert [label for label in labels if "idle" in label] == ["55 s idle", "\n30 s idle", "1 min idle"]


def test_cancelled_calls_are_marked_at_the_door_once_for_each_moment() -> None:
    axes = panel(Script().ran(0, 0, 0.0, 3.0).cancelled(1, 1.0).cancelled(2, 1.0).cancelled(3, 2.0).trace())
    assert [x for x, _ in places(axes, "cancelled")] == [1.0, 2.0]
    assert all(y < 0 for _, y in places(axes, "cancelled")), "above the lanes"
    assert len(boxes(axes, "calls")) == 1


def test_a_crashed_worker_has_a_torn_edge_and_one_that_retired_has_none() -> None:
    script = Script().worker(0, 0.0, stopped=1.0, error="killed by signal 9").worker(1, 0.0, stopped=2.0)
    assert places(panel(script.trace()), "worker died") == [(1.0, 0.5)]


def test_lanes_last_as_long_as_their_workers() -> None:
    axes = panel(Script().worker(0).worker(1, 0.5, stopped=2.0).worker(1, 3.0).ran(0, 0, 0.0, 4.0).trace())
    end = axes.get_xlim()[1]
    assert lines(axes, "lanes") == [[[0, 1], [end, 1]], [[0.5, 2], [2, 2]], [[3, 2], [end, 2]]]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["w0", "w1"]


def test_a_worker_no_event_told_of_has_a_lane_all_along() -> None:
    axes = panel(Script().ran(0, 1, 1.0, 2.0).trace())
    assert [segment[0][0] for segment in lines(axes, "lanes")] == [0, 0]


def test_a_resize_is_a_line_with_words_where_no_bar_is() -> None:
    script = Script().worker(0).worker(1, 3.0).resized(3.0, 2).ran(0, 0, 0.0, 6.0).ran(1, 1, 3.0, 6.0)
    axes = panel(script.trace(size=1))
    assert [segment[0][0] for segment in lines(axes, "resize")] == [3.0]
    (words,) = named(axes, "resize words")
    assert isinstance(words, Text)
    assert (words.get_text(), words.get_horizontalalignment()) == ("1 → 2 workers", "right")
    assert words.get_position()[1] == 1.5, "in the lane that was still empty"


def test_the_words_of_a_resize_go_above_lanes_that_are_full() -> None:
    axes = panel(Script().resized(3.0, 2).ran(0, 0, 0.0, 6.0).ran(1, 1, 0.0, 6.0).trace(size=1))
    (words,) = named(axes, "resize words")
    assert isinstance(words, Text)
    assert words.get_position()[1] < 0


def test_the_words_of_a_resize_stand_clear_of_the_line_of_another() -> None:
    script = Script().ran(0, 0, 0.0, 9.0).ran(1, 1, 0.0, 4.0).resized(4.0, 1).resized(4.5, 2)
    first, second = named(panel(script.trace(size=2)), "resize words")
    assert isinstance(first, Text)
    assert isinstance(second, Text)
    assert first.get_position()[1] < 0, "right of its line, the other line would go through it"
    assert second.get_position()[1] == 1.5


def test_a_resize_of_an_idle_pool_is_where_the_lanes_that_it_made_begin() -> None:
    script = Script().worker(0).ran(0, 0, 0.0, 1.0).resized(1.5, 2).worker(1, 3.0).ran(1, 0, 3.0, 9.0, submitted=3.0)
    axes = panel(script.ran(2, 1, 3.0, 9.0, submitted=3.0).resized(9.0, 1).trace(size=1))
    assert [segment[0][0] for segment in lines(axes, "resize")] == [3.0, 9.0]


def test_resizes_in_a_row_are_one_line_where_the_first_lane_begins() -> None:
    script = Script().worker(0).ran(0, 0, 0.0, 8.0).resized(4.0, 2).resized(4.01, 3)
    axes = panel(script.worker(1, 4.0).worker(2, 4.01).trace(size=1))
    assert [segment[0][0] for segment in lines(axes, "resize")] == [4.0]


def test_resizes_in_a_row_are_told_as_one() -> None:
    script = Script().ran(0, 0, 0.0, 8.0).resized(4.0, 2).resized(4.01, 3).resized(4.02, 4)
    assert [text for text in texts(panel(script.trace(size=1))) if "→" in text] == ["1 → 4 workers"]


def test_the_queue_is_as_long_as_calls_waited() -> None:
    axes = panel(Script().ran(0, 0, 0.0, 1.0).ran(1, 0, 1.0, 2.0).ran(2, 0, 2.0, 3.0).cancelled(3, 0.5).trace())
    heights = [-y for _, y in places(axes, "queue length")]
    base = min(heights)
    unit = (max(heights) - base) / 3
    longest_at = [round((height - base) / unit) for height in heights]
    assert max(longest_at) == 3, "call 0 began at once"
    assert longest_at[-4:] == [3, 2, 1, 0], "one was cancelled and two began"
    assert "3\nqueued" in texts(axes)


def test_there_is_no_queue_where_no_call_waited() -> None:
    assert not named(panel(Script().ran(0, 0, 1.0, 2.0, submitted=1.0).trace()), "queue length")


def test_the_moment_that_a_free_worker_needs_is_no_queue() -> None:
    handed_over_at_once = Script().ran(0, 0, 0.0005, 1.0).ran(1, 0, 1.0005, 2.0, submitted=1.0)
    assert not named(panel(handed_over_at_once.trace()), "queue length")


def test_thousands_of_calls_are_a_handful_of_artists() -> None:
    script = Script()
    for call in range(3000):
        script.ran(call, call % 64, call / 8, (call + 4) / 8, cpu_s=0.25)
    axes = panel(script.trace())
    assert len(boxes(axes, "calls")) == len(boxes(axes, "on a core")) == 3000
    assert len(axes.get_children()) < 30


def test_a_trace_without_events_says_so() -> None:
    figure = page(Trace([]))
    assert "nothing has run yet" in texts(figure)
    assert "Pool 0" in texts(figure)
    assert png(figure)


def test_panels_share_one_time_axis_and_only_the_last_names_it() -> None:
    first, second = page(Script().ran(0, 0, 0.0, 1.0).trace(), Script().ran(0, 0, 0.0, 7.0).trace()).axes
    assert first.get_xlim() == second.get_xlim()
    assert first.get_position().y0 > second.get_position().y1
    assert not any(label.get_visible() for label in first.get_xticklabels())
    assert any(label.get_visible() for label in second.get_xticklabels())


def test_a_page_has_title_note_counts_and_caption() -> None:
    found = texts(page(Script().ran(0, 0, 0.0, 1.0).queued(1).trace(), caption="One of two has run."))
    assert {"Pool 0", "a note", "1", "queued", "done", "One of two has run."} <= set(found)


def test_the_run_before_is_a_ghost_below_the_bars_of_its_worker() -> None:
    figure = Figure()
    now, before = Script().ran(0, 0, 0.0, 1.0).trace(), Script().ran(0, 1, 0.5, 8.0).trace()
    plots.timeline(figure, [("Pool", "", "threads", now)], previous=[before])
    (pale,) = named(figure, "previous run")
    assert isinstance(pale, PolyCollection)
    (stretch,) = [asarray(path.vertices) for path in pale.get_paths()]
    assert (stretch[:, 0].min(), stretch[:, 0].max()) == (0.5, 8.0)
    assert 1 + 21.5 / 24 < stretch[:, 1].min() < stretch[:, 1].max() <= 2, "below the bar, in the lane of worker 1"
    assert figure.axes[0].get_xlim()[1] > 8, "the axis reaches to its end"
    assert "previous run" in texts(figure)


def test_panels_can_be_drawn_into_the_place_of_one_axes() -> None:
    trace, axes = Script().ran(0, 0, 0.0, 1.0).trace(), Figure((9, 6)).add_subplot()
    plots.timelines_axes(axes, [("First", "", "threads", trace), ("Second", "", "processes", trace)])
    above, below = [panel for panel in axes.child_axes if isinstance(panel, Axes)]
    assert [panel.get_title(loc="left") for panel in (above, below)] == ["First", "Second"]
    assert above.get_xlim() == below.get_xlim()
    above_box, below_box = above.get_window_extent(), below.get_window_extent()
    assert axes.bbox.y1 > above_box.y1 > above_box.y0 > below_box.y1 > below_box.y0 >= axes.bbox.y0 - 1


def test_a_page_grows_with_its_lanes_and_stops_growing() -> None:
    def height(lanes: int) -> float:
        script = Script()
        for call in range(lanes):
            script.ran(call, call, 0.0, 1.0, submitted=0.0)
        return float(page(script.trace()).get_size_inches()[1])

    assert height(8) - height(4) == pytest.approx(4 * 0.24)
    assert height(1000) == height(64) < 7


def test_the_legend_holds_only_what_occurs() -> None:
    quiet = texts(page(Script().ran(0, 0, 0.0, 1.0).trace()))
    assert "fill level: share of the call spent on a core" in quiet
    assert not {"running", "F  failed", "cancelled", "worker died"} & set(quiet)
    script = Script().running(0, 0, 0.5).ran(1, 1, 0.0, 1.0, cpu_s=None, error="no").cancelled(2, 1.0)
    eventful = texts(page(script.worker(0, 0.0, stopped=1.0, error="gone").trace()))
    assert {"running", "F  failed", "cancelled", "worker died"} <= set(eventful)
    assert "fill level: share of the call spent on a core" not in eventful


def test_a_line_marks_now_only_while_something_is_left_to_do() -> None:
    ended, going = Script().ran(0, 0, 0.0, 1.0).trace(), Script().running(0, 0, 0.5).trace()
    assert len(named(page(ended, going), "now")) == 2
    assert not named(page(ended, ended), "now")


@pytest.mark.parametrize("kind", palette.KINDS)
def test_every_kind_has_its_colour(kind: str) -> None:
    (fills,) = named(panel(Script().ran(0, 0, 0.0, 1.0, cpu_s=0.5).trace(), kind), "on a core")
    assert isinstance(fills, Collection)
    assert same_color(asarray(fills.get_facecolor())[0], palette.KINDS[kind].fill)


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"kind must be one of threads, processes, .*; got 'fibres'"):
        panel(Trace([]), "fibres")


def test_a_picture_is_a_png_of_one_and_a_half_times_the_page() -> None:
    figure = page(Script().ran(0, 0, 0.0, 1.0).trace())
    picture = matplotlib.image.imread(io.BytesIO(png(figure)))
    assert picture.shape[1] == 1440
    assert picture.shape[0] == pytest.approx(150 * figure.get_size_inches()[1], abs=1)


@pytest.mark.parametrize("caption", ["One call has run.", "One call has run. " * 20])
def test_a_picture_without_its_caption_is_as_high_as_one_that_has_none(caption: str) -> None:
    trace = Script().ran(0, 0, 0.0, 1.0).trace()
    bare, whole = page(trace), page(trace, caption=caption)
    heights = [
        matplotlib.image.imread(io.BytesIO(png(figure, with_caption=figure is bare))).shape[0]
        for figure in (bare, whole)
    ]
    assert heights[0] == pytest.approx(heights[1], abs=1.5 * 8 + 1)  # the margin below
    assert heights[1] < 150 * whole.get_size_inches()[1]


def test_a_picture_brings_its_own_ground() -> None:
    picture = matplotlib.image.imread(io.BytesIO(png(page(Script().ran(0, 0, 0.0, 1.0).trace()))))
    assert picture[0, 0].tolist() == [1, 1, 1, 1]


def test_the_users_settings_stay_and_do_not_matter() -> None:
    trace = Script().ran(0, 0, 0.0, 1.0).trace()
    expected = png(page(trace, caption="costs $1 or $2"))
    theirs = {"figure.facecolor": "black", "font.size": 30, "savefig.bbox": "tight", "axes.grid": True}
    with matplotlib.rc_context(theirs):  # type: ignore[arg-type]
        before = dict(matplotlib.rcParams)
        assert png(page(trace, caption="costs $1 or $2")) == expected
        assert dict(matplotlib.rcParams) == before


def test_two_threads_that_draw_leave_the_users_settings_as_they_were() -> None:
    before, together = dict(matplotlib.rcParams), threading.Barrier(2)

    def draw() -> None:
        together.wait(20)
        for _ in range(5):
            page(Script().ran(0, 0, 0.0, 1.0).trace())

    drawing = [threading.Thread(target=draw) for _ in range(2)]
    for thread in drawing:
        thread.start()
    for thread in drawing:
        thread.join()
    assert dict(matplotlib.rcParams) == before


def test_pyplot_is_never_loaded() -> None:
    code = "import sys, pool_lab.lab.stills.timeline; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_texts_can_be_read_on_the_ground() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in (palette.INK, palette.QUIET):
        assert (luminance(palette.GROUND) + 0.05) / (luminance(colour) + 0.05) >= 4.5


def test_a_strip_below_the_lanes_shows_the_busy_cores_if_the_cores_are_known() -> None:
    trace = Script().ran(0, 0, 0.0, 4.0, 4.0).ran(1, 1, 0.0, 4.0, 2.0).trace(size=2)
    heights, figure = {}, Figure()
    for cores in (0, 2):
        plots.timeline(figure, [("threads", "", "threads", trace)] * 2, cores=cores)
        heights[cores] = figure.get_size_inches()[1]
        strips = figure.findobj(lambda artist: artist.get_gid() == "busy cores")
        assert len(strips) == (2 if cores else 0)
        assert all(max(strip.get_data().values) == pytest.approx(1.5) for strip in strips)  # type: ignore[attr-defined]
    assert heights[2] > heights[0]
    assert [label.get_text() for label in figure.axes[-1].get_yticklabels()] == ["2 cores"]
