"""Race, sweep and inspector survive what a notebook goes through.

As the timeline does in test_timeline.py; several of these in one notebook, since each notebook takes its time.
"""

import nbformat
import pytest
from playwright.sync_api import Page, expect

from pool_lab.lab.programs.kept_run import kept_run
from tests.browser.jupyterlab import JupyterLab
from tests.browser.notebook import PATIENCE_MS, Notebook, Race, Sweep, wait_for_jupyterlab

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

WAITING = "data.running && data.queued === 8 && data.runningCalls === 4"
DONE = "!data.running && data.done === 12 && data.bars === 12"


@pytest.fixture
def race(held: Notebook) -> Race:
    """Of twelve calls four run and eight wait."""
    race = held.race("contest")
    race.press("Start")
    race.wait_for(WAITING)
    return race


def check_finished(race: Race) -> None:
    """On the page, and in the kernel."""
    race.finish()
    race.wait_for(DONE)
    assert race.notebook.value("[len(trace.spans) for trace in contest.trace.values()]") == [6, 6]
    expect(race.caption).to_have_text(race.notebook.value("contest.summary()"), timeout=PATIENCE_MS)


def test_a_race_goes_on_while_its_page_is_loaded_again_its_notebook_closed_and_a_second_view_opened(
    race: Race, held: Notebook
) -> None:
    held.reload()
    race.wait_for(WAITING)
    held.put_away()
    held.take_out()
    race.wait_for(WAITING)
    second = Race(held, "contest", 1)
    held.run_in_last_cell("contest")
    second.wait_for(WAITING)
    expect(second.button).to_have_text("Stop", timeout=PATIENCE_MS)

    held.value("gate.set()")
    for view in (race, second):
        check_finished(view)
        expect(view.view.locator(".pool-lab-result")).to_be_visible(timeout=PATIENCE_MS)


def test_a_notebook_that_is_saved_keeps_its_run_however_often_it_is_opened_and_saved(
    race: Race, held: Notebook, lab: JupyterLab
) -> None:
    held.value("gate.set()")
    check_finished(race)
    held.value("contest._owner.join()")
    held.page.wait_for_selector("img.jp-needs-light-background", state="attached")
    for come_back in (held.reload, held.restart, held.put_away, held.take_out):
        come_back()
        held.command("docmanager:save")
        notebook = nbformat.read(lab.folder / held.path, as_version=4)
        (kept,) = filter(None, (kept_run(output.get("metadata", {})) for output in notebook.cells[1].outputs))
        assert kept.run is not None, come_back.__name__
        assert [len(trace.spans) for trace in kept.run.traces] == [6, 6], come_back.__name__
    held.run_all()
    expect(race.button).to_have_text("Start", timeout=PATIENCE_MS)


def test_a_cell_that_is_run_again_ends_its_race_and_an_ended_race_can_be_shown_again(
    race: Race, held: Notebook
) -> None:
    held.value("globals().update(old=contest, old_gate=gate)")
    held.run_cell(1)
    expect(race.button).to_have_text("Start", timeout=PATIENCE_MS)
    held.value("old_gate.set()")
    assert held.value("old.wait(30)")
    assert held.value("[trace.counts['cancelled'] for trace in old.trace.values()]") == [4, 4]
    race.press("Start")
    race.wait_for(WAITING)
    held.value("gate.set()")
    check_finished(race)

    held.run_in_last_cell("contest")
    late = Race(held, "contest", 1)
    check_finished(late)
    late.view.get_by_role("button", name="Play again").click()
    late.wait_for("data.mode === 'playing'")


def test_an_interrupt_stops_the_race_that_a_cell_waits_for_and_a_restart_leaves_one_that_can_be_run_anew(
    race: Race, held: Notebook
) -> None:
    held.interrupt("contest.wait()")
    race.wait_for("data.cancelled === 8")
    held.value("gate.set()")
    race.wait_for("!data.running && data.done === 12")
    race.press("Start again")
    race.wait_for("data.run === 2")

    held.restart()
    held.run_all()
    race.press("Start")
    race.wait_for(WAITING)
    expect(race.trouble).to_have_text("")
    held.value("gate.set()")
    check_finished(race)


def test_a_sweep_survives_a_second_view_closing_and_being_run_again(endless: Notebook) -> None:
    sweep, second = endless.sweep("speed"), Sweep(endless, "speed", 1)
    sweep.press("Start")
    sweep.wait_until_measured(1)
    endless.run_in_last_cell("speed")
    second.wait_until_measured(2)
    endless.put_away()
    endless.take_out()
    second.wait_until_measured(3)

    endless.value("globals().update(old=speed)")
    endless.run_cell(1)
    expect(sweep.button).to_have_text("Start", timeout=PATIENCE_MS)
    assert endless.value("old.wait(30)")
    expect(second.button).to_have_text("Start again", timeout=PATIENCE_MS)

    endless.value("setattr(speed, 'rounds', 1)")
    sweep.press("Start")
    sweep.finish()
    endless.run_in_last_cell("speed")
    expect(second.chart.locator(".measured")).to_have_count(2, timeout=PATIENCE_MS)
    expect(second.caption).to_have_text(sweep.caption.inner_text(), timeout=PATIENCE_MS)


def test_an_interrupt_stops_the_sweep_that_a_cell_waits_for_and_a_restart_leaves_one_that_can_be_run_anew(
    endless: Notebook,
) -> None:
    sweep = endless.sweep("speed")
    sweep.press("Start")
    sweep.wait_until_measured(1)
    endless.interrupt("speed.wait()")
    expect(sweep.button).to_have_text("Start again", timeout=PATIENCE_MS)

    sweep.press("Start again")
    sweep.wait_until_measured(1)
    endless.restart()
    endless.run_all()
    sweep.press("Start")
    sweep.wait_until_measured(1)
    sweep.press("Stop")
    sweep.finish()


# anywidget waits two seconds for a view's script; here it does not wait at all.
IMPATIENT = """() => {
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (ms) => {
    if (ms !== 2000) return timeout.call(AbortSignal, ms);
    const late = new AbortController();
    queueMicrotask(() => late.abort());
    return late.signal;
  };
}"""


def test_views_show_what_the_kernel_sends_if_their_scripts_come_too_late_for_anywidget(
    empty_page: Page, lab: JupyterLab
) -> None:
    lab.put_cells(["from pool_lab.lab import race, workloads", RACE], "late.ipynb")
    empty_page.add_init_script(f"({IMPATIENT})()")
    empty_page.goto(lab.address("lab"))
    wait_for_jupyterlab(empty_page)
    notebook = Notebook(empty_page, "late.ipynb")
    notebook.run_all()
    contest = notebook.race("contest")
    contest.press("Start")
    contest.wait_for("!data.running && data.done === 12")
    expect(contest.caption).to_have_text(notebook.value("contest.summary()"), timeout=PATIENCE_MS)
    expect(contest.view.locator(".pool-lab-result")).to_be_visible(timeout=PATIENCE_MS)
    assert notebook.complaints() == []
    notebook.close()
    lab.end_kernels()


RACE = "contest = race(workloads.of(abs, range(6)), workers=2)\ncontest"
