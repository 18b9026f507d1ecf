"""A timeline can be drawn with the mouse, with the keyboard and in numbers, and the run is laid beside it."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook import PATIENCE_MS, Notebook

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

NAPS = "[pool.submit(workloads.nap, 0.2 * length) for length in (3, 1, 5, 1, 2)]"


def bar(board: Notebook, name: str) -> Locator:
    return board.page.locator(".pool-lab-board-bar").filter(has_text=name)


def press(board: Notebook, name: str, *keys: str) -> None:
    bar(board, name).focus()
    for key in keys:
        board.page.keyboard.press(key)
        expect(bar(board, name)).to_be_focused()


def drag(board: Notebook, name: str, lane: int, start: int) -> None:
    """Take the bar by its middle and let it go where it begins at `start`."""
    held, lanes = bar(board, name), board.page.locator(".pool-lab-board-lane")
    held.scroll_into_view_if_needed()
    box, goal = held.bounding_box(), lanes.nth(lane).bounding_box()
    assert box is not None
    assert goal is not None
    mouse, middle = board.page.mouse, box["width"] / 2
    mouse.move(box["x"] + middle, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(goal["x"] + goal["width"] * start / 12 + middle, goal["y"] + goal["height"] / 2, steps=8)
    mouse.up()


def type_in(board: Notebook, name: str, field: str, value: str) -> None:
    entry = board.page.get_by_label(f"{name}: {field}")
    if field == "worker":
        entry.select_option(value)
    else:
        entry.fill(value)
        entry.press("Tab")


def test_a_timeline_is_drawn_in_every_way_and_compared_with_the_run(board: Notebook) -> None:
    drag(board, "A", lane=0, start=0)
    press(board, "B", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    type_in(board, "C", "worker", "1")
    type_in(board, "C", "start", "1")
    drag(board, "D", lane=0, start=3)
    press(board, "E", "ArrowUp", "ArrowUp", *["ArrowLeft"] * 6, "Shift+ArrowRight")
    type_in(board, "E", "end", "6")
    root = board.page.locator(".pool-lab-board-root")
    expect(root).to_have_attribute("data-placed", "5")
    expect(board.page.locator(".pool-lab-board-said")).to_have_text("E on worker 0, from 4 to 6")
    board.page.get_by_role("button", name="certain").click()
    expect(board.page.locator(".pool-lab-prediction")).to_contain_text("Recorded", timeout=PATIENCE_MS)
    drawn = [(0, 0, 3), (1, 0, 1), (1, 1, 6), (0, 3, 4), (0, 4, 6)]
    assert board.value("[tuple(map(int, bar)) for bar in drawing.record.option]") == drawn

    assert board.value(f"[future.result() for future in {NAPS}] and drawing.compare(watched).was_right") is True
    expect(root).to_have_attribute("data-real", "5", timeout=PATIENCE_MS)
