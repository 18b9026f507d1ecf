"""One JupyterLab, open in one page, for all tests of a session; a notebook and a kernel for each.

How the page looked at the end of a test is kept. What a reader would call an error, on the page, in a cell or a log,
fails the test in whose time it came up.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("these tests need Chromium: install it (Debian: apt install chromium)", pytrace=False)
    with sync_playwright() as driver, driver.chromium.launch(executable_path=chromium, args=FLAGS) as browser:
        yield browser


@pytest.fixture(scope="session")
def page(lab: JupyterLab, browser: Browser) -> Page:
    """JupyterLab in a browser, no notebook open."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    # Leaving a page with unsaved changes asks back.
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(lab.address("lab"))
    wait_for_jupyterlab(page)
    return page


@pytest.fixture
def empty_page(browser: Browser) -> Iterator[Page]:
    """A page of its own, without JupyterLab."""
    context = browser.new_context(viewport={"width": 960, "height": 800}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


@pytest.fixture
def lesson(page: Page, lab: JupyterLab, artefacts: Path, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """Lesson 07, open and run."""
    name = request.node.name.removeprefix("test_")
    lab.put(LESSON, f"{name}.ipynb")
    yield from _open_and_run(page, lab, name, artefacts)


def _of_cells(*cells: str) -> Callable[..., Iterator[Notebook]]:
    """A fixture: a notebook of these cells, open and run."""

    @pytest.fixture
    def notebook(page: Page, lab: JupyterLab, artefacts: Path, request: pytest.FixtureRequest) -> Iterator[Notebook]:
        name = request.node.name.removeprefix("test_")
        lab.put_cells(list(cells), f"{name}.ipynb")
        yield from _open_and_run(page, lab, name, artefacts)

    return notebook


# A prediction, and the race that waits for it: of calls that wait for a server, so the kernel is at leisure.
fetching = _of_cells(
    "from pool_lab.lab import race, workloads\nfrom pool_lab.lessons import predict",
    'waiting = predict("07 fetch")\nwaiting',
    "pages = race(workloads.fetch(calls=120, delay_s=0.2), workers=4, after=waiting)\npages",
)

# A long race of calls that hold the GIL.
computing = _of_cells(
    "from pool_lab.lab import race, workloads",
    "files = race(workloads.parse(calls=400, length_s=0.04))\nfiles",
)

# A race of threads: six calls for each, which wait until the gate is opened.
held = _of_cells(
    "import threading\nfrom pool_lab.lab import race, workloads",
    "gate = threading.Event()\nwaits = workloads.of(gate.wait, [60] * 6)\n"
    'contest = race(waits, workers=2, executors=["threads", "standard threads"], serial_s=0)\ncontest',
    "",
)

# A race of calls of which everything can be varied.
mixed = _of_cells(
    "from pool_lab.lab import race, workloads",
    "calls = race(workloads.mix(calls=24, length_s=0.02, waiting=0.5), workers=2)\ncalls",
)

# A sweep over a function of its own.
swept = _of_cells(
    "from pool_lab.lab import sweep, workloads",
    "def total(n):\n    return sum(i * i for i in range(n))",
    "speed = sweep(workloads.of(total, [20_000] * 12), workers=[1, 2, 3])\nspeed",
)

# A sweep over threads that ends when it is stopped.
endless = _of_cells(
    "from pool_lab.lab import sweep, workloads",
    "naps = workloads.of(workloads.nap, [0.2] * 4)\n"
    'speed = sweep(naps, workers=[1, 2], executors=["threads"], rounds=1000)\nspeed',
    "",
)

# Progress bars around calls in pools, and a race to look at.
counting = _of_cells(
    "from tqdm.auto import tqdm\nfrom pool_lab import ProcessPoolExecutor, ThreadPoolExecutor, as_completed",
    "from pool_lab.lab import race, workloads\nrace(workloads.of(abs, range(4)))",
    "with ThreadPoolExecutor(2) as pool:\n    done = list(tqdm(pool.map(abs, range(40)), total=40))",
    "with ProcessPoolExecutor(2) as pool:\n    futures = [pool.submit(abs, n) for n in range(30)]\n"
    "    also = list(tqdm(as_completed(futures), total=30))",
)

# A question for each kind of form but the drawing, and a pool that waits for the first answer.
asking = _of_cells(
    "from pool_lab import ThreadPoolExecutor\nfrom pool_lab.lab import watch\nfrom pool_lab.lessons import predict",
    'choice = predict("00 naps")\nchoice',
    "pool = ThreadPoolExecutor(2)\nwatched = watch(pool, after=choice)\nwatched",
    'number = predict("01 hundred calls")\nnumber',
    'order = predict("02 order")\norder',
)

# A question, and cells that answer it before anyone has answered: with a value, a print and a comparison.
answering = _of_cells(
    "from pool_lab import ThreadPoolExecutor\nfrom pool_lab.lab import stacked, watch",
    'from pool_lab.lessons import predict\nnaps = predict("00 naps")\nnaps',
    "pool = ThreadPoolExecutor(2)\nwatched = watch(pool, after=naps)\nwatched",
    'print("printed", pool.submit(abs, -41).result())\nstacked({"calls": watched})',
    "naps.compare(watched)",
    "watched.trace.most_at_once, 42",
)

# A timeline to draw, and the pool that waits for it.
board = _of_cells(
    "from pool_lab import ThreadPoolExecutor\nfrom pool_lab.lab import watch, workloads",
    'from pool_lab.lessons import predict\ndrawing = predict("00 drawing")\ndrawing',
    "pool = ThreadPoolExecutor(2)\nwatched = watch(pool, after=drawing)\nwatched",
)

# A watched pool of two threads, and six calls that wait until the gate is opened.
watching = _of_cells(
    "import threading\nfrom pool_lab import ThreadPoolExecutor, wait\nfrom pool_lab.lab import watch",
    "gate = threading.Event()\npool = ThreadPoolExecutor(2)\nwatched = watch(pool)\nwatched",
    "futures = [pool.submit(gate.wait, 60) for _ in range(6)]",
    "",
)

# The same, with a cell after them that is too long to be in sight as well.
stepping = _of_cells(
    "import threading\nfrom pool_lab import ThreadPoolExecutor\nfrom pool_lab.lab import watch",
    "gate = threading.Event()\npool = ThreadPoolExecutor(2)\nwatched = watch(pool)\nwatched",
    "futures = [pool.submit(gate.wait, 60) for _ in range(6)]" + "\n# more" * 20,
    "# the next cell" + "\n# more" * 30,
    "",
)

# Two threads whose steps are chosen with buttons.
scheduling = _of_cells(
    "import threading\nfrom pool_lab.lab import interleave",
    'threads = interleave("with lock: counter = counter + 1", counter=0, lock=threading.Lock())\nthreads',
    "",
)

# A look into the futures of a pool with two workers.
inspector = _of_cells(
    "from pool_lab import ThreadPoolExecutor\nfrom pool_lab.lab import inspect_futures",
    'pool = ThreadPoolExecutor(2, "kitchen")\nlab = inspect_futures(pool)\nlab',
    "",
)


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
