"""How a race looks in a light and a dark page and in a narrow one; the pictures are kept for people to judge."""

from pathlib import Path

import pytest

from tests.browser.notebook import Notebook, Race

pytestmark = pytest.mark.leaves_behind("Chromium keeps processes in store, for the next page")

BLUE_ON_LIGHT, BLUE_ON_DARK = "#0072b2", "#56b4e9"


def photograph_run(race: Race, start: str, artefacts: Path, name: str) -> None:
    """Run the race and keep two pictures: under way, steered in the meantime, and finished."""
    race.press(start)
    race.wait_for("data.running && data.done >= 12")
    race.drag(to=0.75)
    race.wait_for("data.lanesMost >= 12")
    race.photograph(artefacts / f"race-{name}-running.png")
    race.finish()
    race.photograph(artefacts / f"race-{name}-finished.png")


def test_a_race_is_at_home_on_light_dark_and_narrow_pages(lesson: Notebook, artefacts: Path) -> None:
    lesson.predict()
    race = lesson.race("pages")
    photograph_run(race, "Start", artefacts, "light")
    assert BLUE_ON_LIGHT in race.colours()

    race.drag(to=0.4)
    lesson.command("apputils:change-theme", theme="JupyterLab Dark")
    photograph_run(race, "Start again", artefacts, "dark")
    assert BLUE_ON_DARK in race.colours()
    assert BLUE_ON_LIGHT not in race.colours()

    race.drag(to=0.4)
    lesson.command("apputils:change-theme", theme="JupyterLab Light")
    lesson.page.set_viewport_size({"width": 480, "height": 1000})
    photograph_run(race, "Start again", artefacts, "narrow")
    assert not race.overflows()
