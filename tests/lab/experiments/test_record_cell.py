"""`%%record` over a cell: the cell does what it does without it, and then its pools are shown."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pool_lab import ThreadPoolExecutor
from pool_lab.lab.experiments import recorded
from pool_lab.lab.experiments.recorded import RecordedRun
from pool_lab.lab.programs.recording import record
from pool_lab.lab.trace.span import CallState
from tests.kernels import Kernel

POOL = "with ThreadPoolExecutor(2) as pool:\n    found = list(pool.map(abs, range(5)))\n"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with Kernel() as kernel:
        kernel.run("%load_ext pool_lab\nfrom concurrent.futures import ThreadPoolExecutor\nimport asyncio, time")
        yield kernel


def shows_a_run(kernel: Kernel) -> bool:
    """Whether the last cell showed a live view of a run."""
    shown = [message["content"]["data"] for message in kernel.messages if message["msg_type"] == "display_data"]
    return any(WIDGET_VIEW in data and data["text/plain"] == "RecordedRun(1 pool)" for data in shown)


def test_a_recorded_cell_shows_its_output_and_value_and_then_its_pools(kernel: Kernel) -> None:
    assert kernel.run(f"%%record\n{POOL}print('printed')\nfound") == "printed\n[0, 1, 2, 3, 4]\n"
    assert shows_a_run(kernel)
    assert kernel.run(f"{POOL}found") == "[0, 1, 2, 3, 4]\n"
    assert not shows_a_run(kernel)


@pytest.mark.parametrize("cell", ["1 / 0", "await asyncio.sleep(0)\n1 / 0", "for"])
def test_an_error_is_shown_as_without_it(kernel: Kernel, cell: str) -> None:
    def error(shown: str) -> list[str]:
        return [line for line in shown.splitlines() if "Cell In" not in line]

    alone, with_it = kernel.run(f"%xmode Plain\n{POOL}{cell}"), kernel.run(f"%%record\n{POOL}{cell}")
    assert error(with_it) == [line for line in error(alone) if "Exception reporting mode" not in line] != []
    assert shows_a_run(kernel) == (cell != "for")


def test_a_recorded_cell_may_await(kernel: Kernel) -> None:
    assert kernel.run("%%record\nawait asyncio.to_thread(abs, -3)") == "3\n"
    assert shows_a_run(kernel)


@pytest.mark.parametrize("magics", ["%%record\n%%capture", "%%capture said\n%%record"])
def test_another_cell_magic_may_be_above_or_below(kernel: Kernel, magics: str) -> None:
    assert kernel.run(f"{magics}\n{POOL}print('printed')") == ""
    assert shows_a_run(kernel) == magics.startswith("%%record")
    assert kernel.run("found") == "[0, 1, 2, 3, 4]\n"


def test_the_file_that_is_named_gets_the_run(kernel: Kernel, tmp_path: Path) -> None:
    file = tmp_path / "with space.json"
    kernel.run(f'%%record "{file.as_posix()}"\n{POOL}')
    assert len(json.loads(file.read_text())["calls"]) == 5


@pytest.mark.parametrize(
    ("name", "words"),
    [("run.bmp", "its name must end with .html, "), ("missing/run.html", "No such file or directory; name")],
)
def test_a_file_that_cannot_be_written_is_noticed_before_the_cell_runs(
    kernel: Kernel, tmp_path: Path, name: str, words: str
) -> None:
    shown = kernel.run(f"%%record {(tmp_path / name).as_posix()}\nprint('ran')")
    assert "ran" not in shown.split()
    assert words in shown
    assert kernel.run("%%record\nprint('now')").startswith("now\n")


def test_a_cell_without_pools_says_so(kernel: Kernel) -> None:
    assert kernel.run("%%record\n1 + 1") == "2\nNo pool was made, so there is nothing to show.\n"


def test_a_recording_is_shown_as_the_value_of_a_cell(kernel: Kernel) -> None:
    inside = "    " + POOL.replace("\n", "\n    ")
    assert kernel.run(f"from pool_lab.lab import record\nwith record() as run:\n{inside}\nrun") == ""
    assert shows_a_run(kernel)


def test_outside_a_notebook_a_recording_shows_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    with record() as run, ThreadPoolExecutor(1) as pool:
        pool.submit(divmod, 1, 0)
    run._ipython_display_()
    assert "1 call failed, with ZeroDivisionError." in capsys.readouterr().out


def test_the_live_view_has_all_calls_and_the_findings_on_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "someone_is_there", lambda: True)
    with record() as made, ThreadPoolExecutor(2) as pool:
        list(pool.map(abs, range(5)))
        pool.submit(divmod, 1, 0)
    run = made.run
    _, sentences, timeline = RecordedRun(run).view.children
    assert sorted(timeline.log["calls"]) == sorted(run.calls)
    assert "1 call failed, with ZeroDivisionError." in sentences.value
    assert run.traces[0].counts[CallState.FAILED] == 1


def test_of_many_pools_those_with_the_most_calls_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "someone_is_there", lambda: True)
    with record() as made:
        for calls in range(10):
            with ThreadPoolExecutor(1) as pool:
                list(pool.map(abs, range(calls)))
    _, sentences, timeline = RecordedRun(made.run).view.children
    assert len(timeline.log["calls"]) == sum(range(2, 10))
    assert "Below are the 8 pools with the most calls, of 10." in sentences.value
