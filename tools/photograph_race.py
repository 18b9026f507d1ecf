"""Photograph the race of the README, light and dark: `python -m tools.photograph_race`. Needs Chromium and playwright.

It is a real race in a real JupyterLab, as in the first experiment of lesson 07. If other programs keep the cores busy,
no picture is taken, since it would show their work.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.jupyterlab import PROJECT, JupyterLab, jupyterlab
from tests.browser.notebook import Notebook, wait_for_jupyterlab

WIDTH, HEIGHT, SHARPNESS = 1100, 1000, 2
ATTEMPTS = 5
QUIET = 0.9
"""Calls in processes that have a core for this share of their time had the machine to themselves."""
CELLS = [
    "from pool_lab.lab import race, workloads",
    "files = race(workloads.parse(calls=24, length_s=0.25), together=False)\nfiles",
]
# What else is in the view: the controls, and the chart below the timeline.
ONLY_THE_LANES = """
.pool-lab-controls, .pool-lab-result, .pool-lab-caption, .pool-lab-hint, .pool-lab-scrubber, .pool-lab-futures {
  display: none !important;
}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as home, jupyterlab(Path(home)) as lab, sync_playwright() as driver:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SHARPNESS)
        photograph(page, lab)
        browser.close()


def photograph(page: Page, lab: JupyterLab) -> None:
    page.goto(lab.address("lab"))
    wait_for_jupyterlab(page)
    lab.put_cells(CELLS, "race.ipynb")
    notebook = Notebook(page, "race.ipynb")
    notebook.run_all()
    run_undisturbed(notebook)
    page.add_style_tag(content=ONLY_THE_LANES)
    for theme in ("Light", "Dark"):
        notebook.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        page.wait_for_timeout(1000)  # the picture is drawn anew
        view = page.locator(".pool-lab-experiment")
        view.screenshot(path=PROJECT / "docs" / f"race-{theme.lower()}.png")
    print(notebook.value("files.summary()"))


def run_undisturbed(notebook: Notebook) -> None:
    race, name = notebook.race("files"), "Start"
    for _ in range(ATTEMPTS):
        race.press(name)
        race.wait_for("data.running")
        race.finish()
        if notebook.value("min(trace.core_share for trace in [files.trace['processes']])") > QUIET:
            return
        name = "Start again"
    sys.exit("other programs keep the cores busy: no picture was taken")


if __name__ == "__main__":
    main()
