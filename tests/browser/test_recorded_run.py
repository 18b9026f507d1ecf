"""The page of a recorded run, opened from disk as its reader opens it: no server, no kernel."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pool_lab.lab.programs.comparison import comparison
from pool_lab.lab.programs.page import log_of
from pool_lab.lab.programs.page import page as page_of
from pool_lab.lab.programs.run import Facts, RecordedPool, Run
from pool_lab.lab.views.bundle import program, style
from pool_lab.lab.views.timeline import recorded
from pool_lab.lab.views.timeline.recorded import timeline_element

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

TIMELINE = Path(recorded.__file__).parent
MS = 1000
FACTS = Facts("python x.py", "3.13.0", "2 cores", "2026-01-01T00:00:00+00:00", 4.0, 0)
POOLS = (
    RecordedPool("ThreadPoolExecutor", "one interpreter, one GIL", "threads", 4, 1),
    RecordedPool("ProcessPoolExecutor", "an interpreter for each worker", "processes", 4, 1),
)


def run_of(calls: int) -> Run:
    """Calls of two pools, 4 at once, in 4 seconds."""
    length = 8 * 4000 * MS // calls
    rows = []
    for number in range(calls):
        turn, worker = divmod(number // 2, 4)
        began = turn * length
        times = [0, began, began, began + length, began + length]
        rows.append(
            [number % 2, number // 2, "fetch" if turn % 3 else "parse", *times, worker, length // 2, "returned"]
        )
    for row in rows[8:12]:
        row[10:] = ["raised", "ValueError: no"]
    return Run(FACTS, POOLS, rows)


@pytest.fixture
def opened(empty_page: Page, tmp_path: Path) -> Page:
    empty_page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
    (tmp_path / "run.html").write_text(page_of(run_of(64)), encoding="utf-8")
    empty_page.goto((tmp_path / "run.html").as_uri())
    empty_page.wait_for_selector(".pool-lab-timeline[data-done='64']")
    return empty_page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_shows_the_run_in_both_themes(opened: Page, scheme: str, artefacts: Path) -> None:
    opened.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    opened.screenshot(path=artefacts / f"recorded-run-{scheme}.png", full_page=True)
    ink = opened.evaluate("getComputedStyle(document.querySelector('main')).color")
    assert ink == {"light": "rgb(31, 35, 40)", "dark": "rgb(230, 237, 243)"}[scheme]
    words = opened.inner_text("main")
    assert "python x.py" in words
    assert "Functions by total time" in words


def test_searching_for_a_function_shows_only_its_calls(opened: Page) -> None:
    opened.fill("#search", "parse")
    opened.press("#search", "Enter")
    opened.wait_for_selector(".pool-lab-timeline[data-done='24']")
    assert opened.inner_text("#found") == "24 of 64 calls"
    opened.fill("#search", "")
    opened.press("#search", "Enter")
    opened.wait_for_selector(".pool-lab-timeline[data-done='64']")


def spoken(page: Page) -> str:
    return page.inner_text(".pool-lab-said")


def test_a_finding_shows_its_evidence_and_a_second_press_or_escape_ends_that(opened: Page, artefacts: Path) -> None:
    failed = opened.get_by_role("button", name="ThreadPoolExecutor 1: 2 calls failed")
    failed.focus()
    opened.keyboard.press("Enter")
    expect(failed).to_have_attribute("aria-pressed", "true")
    expect(opened.locator(".pool-lab-story")).to_contain_text("Marked: 2 calls")
    assert spoken(opened).startswith("Marked: 2 calls")
    zoomed = opened.locator(".pool-lab-timeline").get_attribute("data-to")
    opened.screenshot(path=artefacts / "recorded-run-evidence.png", full_page=True)
    opened.keyboard.press("Escape")
    expect(failed).to_have_attribute("aria-pressed", "false")
    expect(opened.locator(".pool-lab-story")).to_have_text("")
    assert zoomed != opened.locator(".pool-lab-timeline").get_attribute("data-to")
    failed.click()
    failed.click()
    expect(failed).to_have_attribute("aria-pressed", "false")


def test_the_longest_queue_is_shown_at_its_moment(opened: Page) -> None:
    queue = opened.locator("dd button")
    queue.click()
    many = queue.inner_text().partition(" ")[0]
    expect(opened.locator(".pool-lab-timeline")).to_have_attribute("data-mode", '"held"')
    expect(opened.locator(".pool-lab-story")).to_have_text(re.compile(f"^Marked: {many} queued at "))


def test_a_slow_call_is_selected_and_a_function_fills_the_search(opened: Page) -> None:
    opened.locator("section", has_text="Functions by total time").get_by_role("button", name="parse").click()
    assert (opened.input_value("#search"), opened.inner_text("#found")) == ("parse", "24 of 64 calls")
    slow = opened.locator("section", has_text="Slowest calls").get_by_role("button").first
    slow.click()
    assert opened.input_value("#search") == "", "else the call might not be there"
    opened.wait_for_selector(".pool-lab-timeline[data-done='64']")
    expect(opened.locator(".pool-lab-timeline")).not_to_have_attribute("data-selected", "null")
    assert re.match(r"Marked: call \d+ for .* on\. Call \d+, ", spoken(opened))


def test_headings_are_in_order_and_each_control_has_a_name(opened: Page) -> None:
    levels = opened.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((one) => one.tagName)")
    assert levels == ["H1", "H2", "H2", "H2", "H2"]
    tree = opened.locator("body").aria_snapshot()
    assert not re.findall(r"- (?:button|slider|combobox|region|application)(?:\n|$| \[)", tree)


def test_two_runs_are_on_one_axis(empty_page: Page, tmp_path: Path, artefacts: Path) -> None:
    empty_page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
    (tmp_path / "two.html").write_text(comparison(run_of(64), run_of(32)), encoding="utf-8")
    empty_page.goto((tmp_path / "two.html").as_uri())
    empty_page.wait_for_selector(".pool-lab-timeline[data-done='96']")
    assert "Two runs" in empty_page.inner_text("main")
    empty_page.screenshot(path=artefacts / "recorded-runs-compared.png", full_page=True)


def test_the_keyboard_goes_through_calls_and_time(opened: Page) -> None:
    opened.focus(".pool-lab-stage")
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function("document.querySelector('.pool-lab-story').textContent.includes('parse')")
    opened.keyboard.press("+")
    opened.keyboard.press("Space")
    opened.wait_for_selector(".pool-lab-scrubber:not([hidden])")


def test_a_narrow_page_does_not_scroll_sideways(opened: Page, artefacts: Path) -> None:
    opened.set_viewport_size({"width": 480, "height": 800})
    opened.screenshot(path=artefacts / "recorded-run-narrow.png", full_page=True)
    opened.wait_for_function("document.documentElement.scrollWidth <= 480")


def test_a_hundred_thousand_calls_are_shown(empty_page: Page, tmp_path: Path) -> None:
    (tmp_path / "run.html").write_text(page_of(run_of(100_000)), encoding="utf-8")
    empty_page.goto((tmp_path / "run.html").as_uri())
    empty_page.wait_for_selector(".pool-lab-timeline[data-done='100000']")


COUNT_SHAPES = """() => {
  window.shapes = window.round = 0;
  for (const name of ["fillRect", "roundRect", "lineTo"]) {
    for (const { prototype } of [CanvasRenderingContext2D, Path2D]) {
      const draw = prototype[name];
      if (draw) prototype[name] = function (...where) {
        window.shapes += 1;
        window.round += name === "roundRect";
        return draw.apply(this, where);
      };
    }
  }
}"""


@pytest.mark.parametrize(("zooms", "least"), [(1, 1), (9, 1000), (12, 500)])
def test_what_is_drawn_of_very_many_calls_is_bounded(
    empty_page: Page, tmp_path: Path, artefacts: Path, zooms: int, least: int
) -> None:
    """At most a few shapes for each pixel of each lane, and few with round corners, which take ten times as long."""
    (tmp_path / "run.html").write_text(page_of(run_of(100_000)), encoding="utf-8")
    empty_page.goto((tmp_path / "run.html").as_uri())
    timeline = empty_page.locator(".pool-lab-timeline[data-done='100000']")
    empty_page.focus(".pool-lab-stage")
    for _ in range(zooms):
        shown = timeline.get_attribute("data-to")
        empty_page.keyboard.press("+")
        expect(timeline).not_to_have_attribute("data-to", shown or "")
    empty_page.evaluate(COUNT_SHAPES)
    empty_page.keyboard.press("Shift+ArrowRight")
    empty_page.wait_for_function("window.shapes > 0")
    empty_page.screenshot(path=artefacts / f"recorded-run-zoomed-{zooms}.png")
    lanes, width = 8, 960
    assert least < empty_page.evaluate("window.shapes") < 2 * lanes * width
    assert empty_page.evaluate("window.round") < 700


def test_several_timelines_in_one_page_are_each_about_their_run(empty_page: Page) -> None:
    empty_page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
    css, js = style(TIMELINE / "timeline.css"), program(TIMELINE / "recorded.js")
    elements = [timeline_element(log_of(run_of(calls), [0, 1]), f"{calls} calls") for calls in (16, 32)]
    empty_page.set_content(f'<style>{css}</style><script type="module">{js}</script>{"".join(elements)}')
    for calls in (16, 32):
        empty_page.wait_for_selector(f".pool-lab-timeline[data-done='{calls}']")
    assert empty_page.locator(".pool-lab-caption").all_inner_texts() == ["16 calls", "32 calls"]
