"""A prediction is made with the keyboard alone, and opens what waits for it."""

import nbformat
import pytest
from nbformat import v4
from playwright.sync_api import Locator, Page, expect

from tests.browser.jupyterlab import JupyterLab
from tests.browser.notebook import PATIENCE_MS, Notebook
from tools import store_notebooks

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

CELLS = "() => { const { content } = window.jupyterapp.shell.currentWidget; return content.widgets.length; }"


def press(form: Locator, *keys: str) -> None:
    for key in keys:
        form.page.keyboard.press(key)


def test_an_answer_of_every_kind_is_given_with_the_keyboard_alone(asking: Notebook) -> None:
    choice, number, order = (asking.page.locator(".pool-lab-prediction").nth(at) for at in range(3))
    cover, cells = asking.page.locator(".pool-lab-cover"), asking.page.evaluate(CELLS)
    expect(cover).to_contain_text("This opens when you have answered:How many nap at the same moment?")

    choice.get_by_role("radio").first.focus()
    press(choice, "ArrowDown", "b", "Tab", "Tab", "Enter")
    expect(choice).to_contain_text("Recorded, a guess", timeout=PATIENCE_MS)
    expect(cover).to_be_hidden(timeout=PATIENCE_MS)
    assert asking.value("(choice.record.option, choice.record.confidence)") == ("workers", "a guess")

    number.get_by_role("textbox").focus()
    press(number, "b", "Tab", "Space")
    expect(number).to_contain_text("Type a whole number from 1 to 1000 first.", timeout=PATIENCE_MS)
    press(number, "Shift+Tab", "4", "Tab", "Tab", "Tab", "Space")
    expect(number).to_contain_text("Recorded, certain", timeout=PATIENCE_MS)
    assert asking.value("number.record.option") == 4

    first = asking.value("next(iter(order.question.items.values()))")
    order.get_by_role("button", name="↓").first.focus()
    press(order, "Enter", "ArrowDown", "b")
    expect(order.locator(".pool-lab-order .widget-html").nth(1)).to_have_text(first, timeout=PATIENCE_MS)
    order.get_by_role("button", name="fairly sure").press("Enter")
    expect(order).to_contain_text("Recorded, fairly sure", timeout=PATIENCE_MS)
    assert asking.value("order.record.option.index(next(iter(order.question.items)))") == 1

    assert asking.page.evaluate(CELLS) == cells, "no key was one of JupyterLab's"


def test_a_cover_leads_to_its_question_with_the_keyboard_alone(asking: Notebook) -> None:
    asking.page.get_by_role("button", name="How many nap at the same moment?").focus()
    press(asking.page.locator(".pool-lab-cover"), "b", "Enter")
    form = asking.page.locator(".pool-lab-prediction").first
    expect(form.locator("input").first).to_be_focused()
    expect(form).to_be_in_viewport()
    assert asking.value("choice.is_open") is False
    asking.page.get_by_role("button", name="Show without answering").click()
    expect(asking.page.locator(".pool-lab-cover")).to_be_hidden(timeout=PATIENCE_MS)
    assert asking.value("choice.outcome") == "skipped"


def test_a_covered_output_can_be_shown_without_an_answer_and_takes_its_place(answering: Notebook) -> None:
    page, outputs = answering.page, answering.page.locator(".jp-Notebook .jp-OutputArea")
    covers = page.locator(".pool-lab-covered-output")
    expect(covers).to_have_count(3)
    for secret in ("printed 41", "42", "What happened"):
        expect(outputs.filter(has_text=secret)).to_have_count(0)
    # The still of the pool may be there already, hidden below its live view.
    pictures = page.locator(".jp-Notebook .jp-RenderedImage:visible")
    expect(pictures).to_have_count(0)

    covers.first.get_by_role("button", name="Show without answering").focus()
    page.keyboard.press("Enter")
    for secret in ("printed 41", "42", "What happened"):
        expect(outputs.filter(has_text=secret)).to_have_count(1, timeout=PATIENCE_MS)
    expect(pictures).to_have_count(1)
    expect(covers).to_have_count(0)
    expect(page.locator(".pool-lab-cover")).to_be_hidden()
    form = page.locator(".pool-lab-prediction")
    expect(form).to_contain_text("Skipped.")
    expect(form.get_by_role("button", name="certain")).to_be_disabled()
    assert answering.value("naps.outcome, naps.record") == ("skipped", None)


def test_an_answer_stays_once_it_has_been_compared(answering: Notebook) -> None:
    form = answering.page.locator(".pool-lab-prediction")
    form.get_by_role("radio").first.check()
    form.get_by_role("button", name="certain").click()
    expect(form).to_contain_text("Your answer stays.", timeout=PATIENCE_MS)
    controls = form.locator("input, button").all()
    assert controls
    assert all(control.is_disabled() for control in controls)


def test_a_stored_output_that_answers_a_question_is_folded_until_its_cell_runs(lab: JupyterLab, page: Page) -> None:
    result = v4.new_output("execute_result", {"text/plain": "the answer"}, execution_count=2)
    cells = [v4.new_code_cell('x = predict("00 naps")'), v4.new_code_cell("'the ' + 'answer'", outputs=[result])]
    stored = v4.new_notebook(cells=cells)
    store_notebooks.clean(stored)
    store_notebooks.fold(stored)
    nbformat.write(stored, lab.folder / "folded.ipynb")
    notebook = Notebook(page, "folded.ipynb")
    try:
        output = page.locator(".jp-Notebook .jp-Cell-outputWrapper").last
        expect(output.locator(".jp-OutputPlaceholder")).to_be_visible()
        assert "answer" not in output.inner_text(), "JupyterLab shows the first line of a folded output"
        notebook.run_cell(1)
        expect(output.locator(".jp-OutputArea-output")).to_have_text("'the answer'")
        expect(output.locator(".jp-OutputPlaceholder")).to_have_count(0)
    finally:
        notebook.close()
        lab.end_kernels()


def test_after_the_page_was_loaded_again_a_cover_is_there_and_says_how_to_go_on(answering: Notebook) -> None:
    answering.reload()
    covers = answering.page.locator(".pool-lab-covered-output")
    expect(covers).to_have_count(3)
    covers.first.get_by_role("button", name="Show without answering").click()
    expect(covers.first).to_contain_text("Run this cell again to see its output.", timeout=PATIENCE_MS)
    answering.run_cell(3)
    expect(answering.page.locator(".jp-Notebook .jp-OutputArea").filter(has_text="printed 41")).to_have_count(1)
