"""One JupyterLab, open in one page, for all tests of a session; a notebook and a kernel for each.

How the page looked at the end of a test is kept. What a reader would call an error, on the page, in a cell or a log,
fails the test in whose time it came up.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.jupyterlab import PROJECT, JupyterLab, jupyterlab
from tests.browser.notebook import PATIENCE_MS, Notebook, wait_for_jupyterlab

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
def page(lab: JupyterLab) -> Iterator[Page]:
    """JupyterLab in a browser, no notebook open."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("these tests need Chromium: install it (Debian: apt install chromium)", pytrace=False)
    with sync_playwright() as driver, driver.chromium.launch(executable_path=chromium, args=FLAGS) as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(PATIENCE_MS)
        # Leaving a page with unsaved changes asks back.
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(lab.address("lab"))
        wait_for_jupyterlab(page)
        yield page


@pytest.fixture
def lesson(page: Page, lab: JupyterLab, artefacts: Path, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """Lesson 07, open and run."""
    name = request.node.name.removeprefix("test_")
    lab.put(LESSON, f"{name}.ipynb")
    yield from _open_and_run(page, lab, name, artefacts)


@pytest.fixture
def computing(page: Page, lab: JupyterLab, artefacts: Path, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """A notebook with a long race of calls that hold the GIL, run."""
    name = request.node.name.removeprefix("test_")
    cells = ["from pool_lab.lab import race, workloads", "files = race(workloads.parse(calls=400))\nfiles"]
    lab.put_cells(cells, f"{name}.ipynb")
    yield from _open_and_run(page, lab, name, artefacts)


@pytest.fixture
def board(page: Page, lab: JupyterLab, artefacts: Path, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """A notebook with a timeline to draw, and the pool that waits for it, run."""
    name = request.node.name.removeprefix("test_")
    cells = [
        "from pool_lab import ThreadPoolExecutor\nfrom pool_lab.lab import watch, workloads",
        'from pool_lab.lessons import predict\ndrawing = predict("00 drawing")\ndrawing',
        "pool = ThreadPoolExecutor(2)\nwatched = watch(pool, after=drawing)\nwatched",
    ]
    lab.put_cells(cells, f"{name}.ipynb")
    yield from _open_and_run(page, lab, name, artefacts)


@pytest.fixture
def inspector(page: Page, lab: JupyterLab, artefacts: Path, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """A notebook that looks into the futures of a pool with two workers, run."""
    name = request.node.name.removeprefix("test_")
    cells = [
        "from pool_lab import ThreadPoolExecutor\nfrom pool_lab.lab import inspect_futures",
        'pool = ThreadPoolExecutor(2, "kitchen")\nlab = inspect_futures(pool)\nlab',
    ]
    lab.put_cells(cells, f"{name}.ipynb")
    yield from _open_and_run(page, lab, name, artefacts)


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where pictures are kept for people to look at."""
    folder = PROJECT / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


def _open_and_run(page: Page, lab: JupyterLab, name: str, artefacts: Path) -> Iterator[Notebook]:
    notebook = Notebook(page, f"{name}.ipynb")
    notebook.run_all()
    yield notebook
    page.locator(".pool-lab-experiment").first.evaluate("(view) => view.scrollIntoView({ block: 'start' })")
    page.screenshot(path=artefacts / f"{name}.png")
    complaints = notebook.complaints()
    notebook.close()
    lab.end_kernels()
    assert not complaints, "\n".join(complaints)
