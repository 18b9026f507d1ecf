"""What a reader of lesson 07 can do with a race, and what then really happens in the kernel.

The first race of the lesson waits for a server, so the kernel is at leisure. That of `computing` holds the GIL, so all
that the page asks of the kernel has to queue for it.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.notebook import PATIENCE_MS, Notebook, Race, predict

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

POOLS = ("threads", "processes")


def steer(notebook: Notebook, race: Race) -> None:
    """To eight workers with the mouse and down to two with the keyboard, while calls run."""
    race.wait_for("data.done >= 1")
    race.drag(to=1)
    race.wait_for("data.lanes === 16")
    race.handle.focus()
    for _ in range(6):
        notebook.page.keyboard.press("ArrowLeft")
    race.wait_for("data.lanes === 4")


def check_steered(notebook: Notebook, name: str) -> None:
    """What `steer` did, as the trace of the race of that name knows it."""
    for pool in POOLS:
        trace = f"{name}.trace[{pool!r}]"
        sizes = notebook.value(f"[4, *(resize.after for resize in {trace}.resizes)]")
        assert max(sizes) == 8
        assert sizes[-1] == 2
        assert notebook.value(f"{trace}.most_at_once") > 4
        assert len(workers_used(notebook, trace, "span.dispatched < trace.resizes[0].time")) <= 4
        assert len(workers_used(notebook, trace, "span.dispatched > trace.resizes[-1].time")) == 2


def workers_used(notebook: Notebook, trace: str, condition: str) -> set[int]:
    """Numbers of the workers that ran the calls for which the condition holds."""
    given = "span.dispatched is not None"
    used: set[int] = notebook.value(
        f"(lambda trace: {{span.worker for span in trace.spans if {given} and {condition}}})({trace})"
    )
    return used


def test_a_prediction_opens_the_race(lesson: Notebook) -> None:
    race = lesson.race()
    expect(race.cover).to_be_visible(timeout=PATIENCE_MS)
    expect(race.button).to_be_disabled()

    predict(lesson)

    expect(race.cover).to_be_hidden(timeout=PATIENCE_MS)
    expect(race.button).to_be_enabled()
    assert lesson.value("waiting.record.option") == lesson.value("next(iter(waiting.question.options))")


def test_the_slider_changes_how_many_workers_run_calls(lesson: Notebook) -> None:
    predict(lesson)
    race = lesson.race()
    race.press("Start")
    steer(lesson, race)
    race.wait_for("!data.running")

    assert race.fact("lanes-most") == 16
    assert race.fact("done") == 128
    check_steered(lesson, "pages")


def test_the_slider_is_heard_while_all_threads_want_the_gil(computing: Notebook) -> None:
    race = computing.race()
    race.press("Start")
    steer(computing, race)
    race.press("Stop")
    race.wait_for("!data.running")

    assert race.fact("lanes-most") == 16
    check_steered(computing, "files")


def test_stop_cancels_what_waits_and_the_race_can_be_started_again(lesson: Notebook) -> None:
    predict(lesson)
    race = lesson.race()
    race.press("Start")
    race.wait_for("data.done >= 1")
    race.press("Stop")
    race.wait_for("!data.running")

    assert race.fact("queued") == race.fact("running-calls") == 0
    assert race.fact("cancelled") > 0
    assert race.fact("done") + race.fact("cancelled") == 128
    cancelled = "sum(trace.counts['cancelled'] for trace in pages.trace.values())"
    assert lesson.value(cancelled) == race.fact("cancelled")

    race.press("Start again")
    race.wait_for("data.run === 2 && !data.running")

    assert race.fact("done") == 128
    assert race.fact("cancelled") == lesson.value(cancelled) == 0


def test_a_reader_who_comes_back_finds_the_finished_picture_and_its_words(lesson: Notebook) -> None:
    predict(lesson)
    race = lesson.race()
    race.press("Start")
    race.wait_for("data.done === 128 && !data.running")
    summary = lesson.value("pages.summary()")
    expect(race.caption).to_have_text(summary, timeout=PATIENCE_MS)
    expect(race.caption).to_have_attribute("aria-live", "polite")

    lesson.reload()

    race.wait_for("data.done === 128 && !data.running")
    expect(race.caption).to_have_text(summary, timeout=PATIENCE_MS)
    expect(race.button).to_have_text("Start again", timeout=PATIENCE_MS)
    assert race.fact("lanes-most") == 8


def test_the_slider_is_reached_by_tab_and_keeps_the_focus_when_the_race_ends(lesson: Notebook) -> None:
    predict(lesson)
    race = lesson.race()
    race.press("Start")
    race.wait_for("data.running")
    lesson.page.keyboard.press("Tab")
    expect(race.handle).to_be_focused()
    for _ in range(4):
        lesson.page.keyboard.press("ArrowRight")
    race.wait_for("!data.running")
    expect(race.button).to_have_text("Start again", timeout=PATIENCE_MS)

    expect(race.handle).to_be_focused()
    lesson.page.keyboard.press("ArrowLeft")
    expect(race.handle).to_have_attribute("aria-valuenow", "7.0")
