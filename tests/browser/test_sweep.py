"""A sweep on the page: it grows while it measures, can be stopped, and says what the kernel has measured."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.notebook import PATIENCE_MS, Notebook, Sweep

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")


@pytest.fixture
def sweep(swept: Notebook) -> Sweep:
    return swept.sweep("speed")


def test_a_sweep_grows_while_it_measures_and_says_in_the_end_what_it_found(sweep: Sweep) -> None:
    expect(sweep.caption).to_have_text(
        "Press Start: the calls run with 1, 2 and 3 workers, 3 times. Starting a pool counts."
    )
    sweep.press("Start")
    sweep.wait_until_measured(1)
    expect(sweep.caption).to_contain_text("Round 1 of 3: ", timeout=PATIENCE_MS)
    sweep.wait_until_measured(5)
    sweep.finish()

    assert sweep.measured == 2 * 3 * 3
    all_are_drawn(sweep)
    expect(sweep.chart.locator(".point")).to_have_count(6, timeout=PATIENCE_MS)
    expect(sweep.caption).to_contain_text(sweep.notebook.value("speed.summary()"), timeout=PATIENCE_MS)
    expect(sweep.chart.locator("svg").first).to_have_attribute("aria-label", sweep.caption.inner_text())


def all_are_drawn(sweep: Sweep) -> None:
    """But for those that cannot be: on a busy machine, more than the cores can give."""
    counts = "sum(len(point.speed_ups) for curve in speed.curves for point in curve.points)"
    expect(sweep.chart.locator(".measured")).to_have_count(sweep.notebook.value(counts), timeout=PATIENCE_MS)


def test_stop_keeps_what_has_been_measured_and_drops_the_rest(sweep: Sweep) -> None:
    sweep.notebook.value("setattr(speed, 'rounds', 200)")  # it would not end in the time of this test
    sweep.press("Start")
    sweep.wait_until_measured(2)
    sweep.press("Stop")
    sweep.finish()

    assert 2 <= sweep.measured < 200
    all_are_drawn(sweep)


def test_a_sweep_works_by_keyboard_alone(sweep: Sweep) -> None:
    expect(sweep.button).to_have_text("Start", timeout=PATIENCE_MS)
    sweep.button.focus()
    sweep.page.keyboard.press("Tab")
    expect(sweep.view.locator(".noUi-handle")).to_be_focused()
    for _ in range(20):
        sweep.page.keyboard.press("ArrowLeft")
    expect(sweep.view).to_contain_text("call total 2 times", timeout=PATIENCE_MS)
    sweep.page.keyboard.press("Shift+Tab")
    sweep.page.keyboard.press("Enter")
    sweep.finish()

    assert sweep.notebook.value("{len(trace.spans) for by in speed.traces.values() for trace in by.values()}") == {2}


def test_a_sweep_is_still_there_after_the_page_was_loaded_again(sweep: Sweep) -> None:
    sweep.press("Start")
    sweep.wait_until_measured(1)
    sweep.notebook.reload()
    sweep.finish()

    assert sweep.measured == 2 * 3 * 3
    all_are_drawn(sweep)


def test_a_sweep_is_at_home_on_light_dark_and_narrow_pages(sweep: Sweep, artefacts: Path) -> None:
    sweep.press("Start")
    sweep.wait_until_measured(4)
    try:
        for theme, width in (("Light", 1280), ("Dark", 1280), ("Dark", 480)):
            sweep.notebook.command("apputils:change-theme", theme=f"JupyterLab {theme}")
            sweep.page.set_viewport_size({"width": width, "height": 1000})
            expect(sweep.chart.locator(".point").first).to_be_visible(timeout=PATIENCE_MS)
            sweep.page.screenshot(path=artefacts / f"sweep-{theme.lower()}-{width}.png")
            sweep.wait_until_it_fits()
            dot = sweep.chart.locator("[data-kind=threads] .point").first  # drawn anew with every measurement
            colour = {"Light": "rgb(0, 114, 178)", "Dark": "rgb(86, 180, 233)"}[theme]
            expect(dot).to_have_css("fill", colour, timeout=PATIENCE_MS)
    finally:
        sweep.notebook.command("apputils:change-theme", theme="JupyterLab Light")
        sweep.page.set_viewport_size({"width": 1280, "height": 1000})
    sweep.finish()
