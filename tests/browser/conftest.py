"""One JupyterLab and one Chromium for all tests of a session; a page and a kernel of its own for each.

What a test leaves in the page or the cells that a reader would call an error fails it at its end.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.jupyterlab import PROJECT, JupyterLab, jupyterlab
from tests.browser.notebook import Notebook

LESSON = "07_race_threads_and_processes.ipynb"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    with jupyterlab(tmp_path_factory.mktemp("jupyterlab")) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[BrowserContext]:
    """Its pages share a cache, so that only the first has to load all of JupyterLab."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("these tests need Chromium: install it (Debian: apt install chromium)", pytrace=False)
    with sync_playwright() as driver, driver.chromium.launch(executable_path=chromium, args=FLAGS) as chrome:
        yield chrome.new_context(viewport={"width": 1280, "height": 1000})


@pytest.fixture
def page(browser: BrowserContext, lab: JupyterLab, artefacts: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A new page; how it looked at the end of the test is kept."""
    page = browser.new_page()
    yield page
    page.screenshot(path=artefacts / f"{_name(request)}.png")
    page.close()
    lab.end_kernels()


@pytest.fixture
def lesson(page: Page, lab: JupyterLab, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """Lesson 07, open and run."""
    yield from _run(page, lab.put(LESSON, f"{_name(request)}.ipynb"))


@pytest.fixture
def computing(page: Page, lab: JupyterLab, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """A notebook with a long race of calls that hold the GIL, run."""
    cells = ["from pool_lab.lab import race, workloads", "files = race(workloads.parse(calls=400))\nfiles"]
    yield from _run(page, lab.put_cells(cells, f"{_name(request)}.ipynb"))


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where pictures are kept for people to look at."""
    folder = PROJECT / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


def _run(page: Page, address: str) -> Iterator[Notebook]:
    notebook = Notebook(page, address)
    notebook.run_all()
    yield notebook
    complaints = notebook.complaints()
    assert not complaints, "\n".join(complaints)


def _name(request: pytest.FixtureRequest) -> str:
    name: str = request.node.name
    return name.removeprefix("test_")
