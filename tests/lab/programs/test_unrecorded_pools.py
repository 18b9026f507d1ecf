"""A `multiprocessing.Pool` cannot be recorded. Where a run has other pools, it says that this one is missing."""

import json
import multiprocessing
from multiprocessing.pool import ThreadPool
from pathlib import Path

from pool_lab.lab.programs.formats import write
from pool_lab.lab.programs.page import page
from pool_lab.lab.programs.recording import record
from pool_lab.lab.programs.run_file import from_json, read_run, to_json
from pool_lab.lab.programs.text import text
from tests.lab.programs.test_record_program import Recorded
from tests.lab.programs.test_runs import call, run_with


def test_text_and_page_of_a_run_say_that_a_pool_is_not_recorded(tmp_path: Path) -> None:
    with record() as made, multiprocessing.get_context("spawn").Pool(1), ThreadPool(1) as threads:
        threads.apply(abs, (1,))
    assert [pool.title for pool in made.run.pools] == ["ThreadPool"]
    write(made.run, tmp_path / "a.json")
    for run in (made.run, read_run(tmp_path / "a.json")):
        assert "A multiprocessing.Pool is not recorded: " in text(run)
        assert "A multiprocessing.Pool is not recorded: " in page(run)


def test_a_pool_of_threads_is_recorded_and_not_said_to_be_missing() -> None:
    with record() as made, ThreadPool(1) as threads:
        threads.apply(abs, (1,))
    assert "not recorded" not in text(made.run)


def test_the_pools_of_a_program_that_are_not_recorded_are_counted(tmp_path: Path) -> None:
    code = """
    import multiprocessing
    from concurrent.futures import ThreadPoolExecutor

    if __name__ == "__main__":
        for _ in range(2):
            with multiprocessing.get_context("spawn").Pool(1) as processes, ThreadPoolExecutor(1) as threads:
                print(processes.map(abs, [-1]), threads.submit(abs, -1).result())
    """
    recorded = Recorded(tmp_path, code=code)
    assert (recorded.done.stdout, recorded.calls) == ("[1] 1\n" * 2, [("threads", 1)] * 2)
    assert recorded.run is not None
    assert "2 pools of multiprocessing.Pool are not recorded: " in text(recorded.run)


def test_the_file_of_an_earlier_version_is_read() -> None:
    data = json.loads(to_json(run_with(call(0, 0, 5))))
    assert data.pop("unrecorded") == 0
    assert from_json(json.dumps(data)) == run_with(call(0, 0, 5))
