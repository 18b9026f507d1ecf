"""A prediction is made with the keyboard alone, and opens what waits for it."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook import PATIENCE_MS, Notebook

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

CELLS = "() => { const { content } = window.jupyterapp.shell.currentWidget; return content.widgets.length; }"


def press(form: Locator, *keys: str) -> None:
    for key in keys:
        form.page.keyboard.press(key)


def test_an_answer_of_every_kind_is_given_with_the_keyboard_alone(asking: Notebook) -> None:
    choice, number, order = (asking.page.locator(".pool-lab-prediction").nth(at) for at in range(3))
    cover, cells = asking.page.locator(".pool-lab-cover"), asking.page.evaluate(CELLS)
    expect(cover).to_have_text("Predict first: this opens when you have answered.")

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
