"""What a race comes to on the page, and what its sliders make of the next run."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook import PATIENCE_MS, Notebook, Race

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")


@pytest.fixture
def race(mixed: Notebook) -> Race:
    return mixed.race("calls")


def run(race: Race, start: str) -> None:
    race.press(start)
    race.wait_for("data.run >= 1")
    race.finish()


def slider(race: Race, label: str) -> Locator:
    return race.view.locator(".widget-hslider").filter(has_text=label)


def turn(race: Race, label: str, key: str, times: int) -> None:
    slider(race, label).locator(".noUi-handle").focus()
    for _ in range(times):
        race.page.keyboard.press(key)


def result(race: Race) -> Locator:
    return race.view.locator(".pool-lab-result")


def test_the_result_says_on_the_page_what_the_race_came_to_in_the_kernel(race: Race) -> None:
    expect(result(race)).to_be_hidden(timeout=PATIENCE_MS)
    run(race, "Start")

    expect(result(race)).to_be_visible(timeout=PATIENCE_MS)
    made = "__import__('pool_lab.lab.trace.race_words', fromlist=['chart_rows']).chart_rows(calls.result)"
    lines = race.notebook.value(f"[(line.label, line.makespan, line.call, line.speed_up) for line in {made}]")
    assert [label for label, *_ in lines] == ["serial", "threads, 2", "processes, 2"]
    for row, words in enumerate(lines):
        for said in words:
            expect(result(race).get_by_role("row").nth(row)).to_contain_text(said, timeout=PATIENCE_MS)
    bars = result(race).locator(".pool-lab-result-bar")
    longest = race.notebook.value("max(row.makespan_s for row in calls.result.rows)")
    for bar, row in ((bars.nth(1), 0), (bars.nth(2), 1)):
        share = race.notebook.value(f"calls.result.rows[{row}].makespan_s / {longest}")
        assert wide(bar) / max(wide(bars.nth(1)), wide(bars.nth(2))) == pytest.approx(share, abs=0.02)
    expect(race.caption).to_have_text(race.notebook.value("calls.summary()"), timeout=PATIENCE_MS)


def wide(bar: Locator) -> float:
    box = bar.bounding_box()
    assert box is not None
    return box["width"]


def test_the_second_run_shows_the_first_below_its_bars(race: Race) -> None:
    run(race, "Start")
    assert race.fact("previous-stretches") == 0
    race.press("Start again")
    race.wait_for("data.run === 2 && data.previousStretches > 0")
    expect(result(race)).to_contain_text("of the previous run", timeout=PATIENCE_MS)
    race.finish()
    expect(result(race)).not_to_contain_text("of the previous run", timeout=PATIENCE_MS)


def test_sliders_say_what_the_next_run_will_be_and_it_is(race: Race) -> None:
    expect(slider(race, "length").locator(".widget-readout")).to_have_text("20 ms", timeout=PATIENCE_MS)
    turn(race, "calls", "ArrowLeft", 2)
    turn(race, "length", "ArrowLeft", 20)
    turn(race, "waiting", "ArrowRight", 20)
    expect(slider(race, "waiting").locator(".widget-readout")).to_have_text("100%", timeout=PATIENCE_MS)
    expect(race.view).to_contain_text("12 calls of 1 ms · waits, needs no core", timeout=PATIENCE_MS)
    run(race, "Start")

    assert race.fact("done") == 24
    assert race.notebook.value("[len(trace.spans) for trace in calls.trace.values()]") == [12, 12]


def test_what_is_set_while_a_race_runs_counts_for_the_next_one(race: Race) -> None:
    turn(race, "calls", "ArrowRight", 20)
    race.press("Start")
    race.wait_for("data.done >= 1")
    turn(race, "calls", "ArrowLeft", 20)
    expect(race.view).to_contain_text("next: calls 2", timeout=PATIENCE_MS)
    race.press("Stop")
    race.finish()
    assert race.notebook.value("calls.result.serial is None"), "a stopped race has nothing to compare"
    run(race, "Start again")

    assert race.fact("done") == 4


def test_the_result_is_still_there_after_the_page_was_loaded_again(race: Race) -> None:
    run(race, "Start")
    race.notebook.reload()

    expect(result(race).get_by_role("row")).to_have_count(4, timeout=PATIENCE_MS)  # and the line of the ideal
    race.wait_until_it_fits()


def test_progress_bars_count_the_calls_of_our_pools(counting: Notebook) -> None:
    bars = counting.page.locator(".jp-OutputArea-output").filter(has=counting.page.locator(".widget-hprogress"))
    for at, total in enumerate((40, 30)):
        expect(bars.nth(at)).to_contain_text("100%", timeout=PATIENCE_MS)
        expect(bars.nth(at)).to_contain_text(f"{total}/{total}", timeout=PATIENCE_MS)
    assert counting.value("[len(done), len(also)]") == [40, 30]
