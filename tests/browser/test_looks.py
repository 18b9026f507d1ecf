"""How a race looks in a light and a dark page and in a narrow one; the pictures are kept for people to judge."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.notebook import PATIENCE_MS, TWO_FRAMES, Notebook, Race

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

Look = Callable[[str, int], None]

BLUE_ON_LIGHT, BLUE_ON_DARK = "#0072b2", "#56b4e9"


def photograph_run(race: Race, start: str, artefacts: Path, name: str) -> None:
    """Run the race and keep two pictures: under way, steered in the meantime, and finished."""
    race.press(start)
    race.wait_for("data.running && data.done >= 12")
    race.drag(to=0.75)
    race.wait_for("data.lanesMost >= 12 || !data.running")
    race.photograph(artefacts / f"race-{name}-running.png")
    race.finish()
    race.photograph(artefacts / f"race-{name}-finished.png")


@pytest.fixture
def look(fetching: Notebook) -> Iterator[Look]:
    """Changes the page's theme and width; undone at the end."""
    yield (change := partial(change_look, fetching))
    change("Light", 1280)


def change_look(notebook: Notebook, theme: str, width: int) -> None:
    notebook.command("apputils:change-theme", theme=f"JupyterLab {theme}")
    # JupyterLab takes away the splash of one change twice if the next follows at once.
    notebook.page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=PATIENCE_MS)
    notebook.page.set_viewport_size({"width": width, "height": 1000})


def test_controls_have_names_and_a_race_takes_the_theme_that_is_chosen_while_it_runs(held: Notebook) -> None:
    race = held.race("contest")
    expect(race.view.get_by_role("slider", name="workers")).to_have_attribute(
        "aria-valuetext", "2", timeout=PATIENCE_MS
    )
    expect(race.view.get_by_role("slider")).to_have_count(2)
    expect(race.view.get_by_role("slider", name="calls")).to_be_visible()
    race.handle.focus()
    expect(race.handle).to_have_attribute("data-lm-suppress-shortcuts", "true")  # or a notebook would take its arrows
    race.press("Start")
    race.wait_for("data.runningCalls === 4")
    assert BLUE_ON_LIGHT in race.colours()
    try:
        change_look(held, "Dark", 1280)
        race.wait_for("data.running")
        held.page.evaluate(TWO_FRAMES)
        assert BLUE_ON_DARK in race.colours()
        assert BLUE_ON_LIGHT not in race.colours()
        assert race.fact("running-calls") == 4
    finally:
        change_look(held, "Light", 1280)
    held.value("gate.set()")
    race.finish()


def test_a_race_is_at_home_on_light_dark_and_narrow_pages(fetching: Notebook, look: Look, artefacts: Path) -> None:
    fetching.predict()
    race = fetching.race("pages")
    photograph_run(race, "Start", artefacts, "light")
    assert BLUE_ON_LIGHT in race.colours()

    for theme, blue in (("Dark", BLUE_ON_DARK), ("Light", BLUE_ON_LIGHT)) * 3:
        fetching.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        fetching.page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=PATIENCE_MS)
        for _ in range(3):
            fetching.page.evaluate(TWO_FRAMES)
        assert blue in race.colours(), f"a race that is over, {theme}"

    race.drag(to=0.4)
    look("Dark", 1280)
    photograph_run(race, "Start again", artefacts, "dark")
    assert BLUE_ON_DARK in race.colours()
    assert BLUE_ON_LIGHT not in race.colours()

    race.drag(to=0.4)
    look("Light", 480)
    photograph_run(race, "Start again", artefacts, "narrow")
    race.wait_until_it_fits()
