"""What a learner does with the buttons of the inspector is what Python did, and what the page says."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook import FITS, PATIENCE_MS, Notebook, until

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")


def root(notebook: Notebook) -> Locator:
    return notebook.page.locator(".pool-lab-inspector-root").last


def button(notebook: Notebook, name: str) -> Locator:
    return root(notebook).locator(f"[data-button={name}]")


def press(notebook: Notebook, name: str) -> None:
    expect(button(notebook, name)).to_have_attribute("aria-disabled", "false", timeout=PATIENCE_MS)
    button(notebook, name).click()


def ticket(notebook: Notebook, name: str) -> Locator:
    return root(notebook).get_by_role("button", name=re.compile(f"^future {name},"))


def stands(notebook: Notebook, name: str, state: str) -> None:
    """Whether the page and Python have the future in that state."""
    place = root(notebook).locator(f"[data-state={state}]")
    expect(place.get_by_role("button", name=f"future {name}, {state}")).to_be_visible(timeout=PATIENCE_MS)
    paths = notebook.value("{tracked.name: tracked.path for tracked in lab.tracked}")
    assert paths[name][-1] == state


def submit(notebook: Notebook, *names: str) -> None:
    for name in names:
        press(notebook, "submit")
        expect(ticket(notebook, name)).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)


def entry(notebook: Notebook, code: str) -> Locator:
    return root(notebook).locator(".pool-lab-inspector-entry").filter(has_text=code).last


def test_calls_end_as_their_buttons_say_in_whatever_order(inspector: Notebook) -> None:
    submit(inspector, "A", "B", "C", "D")
    for name, state in {"A": "RUNNING", "B": "RUNNING", "C": "PENDING", "D": "PENDING"}.items():
        stands(inspector, name, state)
    expect(button(inspector, "return")).to_have_attribute("aria-disabled", "true")

    press(inspector, "cancel")
    expect(entry(inspector, "D.cancel()")).to_contain_text("True", timeout=PATIENCE_MS)
    stands(inspector, "D", "CANCELLED")

    ticket(inspector, "B").click()
    press(inspector, "cancel")
    expect(entry(inspector, "B.cancel()")).to_contain_text("False", timeout=PATIENCE_MS)
    root(inspector).get_by_label("what the call returns").fill("{'salt': 1}")
    press(inspector, "return")
    stands(inspector, "B", "FINISHED")
    stands(inspector, "C", "RUNNING")
    stands(inspector, "D", "CANCELLED")  # no worker has come that far

    ticket(inspector, "A").click()
    root(inspector).get_by_label("what the call raises").select_option("OSError")
    press(inspector, "raise")
    stands(inspector, "A", "FINISHED")
    stands(inspector, "D", "CANCELLED_AND_NOTIFIED")
    expect(ticket(inspector, "A")).to_have_attribute("data-outcome", "raised")
    assert inspector.value("lab.futures[1].result(0)") == {"salt": 1}
    assert inspector.value("type(lab.futures[0].exception(0)).__name__") == "OSError"
    expect(root(inspector).locator(".pool-lab-inspector-caption")).to_have_text(inspector.value("lab.summary()"))


def test_a_question_that_waits_shows_it_and_the_kernel_answers_meanwhile(inspector: Notebook) -> None:
    submit(inspector, "A")
    stands(inspector, "A", "RUNNING")
    timeout = root(inspector).get_by_label("timeout in seconds")
    timeout.fill("")
    expect(button(inspector, "result")).to_have_text("result()")
    press(inspector, "result")
    expect(entry(inspector, "A.result()")).to_have_attribute("data-outcome", "waits", timeout=PATIENCE_MS)
    press(inspector, "running")
    expect(entry(inspector, "A.running()")).to_contain_text("True", timeout=PATIENCE_MS)

    timeout.fill("0.5")
    press(inspector, "exception")
    expect(entry(inspector, "A.exception(timeout=0.5)")).to_contain_text("TimeoutError", timeout=PATIENCE_MS)
    assert inspector.value("lab.futures[0].running()") is True

    press(inspector, "return")
    expect(entry(inspector, "A.result()")).to_contain_text("42", timeout=PATIENCE_MS)


def test_callbacks_say_in_which_thread_they_ran(inspector: Notebook) -> None:
    submit(inspector, "A")
    stands(inspector, "A", "RUNNING")
    press(inspector, "note")
    press(inspector, "broken")
    press(inspector, "return")
    expect(entry(inspector, "note_1(A)")).to_contain_text("ran in kitchen_", timeout=PATIENCE_MS)
    expect(entry(inspector, "broken(A)")).to_contain_text("ValueError: this callback is broken", timeout=PATIENCE_MS)
    expect(entry(inspector, "broken(A)")).to_contain_text("logged by concurrent.futures", timeout=PATIENCE_MS)
    press(inspector, "note")
    expect(entry(inspector, "note_2(A)")).to_contain_text("ran in MainThread", timeout=PATIENCE_MS)


def test_everything_can_be_done_with_the_keyboard(inspector: Notebook) -> None:
    keyboard = inspector.page.keyboard
    button(inspector, "submit").focus()
    for key, name in (("Enter", "A"), ("Space", "B")):
        keyboard.press(key)
        expect(ticket(inspector, name)).to_be_visible(timeout=PATIENCE_MS)
        expect(button(inspector, "submit")).to_be_focused()
    stands(inspector, "B", "RUNNING")
    ticket(inspector, "B").focus()
    keyboard.press("ArrowLeft")
    expect(ticket(inspector, "A")).to_be_focused()
    expect(ticket(inspector, "A")).to_have_attribute("aria-pressed", "true")
    button(inspector, "return").focus()
    keyboard.press("Enter")
    stands(inspector, "A", "FINISHED")
    expect(button(inspector, "return")).to_be_focused()
    assert inspector.page.locator(".jp-Notebook.jp-mod-editMode").count() == 0


def test_a_cell_that_is_run_again_ends_what_waits_for_its_buttons(inspector: Notebook) -> None:
    submit(inspector, "A")
    stands(inspector, "A", "RUNNING")
    assert inspector.value("globals().update(old=lab) or lab.futures[0].running()") is True
    inspector.run_all()
    expect(ticket(inspector, "A")).to_have_count(0, timeout=PATIENCE_MS)
    assert inspector.value("old.futures[0].result(20)") is None
    assert inspector.value("old is not lab and lab.summary()") == "No future yet."


def test_a_shutdown_does_not_wait_for_a_button_that_nobody_can_press(inspector: Notebook) -> None:
    submit(inspector, "A", "B", "C")
    stands(inspector, "B", "RUNNING")
    assert inspector.value("pool.shutdown()") is None
    for name in "ABC":
        stands(inspector, name, "FINISHED")
    press(inspector, "submit")
    expect(entry(inspector, "pool.submit(D)")).to_contain_text("RuntimeError", timeout=PATIENCE_MS)


def test_a_reader_who_comes_back_finds_the_futures_and_can_go_on(inspector: Notebook) -> None:
    submit(inspector, "A", "B", "C")
    press(inspector, "cancel")
    stands(inspector, "C", "CANCELLED")
    inspector.reload()
    stands(inspector, "C", "CANCELLED")
    expect(entry(inspector, "C.cancel()")).to_contain_text("True")
    ticket(inspector, "B").click()
    press(inspector, "return")
    stands(inspector, "B", "FINISHED")


def test_a_second_view_shows_the_same_and_closing_the_notebook_loses_nothing(inspector: Notebook) -> None:
    submit(inspector, "A", "B")
    inspector.run_in_last_cell("lab")
    expect(inspector.page.locator(".pool-lab-inspector-root")).to_have_count(2, timeout=PATIENCE_MS)
    stands(inspector, "B", "RUNNING")
    inspector.put_away()
    inspector.take_out()
    ticket(inspector, "B").click()
    press(inspector, "return")
    stands(inspector, "B", "FINISHED")
    first = inspector.page.locator(".pool-lab-inspector-root").first
    expect(first.get_by_role("button", name="future B, FINISHED")).to_be_visible(timeout=PATIENCE_MS)

    inspector.value("lab.close() or pool.shutdown()")
    inspector.run_in_last_cell("lab")
    stands(inspector, "A", "FINISHED")


def test_neither_an_interrupt_nor_a_restart_of_the_kernel_is_the_end_of_it(inspector: Notebook) -> None:
    submit(inspector, "A")
    stands(inspector, "A", "RUNNING")
    inspector.interrupt("lab.futures[0].result()")
    stands(inspector, "A", "RUNNING")
    press(inspector, "return")
    stands(inspector, "A", "FINISHED")

    inspector.restart()
    inspector.run_all()
    submit(inspector, "A")
    stands(inspector, "A", "RUNNING")


@pytest.mark.parametrize(("theme", "width"), [("Light", 1280), ("Dark", 1280), ("Light", 480)])
def test_it_is_at_home_on_light_dark_and_narrow_pages(
    inspector: Notebook, artefacts: Path, theme: str, width: int
) -> None:
    inspector.command("apputils:change-theme", theme=f"JupyterLab {theme}")
    inspector.page.set_viewport_size({"width": width, "height": 1000})
    try:
        submit(inspector, "A", "B", "C", "D")
        press(inspector, "cancel")
        ticket(inspector, "A").click()
        press(inspector, "note")
        press(inspector, "raise")
        stands(inspector, "A", "FINISHED")
        stands(inspector, "D", "CANCELLED")
        ticket(inspector, "B").click()
        press(inspector, "result")
        press(inspector, "return")
        stands(inspector, "D", "CANCELLED_AND_NOTIFIED")
        submit(inspector, "E", "F", "G")
        press(inspector, "cancel")
        stands(inspector, "G", "CANCELLED")
        root(inspector).evaluate("(view) => view.scrollIntoView({ block: 'start' })")
        inspector.page.screenshot(path=artefacts / f"inspector-{theme.lower()}-{width}.png")
        until(root(inspector), FITS)
    finally:
        inspector.command("apputils:change-theme", theme="JupyterLab Light")
        inspector.page.set_viewport_size({"width": 1280, "height": 1000})
