"""The reader is the scheduler of two threads, with the mouse and with the keyboard."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook import FITS, PATIENCE_MS, Notebook, until

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")


def view(notebook: Notebook) -> Locator:
    return notebook.page.locator(".pool-lab-interleaving").first


def button(notebook: Notebook, name: str) -> Locator:
    return view(notebook).get_by_role("button", name=name, exact=True)


def test_buttons_take_the_steps_that_they_name_and_take_them_back(scheduling: Notebook) -> None:
    button(scheduling, "A takes lock").click()
    button(scheduling, "B waits for lock").click()
    expect(view(scheduling).get_by_role("row", name="B")).to_contain_text("waits for lock", timeout=PATIENCE_MS)
    button(scheduling, "Back").click()
    button(scheduling, "A reads counter").focus()
    scheduling.page.keyboard.press("Enter")
    expect(button(scheduling, "A writes counter: 1")).to_be_focused(timeout=PATIENCE_MS)
    scheduling.page.keyboard.press("Space")
    scheduling.page.keyboard.press("b")  # which would add a cell to the notebook
    expect(button(scheduling, "A releases lock")).to_be_focused(timeout=PATIENCE_MS)
    assert scheduling.value("threads.order") == "AAA"
    assert scheduling.value("threads.values") == {"counter": 1}


def test_on_a_narrow_page_the_table_scrolls_and_the_words_stay_in_sight(scheduling: Notebook) -> None:
    scheduling.value("threads.go('ABAAABBBB').order")
    words = view(scheduling).locator(".pool-lab-interleaving-words")
    expect(words).to_contain_text("In the end counter is 2.", timeout=PATIENCE_MS)
    try:
        scheduling.page.set_viewport_size({"width": 480, "height": 1000})
        table = view(scheduling).locator(".pool-lab-interleaving-table")
        until(table, "(box) => box.scrollWidth > box.clientWidth")
        until(view(scheduling), FITS)
        until(words, "(p) => p.getBoundingClientRect().right <= window.innerWidth")
    finally:
        scheduling.page.set_viewport_size({"width": 1280, "height": 1000})
