"""What a reader can do with a timeline, and what it tells: on a page of its own, with events that the test writes."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from pool_lab.events import Event, EventKind
from pool_lab.lab.views.timeline.view import Panel
from tests.browser.timeline_page import FRAMES, THREADS, TimelinePage, busy

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

FOUR = Panel("ProcessPoolExecutor", "an interpreter for each worker", "processes", 4)
ENDINGS = {
    "raised": "ValueError: no",
    "timed out": "TimeoutError: call 1, nap, ran longer than the task_timeout of 1 seconds and was stopped",
    "crashed": "WorkerDiedError: worker 2 (process 7) was killed by SIGKILL while it ran call 2, nap",
}

# The opaque pixels of a part of the picture, as text; sizes are those of the page.
PIXELS = """(canvas, [x, y, width, height]) => {
  const ratio = canvas.width / canvas.clientWidth, part = [x, y, width, height].map((size) => Math.round(size * ratio));
  return [...canvas.getContext("2d").getImageData(...part).data].map((value) => value >> 5).join("");
}"""
IS_EMPTY = """(canvas, part) =>
  !canvas.getContext("2d").getImageData(...part).data.some((value, at) => at % 4 === 3 && value > 200)"""


@pytest.fixture
def timeline(empty_page: Page) -> Iterator[TimelinePage]:
    timeline = TimelinePage(empty_page)
    yield timeline
    assert empty_page.evaluate("window.troubles") == []


@pytest.fixture
def finished(timeline: TimelinePage) -> TimelinePage:
    """Two workers with five calls of a quarter of a second each; call 0 to 4 on w0."""
    timeline.begin()
    timeline.happen(*busy([[0.25] * 5, [0.25] * 5]))
    timeline.end("Threads took 1.2 s.")
    return timeline


def at(time: float, kind: EventKind, **facts: Any) -> Event:
    return Event(1000 + int(time * 1000), 100.0 + time, kind, **facts)


def start_one(timeline: TimelinePage, call: int, time: float, worker: int = 0) -> None:
    timeline.happen(at(time, EventKind.SUBMITTED, call=call, name="nap"))
    timeline.happen(at(time + 0.001, EventKind.STARTED, call=call, worker=worker))


def move_to(timeline: TimelinePage, across: float, down: float) -> None:
    box = timeline.canvas.bounding_box()
    assert box is not None
    timeline.page.mouse.move(box["x"] + box["width"] * across, box["y"] + down)


def ctrl_wheel(timeline: TimelinePage, turn: float) -> None:
    timeline.page.keyboard.down("Control")
    timeline.page.mouse.wheel(0, turn)
    timeline.page.keyboard.up("Control")


# Which moment


def test_a_call_that_outlives_the_watching_is_drawn_no_further(timeline: TimelinePage) -> None:
    timeline.begin(THREADS._replace(until=0.5), THREADS)
    start_one(timeline, 0, 0.0)
    timeline.happen(*busy([[4.0]]), panel=1)
    timeline.end()
    assert not timeline.canvas.evaluate(IS_EMPTY, [160, 33, 40, 22])
    assert timeline.canvas.evaluate(IS_EMPTY, [300, 33, 500, 22])
    timeline.press("ArrowRight")
    expect(timeline.story).to_contain_text("running on w0 for 0.50 s")


def test_the_words_below_and_the_counts_above_are_of_the_same_moment(timeline: TimelinePage) -> None:
    timeline.page.evaluate("window.set('caption', '')")
    timeline.begin()
    expect(timeline.caption).to_have_text("Nothing has been submitted yet.")
    timeline.page.evaluate("window.set('caption', 'Words of an earlier moment.')")
    start_one(timeline, 0, 0.5)
    timeline.happen(at(0.6, EventKind.SUBMITTED, call=1, name="nap"))
    assert (timeline.facts()["runningCalls"], timeline.caption.inner_text()) == (1, "Now: 1 queued, 1 running")
    timeline.happen(at(2, EventKind.FAILED, call=0, worker=0, error="ValueError: no"))
    assert (timeline.facts()["done"], timeline.caption.inner_text()) == (1, "Now: 1 queued, 1 done (1 failed)")
    timeline.happen(at(3, EventKind.CANCELLED, call=1))
    timeline.page.evaluate("window.set('caption', '')")
    timeline.hear(type="end", now=3)
    expect(timeline.caption).to_have_text("At the end: 2 done (1 failed, 1 cancelled)")
    timeline.end("Threads took 2.5 s.")
    expect(timeline.caption).to_have_text("Threads took 2.5 s.")


def test_a_held_picture_stands_still_while_the_run_goes_on(timeline: TimelinePage) -> None:
    timeline.begin()
    start_one(timeline, 0, 0.5)
    timeline.press(" ")
    held = timeline.facts()
    timeline.happen(at(2, EventKind.FINISHED, call=0, worker=0))
    start_one(timeline, 1, 2.5)
    later = timeline.facts()
    assert held["mode"] == later["mode"] == "held"
    assert held["moment"] == later["moment"] < 2
    assert (later["from"], later["to"]) == (held["from"], held["to"])
    assert later["done"] == 1
    expect(timeline.caption).to_contain_text("1 running")
    timeline.press("Escape")
    assert timeline.facts()["mode"] == "live"
    assert timeline.facts()["moment"] >= 2


def test_a_finished_run_is_played_again_from_its_start_to_its_end(finished: TimelinePage) -> None:
    button = finished.page.get_by_role("button", name="Play again")
    button.click()
    assert finished.facts()["mode"] == "playing"
    assert finished.facts()["moment"] < 1
    finished.page.get_by_role("button", name="Pause").click()
    held = finished.facts()["moment"]
    assert finished.facts()["moment"] == held
    finished.page.get_by_role("button", name="Play", exact=True).click()
    finished.page.wait_for_function("document.querySelector('.pool-lab-timeline').dataset.mode === '\"live\"'")
    assert finished.facts()["moment"] == 1.25
    expect(finished.caption).to_have_text("Threads took 1.2 s.")


def test_the_scrubber_shows_what_was_then_and_says_it(finished: TimelinePage) -> None:
    finished.scrubber.fill("472")
    moment = finished.facts()["moment"]
    assert 0.5 < moment < 0.75
    expect(finished.caption).to_have_text(f"At {moment:.2f} s: 4 queued, 2 running, 4 done")
    expect(finished.scrubber).to_have_attribute("aria-valuetext", f"{moment:.2f} s")
    finished.scrubber.focus()
    finished.page.keyboard.press("End")
    assert finished.facts()["mode"] == "live"


def test_a_replay_passes_over_a_pause(timeline: TimelinePage) -> None:
    timeline.begin()
    timeline.happen(*busy([[0.5]]))
    start_one(timeline, 7, 60)
    timeline.happen(at(60.5, EventKind.FINISHED, call=7, worker=0))
    timeline.end()
    box = timeline.canvas.bounding_box()
    assert box is not None
    left = 142 / box["width"]
    assert timeline.facts()["to"] > 60
    finished = []
    for step in range(1, 20):
        timeline.scrubber.fill(str(step * 50))
        finished.append(timeline.facts()["moment"])
    # Half of the axis is the first call, half the second: the minute between them is narrow.
    assert sum(moment < 0.5 for moment in finished) >= 8
    assert sum(moment > 60 for moment in finished) >= 8
    assert left < 1


# Which part of the axis


def test_ctrl_and_the_wheel_zoom_about_what_is_pointed_at(finished: TimelinePage) -> None:
    before = finished.facts()
    move_to(finished, 0.9, 60)
    ctrl_wheel(finished, -200)
    near = finished.facts()
    assert near["to"] - near["from"] < (before["to"] - before["from"]) / 2
    assert near["from"] > 0.5
    for _ in range(6):
        ctrl_wheel(finished, 200)
    far = finished.facts()
    assert (far["from"], far["to"]) == (before["from"], before["to"])


def test_the_wheel_alone_leaves_the_page_its_scrolling(finished: TimelinePage) -> None:
    finished.page.evaluate("document.body.style.height = '4000px'")
    before = finished.facts()
    move_to(finished, 0.5, 60)
    finished.page.mouse.wheel(0, 300)
    finished.page.wait_for_function("window.scrollY > 0")
    assert finished.facts() == before


def test_a_drag_pans_and_a_double_click_shows_all(finished: TimelinePage) -> None:
    whole = finished.facts()
    finished.press("+", "+", "+")
    before = finished.facts()
    move_to(finished, 0.5, 60)
    finished.page.mouse.down()
    move_to(finished, 0.3, 60)
    finished.page.mouse.up()
    after = finished.facts()
    assert after["from"] > before["from"]
    assert after["to"] - after["from"] == pytest.approx(before["to"] - before["from"], abs=1e-4)
    assert after["selected"] is None
    finished.canvas.dblclick(position={"x": 400, "y": 60})
    assert finished.facts()["to"] == whole["to"]


def test_two_fingers_zoom(finished: TimelinePage) -> None:
    touch = finished.page.context.new_cdp_session(finished.page)
    box = finished.canvas.bounding_box()
    assert box is not None

    def fingers(kind: str, *places: float) -> None:
        points = [{"x": box["x"] + x, "y": box["y"] + 60, "id": number} for number, x in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = finished.facts()
    fingers("touchStart", 500, 560)
    for spread in range(60, 360, 50):
        fingers("touchMove", 500, 500 + spread)
    fingers("touchEnd")
    after = finished.facts()
    assert after["to"] - after["from"] < (before["to"] - before["from"]) / 2


def test_keys_zoom_pan_and_show_all_and_the_notebook_does_not_get_them(finished: TimelinePage) -> None:
    finished.page.evaluate("document.addEventListener('keydown', ({ key }) => window.troubles.push(key))")
    finished.page.evaluate(
        "document.addEventListener('keydown', ({ key }) => key === 'Shift' && window.troubles.pop())"
    )
    whole = finished.facts()
    finished.press("+", "+")
    near = finished.facts()
    finished.press("Shift+ArrowRight")
    panned = finished.facts()
    assert near["to"] - near["from"] < whole["to"] - whole["from"]
    assert panned["from"] > near["from"]
    finished.press("0")
    assert finished.facts()["to"] == whole["to"]


def test_a_window_that_shows_the_present_goes_along_with_it(timeline: TimelinePage) -> None:
    timeline.begin()
    timeline.happen(*busy([[0.25] * 8]))
    start_one(timeline, 99, 2)
    timeline.settle()
    timeline.press("+", "+", *["Shift+ArrowRight"] * 30)
    before = timeline.facts()
    timeline.happen(at(50, EventKind.SUBMITTED, call=100))
    after = timeline.facts()
    assert after["from"] > before["from"]
    assert after["from"] < after["moment"] < after["to"]


# One call


def test_arrow_keys_go_from_call_to_call_and_tell_their_stories(finished: TimelinePage) -> None:
    said = finished.page.get_by_role("status")
    expect(said).to_have_text("Threads took 1.2 s.")  # the last word of the run comes a moment after its end
    finished.press("ArrowRight", "ArrowRight", "ArrowRight")
    assert finished.facts()["selected"] == [0, 2]
    told = "Call 2, parse: submitted at 0 s · waited 0.50 s · ran on w0 for 0.25 s · 50% of it on a core · returned"
    expect(finished.story).to_have_text(told)
    expect(said).to_have_text(told)
    finished.press("ArrowDown")
    assert finished.facts()["selected"] == [0, 7]
    finished.press("End")
    assert finished.facts()["selected"][1] in (4, 9)
    finished.press("Home", "ArrowLeft")
    assert finished.facts()["selected"] == [0, 0]
    finished.press("Enter")
    near = finished.facts()
    assert near["to"] - near["from"] == pytest.approx(0.75, abs=0.01)


def test_a_click_selects_a_call_and_pointing_at_it_is_enough_for_its_story(finished: TimelinePage) -> None:
    move_to(finished, 0.2, 45)
    expect(finished.page.locator(".pool-lab-tip")).to_contain_text("Call 0, parse: submitted at 0 s")
    finished.page.mouse.down()
    finished.page.mouse.up()
    assert finished.facts()["selected"] == [0, 0]
    move_to(finished, 0.99, 45)
    finished.page.mouse.down()
    finished.page.mouse.up()
    assert finished.facts()["selected"] is None


def test_the_story_goes_as_far_as_the_moment_that_is_shown(finished: TimelinePage) -> None:
    finished.press("ArrowRight", "ArrowRight", "ArrowRight")
    finished.scrubber.fill("100")
    expect(finished.story).to_have_text("Call 2, parse: submitted at 0 s · queued")
    finished.scrubber.fill("472")
    expect(finished.story).to_contain_text("running on w0 for")


def test_a_call_in_the_list_shows_its_state_and_finds_its_bar(finished: TimelinePage) -> None:
    finished.page.locator("summary").click()
    expect(finished.chips()).to_have_count(10)
    expect(finished.chips().nth(9)).to_have_attribute("title", "call 9: returned")
    finished.press("+", "+", "+", "+")
    finished.page.get_by_label("call 4: returned").click()
    found = finished.facts()
    assert found["selected"] == [0, 4]
    assert found["from"] <= 1.0 <= found["to"]
    finished.scrubber.fill("0")
    finished.press("0")
    assert finished.facts()["from"] <= 0  # the scrubber goes over what is shown
    finished.scrubber.fill("472")
    for number, state in enumerate(["returned", "running", "queued"], start=1):
        expect(finished.chips().nth(number)).to_have_attribute("title", f"call {number}: {state}")


def test_the_list_can_be_walked_with_keys(finished: TimelinePage) -> None:
    finished.page.locator("summary").click()
    finished.page.get_by_role("listbox").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
        finished.page.keyboard.press(key)
    assert finished.facts()["selected"] == [0, 2]
    expect(finished.page.get_by_label("call 2: returned")).to_have_attribute("aria-selected", "true")


# What the picture shows


def test_each_way_to_fail_has_a_shape_a_letter_and_words_of_its_own(timeline: TimelinePage) -> None:
    timeline.begin(FOUR)
    for number, error in enumerate([*ENDINGS.values(), None]):
        start_one(timeline, number, 0.0, worker=number)
        kind = EventKind.FAILED if error else EventKind.FINISHED
        timeline.happen(at(1, kind, call=number, worker=number, error=error))
    timeline.end()
    timeline.page.evaluate(FRAMES, 3)
    lanes = [timeline.canvas.evaluate(PIXELS, [150, 34 + 24 * lane, 600, 20]) for lane in range(4)]
    assert len(set(lanes)) == 4
    facts = timeline.facts()
    assert (facts["failed"], facts["timedOut"], facts["crashed"], facts["done"]) == (1, 1, 1, 4)
    timeline.press("Home")
    for words in ("raised ValueError: no", "was stopped: it ran out of time", "crashed: WorkerDiedError", "returned"):
        expect(timeline.story).to_contain_text(words)
        timeline.press("ArrowDown")


def test_a_call_with_a_name_has_it_on_its_bar_in_the_list_and_in_its_story(timeline: TimelinePage) -> None:
    for names in (None, ["A", "B"]):
        timeline.begin(THREADS._replace(names=names))
        timeline.happen(*busy([[1.0, 1.0], [2.0]], cpu=1.0))
        timeline.end()
        timeline.page.evaluate(FRAMES, 3)
    plain, named = (timeline.canvas.evaluate(PIXELS, [142, 34 + 24 * lane, 60, 20]) for lane in (1, 0))
    assert plain != named, "the third call has no name"
    timeline.press("Home")
    expect(timeline.story).to_contain_text("Call A, parse: ")
    timeline.page.locator("summary").click()
    titles = [timeline.chips().nth(number).get_attribute("title") for number in range(3)]
    assert titles == ["call A: returned", "call B: returned", "call 2: returned"]


def test_a_call_that_failed_at_the_very_start_has_a_whole_cross(timeline: TimelinePage) -> None:
    timeline.begin()
    timeline.happen(at(0, EventKind.SUBMITTED, call=0, name="nap"), at(0, EventKind.STARTED, call=0, worker=0))
    timeline.happen(at(0.0001, EventKind.FAILED, call=0, worker=0, error="ValueError: no"))
    start_one(timeline, 1, 0.5, worker=1)
    timeline.happen(at(1, EventKind.FINISHED, call=1, worker=1))
    timeline.end()
    timeline.page.evaluate(FRAMES, 3)
    lane_begins = 140
    assert not timeline.canvas.evaluate(IS_EMPTY, [lane_begins + 6, 33, 3, 22])  # the right arms, the bar is a line


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_call_moves_from_the_queue_to_its_worker_unless_motion_is_unwanted(
    empty_page: Page, motion: Literal["no-preference", "reduce"]
) -> None:
    empty_page.emulate_media(reduced_motion=motion)
    empty_page.clock.install(time=0)
    empty_page.clock.pause_at(1000)
    timeline = TimelinePage(empty_page)
    timeline.begin()
    timeline.happen(at(0, EventKind.SUBMITTED, call=0, name="nap"))
    start_one(timeline, 1, 100)
    seen = 0
    for _ in range(10):
        empty_page.clock.run_for(40)
        # The lane is empty left of where the call begins: what is there is on its way.
        seen += not timeline.canvas.evaluate(IS_EMPTY, [160, 36, 300, 16])
    assert (seen > 0) is (motion == "no-preference")


def test_the_theme_may_change_while_calls_run(timeline: TimelinePage) -> None:
    timeline.begin()
    timeline.happen(*busy([[0.5, 0.5]]))
    start_one(timeline, 9, 1.1)
    timeline.settle()
    light = timeline.canvas.evaluate(PIXELS, [150, 34, 200, 20])
    timeline.page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    timeline.page.evaluate(FRAMES, 4)
    assert timeline.canvas.evaluate(PIXELS, [150, 34, 200, 20]) != light
    assert timeline.facts()["running"] is True


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("classes", "ink"),
    [
        ("vscode-light", "#1f2328"),
        ("vscode-dark", "#e6edf3"),
        ("vscode-high-contrast", "#e6edf3"),
        ("vscode-high-contrast vscode-high-contrast-light", "#1f2328"),
    ],
)
def test_in_vs_code_its_theme_counts_and_not_that_of_the_system(
    timeline: TimelinePage, scheme: Literal["light", "dark"], classes: str, ink: str
) -> None:
    """Its pages have none of JupyterLab's marks and variables, but classes of their own."""
    timeline.page.emulate_media(color_scheme=scheme)
    timeline.page.evaluate(
        "(classes) => { delete document.body.dataset.jpThemeLight; document.body.className = classes; }", classes
    )
    timeline.begin()
    timeline.happen(*busy([[0.5, 0.5]]))
    timeline.settle()
    shown = "(root) => getComputedStyle(root).getPropertyValue('--pool-lab-ink').trim()"
    assert timeline.root.evaluate(shown) == ink


@pytest.mark.parametrize("width", [340, 480])
def test_nothing_is_wider_than_a_narrow_page(finished: TimelinePage, width: int) -> None:
    finished.page.set_viewport_size({"width": width, "height": 800})
    finished.press("+", "ArrowRight")
    finished.page.locator("summary").click()
    finished.page.evaluate(FRAMES, 3)
    assert finished.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_picture_is_as_sharp_as_the_screen(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 700, "height": 500}, device_scale_factor=2)
    timeline = TimelinePage(context.new_page())
    timeline.begin()
    timeline.settle()
    assert timeline.canvas.evaluate("(canvas) => canvas.width / canvas.clientWidth") == pytest.approx(2, abs=0.01)
    context.close()


def test_many_workers_have_lanes_that_can_still_be_told_apart(timeline: TimelinePage) -> None:
    timeline.begin(THREADS._replace(workers=100))
    timeline.happen(*busy([[0.5]] * 100))
    timeline.end()
    assert timeline.facts()["bars"] == 100
    timeline.press("ArrowRight", *["ArrowDown"] * 99)
    assert timeline.facts()["selected"] == [0, 99]


# For those who listen, and when something is wrong


def test_a_screen_reader_speaks_now_and_then_while_calls_run_and_the_summary_at_the_end(timeline: TimelinePage) -> None:
    timeline.page.evaluate("""() => {
      window.said = [];
      const status = document.querySelector("[role=status]");
      new MutationObserver(() => window.said.push(status.textContent)).observe(status, { childList: true });
    }""")
    timeline.begin()
    timeline.page.evaluate(FRAMES, 3)
    for number in range(8):
        start_one(timeline, number, number / 10)
        timeline.page.evaluate(FRAMES, 3)
    expect(timeline.caption).to_have_text("Now: 8 running")
    assert timeline.page.evaluate("window.said") == ["Nothing has been submitted yet."]
    timeline.end("All is done.")
    timeline.page.wait_for_function("window.said.at(-1) === 'All is done.'")
    assert timeline.page.evaluate("window.said.length") <= 3


def test_a_view_that_breaks_says_so_once_and_goes_on_saying_what_python_says(timeline: TimelinePage) -> None:
    timeline.begin()
    timeline.hear(type="news", now=1, calls=[[5, 0, "a panel that is not there"]])
    expect(timeline.trouble).to_contain_text("This picture failed (TypeError")
    words = timeline.trouble.text_content()
    timeline.hear(type="news", now=2, calls=[[6, 0, "nor that one"]])
    timeline.page.evaluate("window.set('caption', 'The run goes on.')")
    expect(timeline.caption).to_have_text("The run goes on.")
    expect(timeline.trouble).to_have_text(words or "")


def test_what_failed_in_python_is_shown(timeline: TimelinePage) -> None:
    timeline.page.evaluate("window.set('trouble', 'The picture failed while describing.')")
    expect(timeline.trouble).to_have_text("The picture failed while describing.")


def test_time_stands_still_when_no_message_comes_from_python_any_more(empty_page: Page) -> None:
    empty_page.clock.install()
    timeline = TimelinePage(empty_page)
    timeline.begin()
    start_one(timeline, 0, 0.5)
    empty_page.clock.fast_forward(60_000)
    expect(timeline.trouble).to_contain_text("No message from Python")
    assert empty_page.evaluate("JSON.parse(document.querySelector('.pool-lab-timeline').dataset.moment)") < 5
    timeline.happen(at(70, EventKind.FINISHED, call=0, worker=0))
    expect(timeline.trouble).to_have_text("")


def test_a_covered_picture_tells_nothing(empty_page: Page) -> None:
    timeline = TimelinePage(empty_page, cover="Predict first.")
    timeline.begin()
    timeline.happen(*busy([[0.25] * 3]))
    timeline.press("ArrowRight", " ")
    timeline.page.evaluate(FRAMES, 3)
    expect(timeline.root).not_to_contain_text("done")
    expect(timeline.scrubber).to_be_hidden()
    expect(timeline.page.locator("summary")).to_be_hidden()
    assert "selected" not in timeline.facts()
    timeline.page.evaluate("window.set('cover', '')")
    expect(timeline.caption).to_have_text("Now: 3 done")
    assert timeline.facts()["done"] == 3


# Late, again, and anew


@pytest.fixture
def snapshot() -> Callable[[TimelinePage], dict[str, Any]]:
    def make(timeline: TimelinePage) -> dict[str, Any]:
        panels = [panel._asdict() for panel in timeline.panels]
        facts = {"type": "snapshot", "run": timeline.run, "now": timeline.rows.latest, "running": False}
        return {**facts, "panels": panels, **timeline.rows.everything()}

    return make


def test_a_view_that_comes_late_shows_what_the_others_show(
    finished: TimelinePage, browser: Browser, snapshot: Callable[[TimelinePage], dict[str, Any]]
) -> None:
    context = browser.new_context(viewport={"width": 960, "height": 800})
    late = TimelinePage(context.new_page())
    late.hear(**snapshot(finished))
    late.settle()
    assert late.facts() == finished.facts()
    context.close()


def test_a_saved_log_is_enough_for_a_picture_that_can_be_played_again(
    empty_page: Page, browser: Browser, snapshot: Callable[[TimelinePage], dict[str, Any]]
) -> None:
    source = TimelinePage(empty_page)
    source.begin()
    source.happen(*busy([[0.25] * 5]))
    context = browser.new_context(viewport={"width": 960, "height": 800})
    saved = TimelinePage(context.new_page(), log=snapshot(source), caption="Threads took 1.2 s.")
    saved.settle()
    assert saved.facts()["done"] == 5
    saved.press(" ")
    assert saved.facts()["mode"] == "playing"
    context.close()


def test_the_part_of_a_long_run_that_is_saved_does_not_replace_the_whole(
    finished: TimelinePage, snapshot: Callable[[TimelinePage], dict[str, Any]]
) -> None:
    part = snapshot(finished) | finished.rows.everything(most=3)
    finished.page.evaluate("(log) => window.set('log', log)", part)
    assert finished.facts()["done"] == 10


def test_a_repeated_message_counts_once_and_the_selection_stays(
    finished: TimelinePage, snapshot: Callable[[TimelinePage], dict[str, Any]]
) -> None:
    finished.press("ArrowRight", "ArrowRight")
    before = finished.facts()
    finished.hear(**snapshot(finished))
    assert finished.facts() == before


def test_a_new_run_starts_with_a_clean_picture(finished: TimelinePage) -> None:
    finished.press("+", "ArrowRight", " ")
    finished.begin()
    facts = finished.facts()
    assert (facts["run"], facts["bars"], facts["selected"], facts["mode"]) == (2, 0, None, "live")
    assert facts["from"] == 0
    expect(finished.story).to_be_hidden()


def test_a_call_that_its_worker_never_began_has_one_bar_where_it_ran(timeline: TimelinePage) -> None:
    timeline.begin()
    start_one(timeline, 0, 0.25, worker=0)
    timeline.happen(at(0.5, EventKind.STARTED, call=0, worker=1))
    assert timeline.facts()["bars"] == 1
    timeline.press("ArrowRight")
    expect(timeline.story).to_contain_text("running on w1")
