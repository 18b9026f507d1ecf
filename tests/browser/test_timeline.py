"""A timeline in a notebook survives what a notebook goes through, and the pool it watches does not notice."""

import re
from base64 import b64encode

import pytest
from playwright.sync_api import expect

from tests.browser.jupyterlab import JupyterLab
from tests.browser.notebook import FITS, PATIENCE_MS, Notebook, Picture, until

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

WAITING = "data.running && data.queued === 4 && data.runningCalls === 2"
DONE = "data.done === 6 && data.runningCalls === 0 && data.bars === 6"
ALL_DONE = "sum(future.done() for future in futures)"


@pytest.fixture
def picture(watching: Notebook) -> Picture:
    """Two calls run, and four wait."""
    picture = Picture(watching)
    picture.wait_for(WAITING)
    return picture


def open_the_gate(picture: Picture) -> None:
    """And see the calls end, on the page and in the kernel."""
    picture.notebook.value("gate.set()")
    picture.wait_for(DONE)
    assert picture.notebook.value(ALL_DONE) == 6
    assert picture.notebook.value("len(watched.trace.spans)") == 6


def test_a_reload_in_the_middle_of_a_run_loses_nothing(picture: Picture) -> None:
    picture.notebook.reload()
    picture.wait_for(WAITING)
    expect(picture.caption).to_have_text("Now: 4 queued, 2 running", timeout=PATIENCE_MS)
    open_the_gate(picture)


def test_a_notebook_that_is_closed_and_opened_again_shows_its_run(picture: Picture, watching: Notebook) -> None:
    watching.put_away()
    expect(picture.timeline).to_have_count(0)
    watching.take_out()
    picture.wait_for(WAITING)
    open_the_gate(picture)


def test_two_views_of_one_watch_show_the_same_and_each_has_a_moment_of_its_own(
    picture: Picture, watching: Notebook
) -> None:
    second = Picture(watching, 1)
    watching.run_in_last_cell("watched")
    second.wait_for(WAITING)
    second.view.get_by_role("button", name="Pause").click()
    second.wait_for("data.mode === 'held'")
    open_the_gate(picture)
    second.wait_for(DONE)
    expect(second.caption).to_have_text(re.compile("^At .*: 4 queued, 2 running$"), timeout=PATIENCE_MS)
    picture.wait_for("data.mode === 'live'")


def test_a_pool_may_be_watched_twice(picture: Picture, watching: Notebook) -> None:
    second = Picture(watching, 1)
    watching.run_in_last_cell("watch(pool)")
    second.wait_for("data.running")
    open_the_gate(picture)
    # The later one has not seen the calls being submitted, but it sees four of them run.
    second.wait_for("data.done === 6 && data.bars >= 4")


def test_a_cell_that_is_run_again_in_the_middle_of_a_run_starts_anew_and_harms_no_call(
    picture: Picture, watching: Notebook
) -> None:
    watching.value("globals().update(old_gate=gate, old_futures=futures)")
    watching.run_cell(1)
    picture.wait_for("data.running && data.bars === 0")
    watching.value("old_gate.set()")
    assert watching.value("len(wait(old_futures, 60).done)") == 6
    watching.run_cell(2)
    picture.wait_for(WAITING)
    open_the_gate(picture)


def test_an_interrupt_ends_the_cell_and_not_the_view(picture: Picture, watching: Notebook) -> None:
    watching.interrupt("wait(futures)")
    picture.wait_for(WAITING)
    open_the_gate(picture)


def test_a_view_says_so_when_its_kernel_has_gone_and_a_new_run_is_seen(picture: Picture, watching: Notebook) -> None:
    watching.restart()
    expect(picture.trouble).to_contain_text("No message from Python", timeout=PATIENCE_MS)
    moment = picture.timeline.get_attribute("data-moment")
    watching.run_all()
    picture.wait_for(WAITING)
    assert moment is not None
    expect(picture.trouble).to_have_text("")
    open_the_gate(picture)


def test_a_run_that_is_over_can_be_shown_for_the_first_time_and_played_again(watching: Notebook) -> None:
    watching.value("gate.set() or wait(futures) and pool.shutdown()")
    watching.run_in_last_cell("watched")
    late = Picture(watching, 1)
    late.wait_for(f"!data.running && {DONE}")
    expect(late.caption).to_have_text(watching.value("watched.summary()"), timeout=PATIENCE_MS)
    late.view.get_by_role("button", name="Play again").click()
    late.wait_for("data.mode === 'playing'")
    late.wait_for("data.mode === 'live'")


def test_keys_reach_the_timeline_and_not_the_notebook(picture: Picture, watching: Notebook) -> None:
    open_the_gate(picture)
    picture.view.locator(".pool-lab-stage").focus()
    cells = watching.page.locator(".jp-Cell").count()
    for key in ("ArrowRight", "ArrowRight", "b", "0", "0", "+", "+"):
        watching.page.keyboard.press(key)
    picture.wait_for("data.selected !== null && data.from > 0")
    assert watching.page.locator(".jp-Cell").count() == cells
    assert watching.value(ALL_DONE) == 6


def test_a_slider_says_that_the_kernel_does_not_answer_and_no_longer_when_it_does(
    picture: Picture, watching: Notebook
) -> None:
    handle, waiting = picture.view.locator(".noUi-handle"), picture.view.locator(".pool-lab-waiting")
    with watching.blocked_by("gate.wait(60)"):
        handle.press("ArrowRight")
        expect(waiting).to_contain_text("Waiting for the kernel", timeout=PATIENCE_MS)
    expect(waiting).to_have_text("", timeout=PATIENCE_MS)
    assert watching.value("pool._max_workers") == 3
    open_the_gate(picture)


SIGHT = """(view) => {
  const pane = view.closest(".jp-WindowedPanel-outer").getBoundingClientRect(), { top } = view.getBoundingClientRect();
  const cell = document.querySelector(".jp-Cell.jp-mod-active").getBoundingClientRect();
  return { above: pane.top - top, next: pane.bottom - cell.top };
}"""


def test_running_a_cell_with_the_keyboard_keeps_the_moving_picture_and_the_next_cell_in_sight(
    stepping: Notebook,
) -> None:
    picture = Picture(stepping)
    picture.wait_for(WAITING)
    stepping.value("[gate.set(), [future.result() for future in futures], gate.clear()][-1]")
    picture.wait_for("data.done === 6")
    stepping.page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 2; }")
    picture.timeline.scroll_into_view_if_needed()
    picture.view.evaluate("(view) => view.scrollIntoView()")
    stepping.page.locator(".jp-Cell.jp-mod-active .jp-InputPrompt").click()
    stepping.page.keyboard.press("Shift+Enter")
    picture.wait_for("data.runningCalls === 2")
    stepping.page.wait_for_timeout(1500)
    seen = picture.timeline.evaluate(SIGHT)
    assert stepping.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex") == 3
    assert seen["above"] <= 1, "the picture has not been scrolled out of sight"
    assert seen["next"] >= 40, "nor has the next cell"
    stepping.value("gate.set()")


STILL = ".jp-RenderedImage > img"


def test_a_saved_notebook_without_its_kernel_shows_the_picture_and_no_error(
    picture: Picture, watching: Notebook, lab: JupyterLab
) -> None:
    open_the_gate(picture)
    watching.page.wait_for_selector(STILL, state="attached", timeout=PATIENCE_MS)
    watching.put_away()
    lab.end_kernels()
    watching.take_out()
    expect(watching.page.locator(STILL)).to_be_visible(timeout=PATIENCE_MS)
    gone = watching.page.locator(".jp-OutputArea-output.jupyter-widgets")
    expect(gone).to_have_css("font-size", "0px", timeout=PATIENCE_MS)  # of JupyterLab's words for an error
    words = gone.evaluate("(element) => getComputedStyle(element, '::after').content")
    assert "until its kernel stopped" in words
    watching.run_all()
    picture.wait_for(WAITING)
    open_the_gate(picture)


GROUND = """async ([png, x, y]) => {
  const pixels = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const pen = new OffscreenCanvas(pixels.width, pixels.height).getContext("2d");
  pen.drawImage(pixels, 0, 0);
  return [...pen.getImageData(x, y, 1, 1).data].slice(0, 3);
}"""


def test_a_still_is_dark_on_a_dark_page_and_light_on_a_light_one(picture: Picture, watching: Notebook) -> None:
    open_the_gate(picture)
    watching.run_in_last_cell("watched.figure()")
    still = watching.page.locator(STILL).last
    for theme, is_dark in (("Light", False), ("Dark", True)):
        watching.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        watching.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{str(not is_dark).lower()}'")
        shot = b64encode(still.screenshot()).decode()
        ground = watching.page.evaluate(GROUND, [shot, 4, 4])
        assert (max(ground) < 64) is is_dark, ground
    watching.command("apputils:change-theme", theme="JupyterLab Light")


GAPS = """(element) => {
  const bar = element.closest(".jp-Cell-outputWrapper").querySelector(".jp-Collapser").getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect().left - bar.right;
}"""


def test_on_a_narrow_page_no_text_touches_the_bar_of_its_cell(picture: Picture, watching: Notebook) -> None:
    open_the_gate(picture)
    watching.run_in_last_cell("from IPython.display import Markdown\nMarkdown('As a verdict.')")
    watching.page.set_viewport_size({"width": 480, "height": 1000})
    try:
        until(picture.view, FITS)
        for text in (
            picture.view.locator(".pool-lab-title"),
            picture.caption,
            watching.page.get_by_text("As a verdict."),
        ):
            until(text.last, f"(text) => ({GAPS})(text) >= 8")
    finally:
        watching.page.set_viewport_size({"width": 1280, "height": 1000})
