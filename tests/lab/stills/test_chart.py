"""`chart`: curves of your own, in the look of the other stills."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from pool_lab.lab.stills.chart import chart

CURVES = {"measured": {1.0: 1.0, 4.0: 2.4, 2.0: 1.6}, "Amdahl": {1.0: 1.0, 2.0: 1.7}}


def test_each_curve_is_drawn_from_left_to_right_with_its_name_and_a_marker_of_its_own() -> None:
    (axes,) = chart(CURVES, x="workers", y="speed-up").axes
    assert [np.asarray(line.get_xdata()).tolist() for line in axes.lines] == [[1, 2, 4], [1, 2]]
    assert [np.asarray(line.get_ydata()).tolist() for line in axes.lines] == [[1.0, 1.6, 2.4], [1.0, 1.7]]
    assert [words.get_text() for words in axes.texts] == ["Amdahl", "measured"]
    assert len({line.get_marker() for line in axes.lines}) == 2


def test_its_words_have_every_number() -> None:
    still = chart(CURVES, x="workers", y="speed-up")
    words = "Speed-up by workers. measured: 1 at 1, 1.6 at 2, 2.4 at 4. Amdahl: 1 at 1, 1.7 at 2."
    assert getattr(still, "alt", "") == words


def test_names_of_curves_that_end_at_the_same_place_do_not_overlap() -> None:
    ends = {name: {1.0: 1.0, 2.0: 2.0} for name in "abcd"}
    (axes,) = chart(ends, x="x", y="y").axes
    axes.figure.canvas.draw()
    boxes = [words.get_window_extent() for words in axes.texts]
    assert not any(a.overlaps(b) for number, a in enumerate(boxes) for b in boxes[:number])


def test_it_draws_on_given_axes_with_logarithmic_ones_on_request() -> None:
    axes = Figure().add_subplot()
    assert chart(CURVES, x="workers", y="speed-up", log="x", ax=axes) is axes.figure
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")


def test_a_logarithmic_axis_has_several_numbers_if_the_curves_span_less_than_two_powers_of_ten() -> None:
    (axes,) = chart({"measured": {10: 0.0005, 1000: 0.005}}, x="calls", y="seconds", log="xy").axes
    axes.figure.canvas.draw()
    low, high = axes.get_ylim()
    shown = [tick.get_text() for tick in axes.get_yticklabels() if low <= tick.get_position()[1] <= high]
    assert shown == ["0.0005", "0.001", "0.002", "0.005"]


@pytest.mark.parametrize(
    ("curves", "words"),
    [({}, "from 1 to 4 curves, got 0"), ({name: {1: 1} for name in "abcde"}, "got 5"), ({"a": {}}, "'a' has none")],
)
def test_what_cannot_be_drawn_is_refused(curves: dict[str, dict[float, float]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        chart(curves, x="x", y="y")
