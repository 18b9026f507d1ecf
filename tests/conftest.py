"""Gates for all tests; and every test leaves the machine as it found it.

No thread, process, file descriptor or shared memory stays behind.

What is only just ending is waited for. A test that cannot keep this says why:
`@pytest.mark.leaves_behind("the interpreter's exit is what ends it")`.
"""

import faulthandler
import gc
import os
import sys
import threading
import time
from collections.abc import Hashable, Iterator
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import NamedTuple

import hypothesis
import psutil
import pytest

from tests.contract.gates import Gate, MakeGate

WAIT_S = 5
FAILED = pytest.StashKey[bool]()

# How long an example takes says something about the machine, not about the code.
hypothesis.settings.register_profile("pool_lab", deadline=None)
hypothesis.settings.load_profile("pool_lab")


class Thing(NamedTuple):
    """Something that a test can leave behind; `identity` tells it from an older one of the same name."""

    kind: str
    identity: Hashable
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    exempt = request.node.get_closest_marker("leaves_behind")
    if exempt is not None:
        assert exempt.args, "leaves_behind needs the reason"
        yield
        return
    before = held()
    yield
    # What a failing test leaves is held by its traceback, and says nothing new.
    if not request.node.stash.get(FAILED, False) and (left := left_behind(before)):
        pytest.fail("left behind: " + ", ".join(map(str, left)), pytrace=False)


@pytest.fixture
def gates() -> Iterator[list[Gate]]:
    made: list[Gate] = []
    yield made
    for gate in made:
        gate.close()


@pytest.fixture
def make_gate(gates: list[Gate]) -> MakeGate:
    def make(opens_at: int | None = None) -> Gate:
        gates.append(Gate(opens_at))
        return gates[-1]

    return make


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed  # type: ignore[attr-defined]
    return report


def pytest_unconfigure() -> None:
    # A thread that never ends would keep the interpreter from its exit after all tests have passed.
    if sys.__stderr__ is not None:
        faulthandler.dump_traceback_later(60, exit=True, file=sys.__stderr__)


def left_behind(before: set[Thing]) -> list[Thing]:
    """What is there now and was not before, after those that are just ending had their time."""
    left = held() - before
    if left:
        gc.collect()  # A pool that was dropped ends its workers when its last reference goes.
    deadline = time.monotonic() + WAIT_S
    while left and time.monotonic() < deadline:
        time.sleep(0.01)
        left = held() - before
    return sorted(left, key=str)


def held() -> set[Thing]:
    return {*threads(), *processes(), *descriptors(), *shared_memory()}


def threads() -> Iterator[Thing]:
    for thread in threading.enumerate():
        yield Thing("thread", thread, thread.name)


def processes() -> Iterator[Thing]:
    # multiprocessing keeps these two for the whole life of the interpreter.
    lasting = {
        getattr(forkserver._forkserver, "_forkserver_pid", None),
        getattr(resource_tracker._resource_tracker, "_pid", None),
    }
    for pid in descendants(os.getpid()):
        if pid not in lasting:
            yield Thing("process", pid, str(pid))


def descendants(pid: int) -> Iterator[int]:
    """Ids of all processes below this one. Linux keeps lists of them; elsewhere psutil has to look at all there are."""
    tasks = Path(f"/proc/{pid}/task")
    if not Path("/proc/self/task").exists():
        yield from (child.pid for child in psutil.Process(pid).children(recursive=True))
        return
    for path in listed(tasks):
        try:
            children = (path / "children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from descendants(child)


def descriptors() -> Iterator[Thing]:
    lasting = {
        getattr(forkserver._forkserver, "_forkserver_alive_fd", None),
        getattr(resource_tracker._resource_tracker, "_fd", None),
    }
    for path in listed(Path("/proc/self/fd")):
        try:
            target = str(path.readlink()).removesuffix(" (deleted)")
        except OSError:  # The one that listed the folder is gone again.
            continue
        if int(path.name) not in lasting:
            yield Thing("file descriptor", path.name, f"{path.name} -> {target}")


def shared_memory() -> Iterator[Thing]:
    """Segments made by Python or by us: other programs on the machine have theirs in the same folder."""
    for path in listed(Path("/dev/shm")):
        if path.name.startswith(("psm_", "pool_lab")):
            yield Thing("shared memory", path.name, path.name)


def listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
