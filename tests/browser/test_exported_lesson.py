"""An exported lesson, opened from disk as its reader opens it: no server, no kernel, no network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4
from playwright.sync_api import Browser, Page

from pool_lab import ThreadPoolExecutor
from pool_lab.lab import race, watch, workloads
from pool_lab.lab.display import Display
from pool_lab.lessons.exporting.page import export
from tools import store_notebooks

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")


def shown(display: Display) -> nbformat.NotebookNode:
    """The output of a cell that shows it when nobody is there."""
    data, metadata = display._still()
    output: nbformat.NotebookNode = v4.new_output("display_data", data, metadata=metadata)
    return output


@pytest.fixture(scope="module")
def page_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    with ThreadPoolExecutor(2) as pool:
        calls = watch(pool, names="ABCDEFGH")
        for number in range(8):
            pool.submit(divmod, 9, number)
    contest = race(workloads.of(abs, range(4)), workers=2, executors=["threads"])
    cells = [
        v4.new_markdown_cell("# A lesson\n\nIts first words."),
        v4.new_code_cell("calls", outputs=[shown(calls)]),
        v4.new_code_cell('more = predict("07 workers")', outputs=[]),
        v4.new_code_cell("contest", outputs=[shown(contest)]),
    ]
    notebook = v4.new_notebook(cells=cells, metadata=store_notebooks.METADATA)
    store_notebooks.fold(notebook)
    path = tmp_path_factory.mktemp("lesson") / "lesson.ipynb"
    nbformat.write(notebook, path)
    return export(path)


@pytest.fixture
def context_options() -> dict[str, Any]:
    return {}


@pytest.fixture
def lesson(browser: Browser, page_text: str, tmp_path: Path, context_options: dict[str, Any]) -> Iterator[Page]:
    """The page, without a network. What it asks for or complains about fails the test."""
    (tmp_path / "lesson.html").write_text(page_text, encoding="utf-8")
    context = browser.new_context(viewport={"width": 960, "height": 800}, offline=True, **context_options)
    page, said, asked = context.new_page(), list[str](), list[str]()
    page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
    page.on("console", lambda message: said.extend([message.text]))
    page.on("request", lambda request: asked.extend([request.url]))
    page.goto((tmp_path / "lesson.html").as_uri())
    yield page
    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_a_timeline_is_played_zoomed_and_asked(lesson: Page, artefacts: Path) -> None:
    timeline = lesson.locator(".pool-lab-timeline").first
    lesson.wait_for_selector(".pool-lab-timeline[data-done='8']")
    assert not lesson.locator(".still").first.is_visible()
    lesson.screenshot(path=artefacts / "exported-lesson.png", full_page=True)
    timeline.locator(".pool-lab-stage").focus()
    lesson.keyboard.press("ArrowRight")
    lesson.wait_for_function("document.querySelector('.pool-lab-story').textContent.includes('divmod')")
    lesson.keyboard.press("+")
    lesson.wait_for_selector(".pool-lab-all:visible")
    lesson.keyboard.press("0")
    lesson.wait_for_selector(".pool-lab-all", state="hidden")
    lesson.locator(".pool-lab-play").first.click()
    lesson.wait_for_selector(".pool-lab-moment:not(:empty)")
    list_of_futures = timeline.locator(".pool-lab-futures")
    assert "8 calls" in list_of_futures.inner_text()


def test_an_answer_is_covered_until_it_is_opened_with_the_keyboard(lesson: Page, artefacts: Path) -> None:
    assert lesson.locator(".pool-lab-timeline").count() == 1, "what is covered is not drawn yet"
    lesson.locator(".answer > summary").focus()
    lesson.keyboard.press("Enter")
    lesson.wait_for_selector(".answer .pool-lab-timeline[data-done='4']")
    assert lesson.locator(".answer canvas").bounding_box()["width"] > 500  # type: ignore[index]  # it is to be seen
    assert lesson.locator(".pool-lab-result").inner_text().startswith("Result")
    lesson.screenshot(path=artefacts / "exported-lesson-answer.png", full_page=True)


@pytest.mark.parametrize("context_options", [{"color_scheme": "dark"}], ids=["dark"])
def test_light_and_dark_follow_the_system_until_the_reader_switches(lesson: Page) -> None:
    ground = "getComputedStyle(document.querySelector('.page')).backgroundColor"
    assert lesson.evaluate(ground) == "rgb(17, 20, 24)"
    lesson.emulate_media(color_scheme="light")
    assert lesson.evaluate(ground) == "rgb(255, 255, 255)"
    lesson.click("text=Dark")
    assert lesson.evaluate(ground) == "rgb(17, 20, 24)"
    assert lesson.inner_text("button.theme") == "Light"


def test_a_narrow_page_does_not_scroll_sideways(lesson: Page) -> None:
    lesson.set_viewport_size({"width": 480, "height": 800})
    lesson.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    lesson.wait_for_selector(".answer .pool-lab-timeline[data-done='4']")
    lesson.wait_for_function("document.documentElement.scrollWidth <= 480")


@pytest.mark.parametrize("context_options", [{"java_script_enabled": False}], ids=["no JavaScript"])
def test_without_javascript_the_pictures_are_there(lesson: Page) -> None:
    assert lesson.locator(".still img").first.is_visible()


def test_on_paper_there_are_pictures_in_place_of_timelines(lesson: Page) -> None:
    lesson.wait_for_selector(".pool-lab-timeline[data-done='8']")
    lesson.emulate_media(media="print")
    assert lesson.locator(".still img").first.is_visible()
    assert not lesson.locator(".pool-lab-timeline").first.is_visible()
