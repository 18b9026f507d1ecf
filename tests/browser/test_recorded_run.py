"""The page of a recorded run, opened from disk as its reader opens it: no server, no kernel."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from pool_lab.lab.programs.page import log_of
from pool_lab.lab.programs.page import page as page_of
from pool_lab.lab.programs.run import Facts, RecordedPool, Run
from pool_lab.lab.views.timeline.recorded import timeline_assets, timeline_element

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

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
    assert opened.evaluate("document.documentElement.scrollWidth") <= 480


def test_a_hundred_thousand_calls_are_shown(empty_page: Page, tmp_path: Path) -> None:
    (tmp_path / "run.html").write_text(page_of(run_of(100_000)), encoding="utf-8")
    empty_page.goto((tmp_path / "run.html").as_uri())
    empty_page.wait_for_selector(".pool-lab-timeline[data-done='100000']")


def test_several_timelines_in_one_page_are_each_about_their_run(empty_page: Page) -> None:
    empty_page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
    css, js = timeline_assets()
    elements = [timeline_element(log_of(run_of(calls), [0, 1]), f"{calls} calls") for calls in (16, 32)]
    empty_page.set_content(f'<style>{css}</style><script type="module">{js}</script>{"".join(elements)}')
    for calls in (16, 32):
        empty_page.wait_for_selector(f".pool-lab-timeline[data-done='{calls}']")
    assert empty_page.locator(".pool-lab-caption").all_inner_texts() == ["16 calls", "32 calls"]
