"""Photograph the race of the README, light and dark: `python -m tools.photograph_race`. Needs Chromium and playwright.

It is a real race in a real JupyterLab, as in the first experiment of lesson 07. When it is over, the view shows one
moment of it after the other; these are the frames of the moving picture. If other programs keep the cores busy, no
picture is taken, since it would show their work.
"""

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser.jupyterlab import PROJECT, JupyterLab, jupyterlab
from tests.browser.notebook import TWO_FRAMES, Notebook, wait_for_jupyterlab

WIDTH, HEIGHT, SHARPNESS = 1100, 1000, 2
ATTEMPTS = 5
QUIET = 0.8
"""Calls in processes that have a core for this share of their time had the machine to themselves."""
FRAMES, FRAME_MS, LAST_MS = 80, 100, 4000
"""Of the moving picture, and how long each is shown: the race in 8 seconds, then its end."""
FRAME_WIDTH = 1400
"""In pixels. The still has twice the pixels of the screen, for print."""
CELLS = [
    "from pool_lab.lab import race, workloads",
    "files = race(workloads.parse(calls=24, length_s=0.25), together=False)\nfiles",
]
# What else is in the view: the controls, and the chart below the timeline.
ONLY_THE_LANES = """
.pool-lab-controls, .pool-lab-result, .pool-lab-caption, .pool-lab-story, .pool-lab-hint, .pool-lab-futures,
.pool-lab-experiment button {
  display: none !important;
}
.pool-lab-scrubber { opacity: 0; }
"""
SHOW_MOMENT = """(range, share) => {
  range.value = share * Number(range.max);
  range.dispatchEvent(new Event("input", { bubbles: true }));
}"""


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
    view = page.locator(".pool-lab-experiment")
    for theme in ("Light", "Dark"):
        notebook.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        page.wait_for_timeout(1000)  # the picture is drawn anew
        picture = PROJECT / "docs" / f"race-{theme.lower()}"
        view.screenshot(path=picture.with_suffix(".png"))
        store_moving(picture.with_suffix(".webp"), frames(view))
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


def frames(view: Locator) -> Iterator[Image.Image]:
    """Moments from the beginning of the race to its end, equally far apart."""
    moment = view.locator(".pool-lab-range")
    for number in range(FRAMES + 1):
        moment.evaluate(SHOW_MOMENT, number / FRAMES)
        view.page.evaluate(TWO_FRAMES)
        frame = Image.open(io.BytesIO(view.screenshot())).convert("RGB")
        yield frame.resize((FRAME_WIDTH, round(frame.height * FRAME_WIDTH / frame.width)), Image.Resampling.LANCZOS)


def store_moving(path: Path, pictures: Iterator[Image.Image]) -> None:
    first, *others = pictures
    shown_ms = [FRAME_MS] * len(others) + [LAST_MS]
    first.save(path, save_all=True, append_images=others, duration=shown_ms, loop=0, quality=80, method=6)


if __name__ == "__main__":
    main()
