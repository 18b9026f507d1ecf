"""What a reader of lesson 07 can do with a race, and what then really happens in the kernel.

The race of `fetching` waits for a server, so the kernel is at leisure. That of `computing` holds the GIL, so all that
the page asks of the kernel has to queue for it.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.notebook import PATIENCE_MS, Notebook, Race

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

POOLS = ("threads", "processes")
CALLS = 240  # of both pools in the race of `fetching`


@pytest.fixture
def race(fetching: Notebook) -> Race:
    """Opened by a prediction, and started."""
    fetching.predict()
    race = fetching.race("pages")
    race.press("Start")
    race.wait_for("data.done >= 1")
    return race


def steer(race: Race) -> None:
    """To eight workers with the mouse and down to two with the keyboard, while calls run."""
    race.drag(to=1)
    race.wait_for("data.lanes === 16 && data.runningCalls > 12")  # the new processes are at work, too
    race.handle.focus()
    for _ in range(6):
        race.page.keyboard.press("ArrowLeft")
    race.wait_for("data.lanes === 4")


def check_steered(race: Race) -> None:
    """Whether `steer` did what it should, in the kernel as on the page."""
    assert race.fact("lanes-most") == 16
    for pool in POOLS:
        trace = f"{race.name}.trace[{pool!r}]"
        sizes = race.notebook.value(f"[resize.after for resize in {trace}.resizes]")
        assert max(sizes) == 8
        assert sizes[-1] == 2
        assert race.notebook.value(f"len({trace}.workers_used)") > 4
        assert workers_of_calls(race, trace, "< trace.resizes[0].time") <= 4
        assert 1 <= workers_of_calls(race, trace, "> trace.resizes[-1].time") <= 2


def workers_of_calls(race: Race, trace: str, dispatched: str) -> int:
    """How many workers ran the calls that were dispatched then."""
    workers = f"{{span.worker for span in trace.spans if span.worker is not None and span.dispatched {dispatched}}}"
    number: int = race.notebook.value(f"(lambda trace: len({workers}))({trace})")
    return number


def test_a_prediction_opens_the_race(fetching: Notebook) -> None:
    race = fetching.race("pages")
    expect(race.cover).to_be_visible(timeout=PATIENCE_MS)
    expect(race.button).to_be_disabled()

    fetching.predict()

    expect(race.cover).to_be_hidden(timeout=PATIENCE_MS)
    expect(race.button).to_be_enabled()
    assert fetching.value("waiting.record.option") == fetching.value("next(iter(waiting.question.options))")


def test_the_slider_changes_how_many_workers_run_calls_and_no_call_is_lost(fetching: Notebook) -> None:
    fetching.predict()
    race = fetching.race("pages")
    fetching.value("pages.vary(calls=400)")  # enough for a busy machine to start its processes, and to end them
    race.press("Start")
    race.wait_for("data.done >= 1")
    steer(race)
    race.wait_for(f"data.done >= {race.fact('done') + 12}")  # more than were running: some began after the last step
    check_steered(race)
    race.page.keyboard.press("End")  # or two workers would have to do the rest
    race.finish()

    assert race.fact("done") == 2 * 400
    assert race.fact("queued") == race.fact("running-calls") == race.fact("cancelled") == race.fact("failed") == 0
    for pool in POOLS:
        endings = f"[span.ending.value for span in pages.trace[{pool!r}].spans]"
        assert fetching.value(endings) == ["returned"] * 400


def test_the_slider_works_while_all_threads_want_the_gil(computing: Notebook) -> None:
    race = computing.race("files")
    race.press("Start")
    race.wait_for("data.done >= 1")
    steer(race)
    race.press("Stop")
    race.finish()

    check_steered(race)


def test_stop_cancels_the_calls_that_wait(race: Race) -> None:
    race.press("Stop")
    race.finish()

    assert race.fact("queued") == race.fact("running-calls") == 0
    assert race.fact("cancelled") > 0
    assert race.fact("done") == CALLS  # those that were cancelled among them
    cancelled = f"sum(trace.counts['cancelled'] for trace in {race.name}.trace.values())"
    assert race.notebook.value(cancelled) == race.fact("cancelled")


def test_a_race_can_be_started_again_as_soon_as_the_button_says_so(race: Race) -> None:
    race.press("Stop")
    race.press("Start again")
    race.wait_for("data.run === 2 && data.done >= 1")
    race.finish()

    assert race.fact("done") == CALLS
    assert race.fact("cancelled") == 0


def test_a_reader_who_comes_back_finds_the_finished_picture_and_its_words(race: Race) -> None:
    race.finish()
    summary = race.notebook.value("pages.summary()")
    expect(race.caption).to_have_text(summary, timeout=PATIENCE_MS)
    expect(race.view.get_by_role("status")).to_have_text(summary, timeout=PATIENCE_MS)

    race.notebook.reload()

    race.wait_for(f"data.done === {CALLS} && !data.running")
    expect(race.caption).to_have_text(summary, timeout=PATIENCE_MS)
    expect(race.button).to_have_text("Start again", timeout=PATIENCE_MS)
    assert race.fact("lanes-most") == 8


def test_tab_reaches_the_slider_which_keeps_the_focus_when_the_race_ends(race: Race) -> None:
    race.page.keyboard.press("Tab")
    expect(race.handle).to_be_focused()
    for _ in range(4):
        race.page.keyboard.press("ArrowRight")
    race.wait_for("data.lanesMost > 8")
    race.finish()

    expect(race.handle).to_be_focused()
    race.page.keyboard.press("ArrowLeft")
    expect(race.handle).to_have_attribute("aria-valuenow", "7.0")


def test_pools_that_run_one_after_the_other_each_begin_at_zero(lesson: Notebook) -> None:
    """The first race of the lesson. Without an answer it runs once, even if other programs keep the cores busy."""
    race = lesson.race("files")
    race.cover.get_by_role("button", name="Show without answering").click()
    lesson.value("files.vary(calls=8, length_s=0.05)")
    race.press("Start")
    race.wait_for("!data.running && data.done >= 16")
    expect(race.button).to_have_text("Start again", timeout=3 * PATIENCE_MS)

    first, second = lesson.value("[(trace.origin, trace.lasted_s) for trace in files.trace.values()]")
    assert second[0] > first[0] + first[1], "one after the other"
    longest = max(first[1], second[1])
    race.wait_for(f"data.to > {longest} && data.to < {1.1 * longest}")
    race.wait_for("data.done === data.bars")
