"""The result of a race and the chart of a sweep, each on an otherwise empty page.

What is drawn is what Python makes for the page; only the kernel and JupyterLab are left out.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from pool_lab.lab.trace.race_result import race_result
from pool_lab.lab.trace.serial_time import SerialTime
from pool_lab.lab.trace.sweep_result import Curve, Point
from pool_lab.lab.views.race_result.view import ResultView
from pool_lab.lab.views.sweep.view import SweepView
from tests.browser.timeline_page import HTML, OPEN
from tests.lab.script import Script

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

LOOKS = [("light", 960), ("dark", 960), ("light", 480), ("dark", 480)]


def show(page: Page, view: ResultView | SweepView, look: str = "light", width: int = 960) -> None:
    """Put the view on the page as it is now."""
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(HTML.format(style=view._css))
    dark = "body => { body.dataset.jpThemeLight = 'false'; body.style.background = '#111'; }"
    if look == "dark":
        page.locator("body").evaluate(dark)
    names = [name for name in ("chart", "caption", "cover", "stale") if view.has_trait(name)]
    page.evaluate(OPEN, [view._esm, {name: getattr(view, name) for name in names}])
    view.close()


def place(locator: Locator) -> dict[str, float]:
    box = locator.bounding_box()
    assert box is not None
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    return {"x": x, "y": y, "width": width, "right": x + width, "bottom": y + height, "middle": x + width / 2}


def result_of_a_race() -> ResultView:
    """Four calls of a second: threads share one core for four, processes two cores for two and a half."""
    threads, processes = Script(), Script()
    for call in range(4):
        threads.ran(call, call, 0.0, 4.0, 1.0)
        processes.ran(call, call, 0.5, 2.5, 1.0)
    runs = [("threads", "threads", threads.trace(4)), ("standard processes", "processes", processes.trace(4))]
    view = ResultView()
    view.show(race_result(runs, [SerialTime(4.0, 4.0, tried=2, calls=4)], cores=2))
    return view


def test_a_bar_is_as_long_as_the_makespan_and_divided_by_what_the_workers_did(empty_page: Page) -> None:
    show(empty_page, result_of_a_race())
    serial, threads, processes = [place(bar) for bar in empty_page.locator(".pool-lab-result-bar").all()]
    assert threads["width"] == pytest.approx(serial["width"], abs=1)
    assert processes["width"] == pytest.approx(serial["width"] * 2.5 / 4, abs=1)
    parts = empty_page.get_by_role("row").nth(2).locator(".pool-lab-result-bar > span")
    shares = [place(part)["width"] / processes["width"] for part in parts.all()]
    assert shares == pytest.approx([0.2, 0.4, 0.4], abs=0.02), "without a call, on a core, ready"
    label = "no call yet: start, pickling, on the way: 20%, on a core: 40%, waiting for I/O, a core or the GIL: 40%"
    expect(empty_page.get_by_role("img").nth(2)).to_have_attribute("aria-label", label)


def test_the_ideal_stands_at_its_time_and_says_what_it_is(empty_page: Page) -> None:
    show(empty_page, result_of_a_race())
    serial, line = (
        place(empty_page.locator(".pool-lab-result-bar").first),
        place(empty_page.locator(".pool-lab-result-line").first),
    )
    assert line["x"] - serial["x"] == pytest.approx(serial["width"] / 2, abs=2), "four seconds on two cores"
    expect(empty_page.locator(".pool-lab-result-ideal")).to_have_text("ideal: 4 workers, 2 cores")


def test_the_result_of_the_previous_run_says_so(empty_page: Page) -> None:
    view = result_of_a_race()
    view.stale = True
    show(empty_page, view)
    expect(empty_page.locator(".pool-lab-result")).to_contain_text("of the previous run")


def test_before_the_first_run_there_is_no_result(empty_page: Page) -> None:
    show(empty_page, ResultView())
    expect(empty_page.locator(".pool-lab-result")).to_be_hidden()


@pytest.mark.parametrize(("look", "width"), LOOKS)
def test_a_result_fits_its_page(empty_page: Page, artefacts: Path, look: str, width: int) -> None:
    show(empty_page, result_of_a_race(), look, width)
    empty_page.screenshot(path=artefacts / f"result-{look}-{width}.png")
    assert empty_page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert empty_page.evaluate("() => window.troubles") == []
    for bar, makespan in zip(
        empty_page.locator(".pool-lab-result-bar").all(),
        empty_page.locator(".pool-lab-result-makespan").all(),
        strict=True,
    ):
        assert place(makespan)["x"] >= place(bar)["right"], "beside the bar, not over it"


def measured(name: str, kind: str, *speed_ups: Sequence[float]) -> Curve:
    """Over 1, 2, 4, ... workers."""
    return Curve(name, kind, tuple(Point(2**number, tuple(all_of_it)) for number, all_of_it in enumerate(speed_ups)))


CURVES = [
    measured("threads", "threads", (1.0, 0.9), (1.05, 0.95), (1.0, 0.9), (0.95, 0.9)),
    measured("standard threads", "threads", (1.0, 0.95), (1.0, 1.0), (0.98, 0.92), (0.96, 0.9)),
    measured("processes", "processes", (0.9, 1.0), (1.8, 1.9), (1.85, 1.9), (1.7, 1.8)),
]


def a_sweep(curves: Sequence[Curve] = CURVES, **more: Any) -> SweepView:
    view = SweepView(caption="What it shows.")
    view.show(curves, [1, 2, 4, 8], 2, **more)
    return view


def test_every_measurement_every_median_and_where_it_stops_paying_is_drawn(empty_page: Page) -> None:
    show(empty_page, a_sweep())
    expect(empty_page.locator(".measured")).to_have_count(24)
    expect(empty_page.locator(".point")).to_have_count(12)
    rings = empty_page.locator("circle.ring[cx]")
    points = empty_page.locator("[data-kind=processes] .point")
    at_two = place(points.nth(1))["middle"]
    assert place(rings.nth(2))["middle"] == pytest.approx(at_two, abs=1.5), "the second of four numbers of workers"
    expect(empty_page.locator(".pool-lab-sweep-legend")).to_contain_text("more workers gain at most 5%")


def test_executors_of_one_kind_are_told_apart_without_colours(empty_page: Page) -> None:
    show(empty_page, a_sweep())
    dashes = [
        line.evaluate("(line) => getComputedStyle(line).strokeDasharray")
        for line in empty_page.locator("[data-kind=threads] .median").all()
    ]
    assert dashes[0] == "none" != dashes[1]
    shapes = {
        empty_page.locator(f"[data-kind={kind}] .point").first.get_attribute("d") for kind in ("threads", "processes")
    }
    assert len(shapes) == 2


def test_names_at_the_ends_of_curves_stand_clear_of_each_other(empty_page: Page) -> None:
    show(empty_page, a_sweep())
    names = [place(empty_page.get_by_text(name, exact=True)) for name in ("threads", "standard threads")]
    high, low = sorted(names, key=lambda name: name["y"])
    assert high["bottom"] <= low["y"] + 3


def test_what_is_being_measured_is_marked_below_where_it_will_stand(empty_page: Page) -> None:
    show(empty_page, a_sweep(under_way=("processes", 4)))
    mark, point = empty_page.locator(".under-way"), empty_page.locator("[data-kind=processes] .point").nth(2)
    assert place(mark)["middle"] == pytest.approx(place(point)["middle"], abs=1.5)
    expect(empty_page.locator(".pool-lab-sweep")).to_have_attribute("data-under-way", "processes 4")


def test_a_covered_sweep_shows_only_its_cover(empty_page: Page) -> None:
    view = a_sweep()
    view.cover = "Two workers. Is it faster?"
    show(empty_page, view)
    expect(empty_page.locator(".pool-lab-cover")).to_contain_text("This opens when you have answered:Is it faster?Show")
    expect(empty_page.locator("svg")).to_have_count(0)
    expect(empty_page.locator(".pool-lab-caption")).to_have_text("")


def test_before_the_first_measurement_a_sweep_shows_its_axes(empty_page: Page) -> None:
    show(empty_page, a_sweep([Curve("threads", "threads", ())]))
    expect(empty_page.locator(".ideal")).to_have_count(1)
    expect(empty_page.locator(".point")).to_have_count(0)
    assert empty_page.evaluate("() => window.troubles") == []


@pytest.mark.parametrize(("look", "width"), LOOKS)
def test_a_sweep_fits_its_page(empty_page: Page, artefacts: Path, look: str, width: int) -> None:
    show(empty_page, a_sweep(under_way=("threads", 8)), look, width)
    empty_page.screenshot(path=artefacts / f"sweep-chart-{look}-{width}.png")
    assert empty_page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    picture = place(empty_page.locator("svg").first)
    for text in empty_page.locator("svg text").all():
        assert place(text)["right"] <= picture["right"] + 1, text.inner_text()
    legend = empty_page.locator(".pool-lab-sweep-legend")
    for name in ("threads", "standard threads", "processes"):
        expect(
            empty_page.locator("svg text.strong" if width > 560 else ".pool-lab-sweep-entry", has_text=name).first
        ).to_be_attached()
    expect(legend).to_be_visible()
