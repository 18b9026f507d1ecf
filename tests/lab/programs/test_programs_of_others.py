"""Programs of others, recorded unchanged: what was recorded is what the program itself knows of its calls."""

import compileall
import inspect
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pool_lab.lab.programs.run_file import read_run
from pool_lab.lab.trace.span import CallState

COMMAND = [sys.executable, "-c", "import sys; from pool_lab.lessons.command import main; sys.exit(main())", "record"]
DOUBLE = "def double(n):\n    return 2 * n\n"


def recorded(folder: Path, *arguments: str) -> tuple[str, list[tuple[str, int]]]:
    """What the program printed; and of each pool that had calls its kind, and how many calls it finished."""
    file = folder / "run.json"
    paths = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    command = [*COMMAND, "--format", "json", "--out", str(file), *arguments]
    variables = {**os.environ, "PYTHONPATH": paths, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    run = read_run(file)
    counts = [(pool.kind, trace.counts) for pool, trace in zip(run.pools, run.traces, strict=True)]
    assert all(set(count) <= {CallState.FINISHED} for _, count in counts)
    return done.stdout, [(kind, count[CallState.FINISHED]) for kind, count in counts if count]


def write(folder: Path, code: str) -> str:
    (folder / "double.py").write_text(DOUBLE)
    (folder / "program.py").write_text(textwrap.dedent(code))
    return "program.py"


@pytest.mark.parametrize(("name", "kind"), [("thread_map", "threads"), ("process_map", "processes")])
def test_the_maps_of_tqdm(tmp_path: Path, name: str, kind: str) -> None:
    code = f"""
    from double import double
    from tqdm.contrib.concurrent import {name}

    if __name__ == "__main__":
        print(len({name}(double, range(20), max_workers=2, chunksize=1)))
    """
    assert recorded(tmp_path, write(tmp_path, code)) == ("20\n", [(kind, 20)])


def test_the_session_of_requests_futures_asks_a_server(tmp_path: Path) -> None:
    code = """
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from requests_futures.sessions import FuturesSession

    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with FuturesSession(max_workers=3) as session:
        session.trust_env = False
        futures = [session.get(f"http://127.0.0.1:{server.server_port}/{n}") for n in range(12)]
        assert {future.result(60).status_code for future in futures} == {200}
    server.shutdown()
    print(len(asked))
    """
    assert recorded(tmp_path, write(tmp_path, code)) == ("12\n", [("threads", 12)])


@pytest.mark.parametrize(
    ("scheduler", "made", "kind"),
    [("threads", "ThreadPoolExecutor", "threads"), ("processes", "ProcessPoolExecutor", "processes")],
)
def test_the_tasks_of_dask_are_run_in_a_pool(tmp_path: Path, scheduler: str, made: str, kind: str) -> None:
    code = f"""
    import concurrent.futures, dask
    from dask.callbacks import Callback
    from double import double

    if __name__ == "__main__":
        done = []
        with Callback(posttask=lambda *_: done.append(1)), concurrent.futures.{made}(2) as pool:
            tasks = [dask.delayed(double)(n) for n in range(12)]
            results = dask.compute(*tasks, scheduler={scheduler!r}, pool=pool, optimize_graph=False, chunksize=1)
        assert sorted(results) == [2 * n for n in range(12)]
        print(len(done))
    """
    printed, pools = recorded(tmp_path, write(tmp_path, code))
    assert pools == [(kind, int(printed))]
    assert int(printed) >= 12


def test_the_schedulers_of_dask_make_pools_of_their_own(tmp_path: Path) -> None:
    code = """
    import dask
    from dask.callbacks import Callback
    from double import double

    if __name__ == "__main__":
        for scheduler in ("threads", "processes"):
            done = []
            with Callback(posttask=lambda *_: done.append(1)):
                tasks = [dask.delayed(double)(n) for n in range(12)]
                dask.compute(*tasks, scheduler=scheduler, num_workers=2, optimize_graph=False, chunksize=1)
            print(scheduler, len(done))
    """
    printed, pools = recorded(tmp_path, write(tmp_path, code))
    assert [f"{kind} {count}" for kind, count in pools] == printed.splitlines()


def test_the_workers_of_compileall(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in range(7):
        (source / f"module_{name}.py").write_text("x = 1\n")
    _, pools = recorded(tmp_path, "-m", "compileall", "-j", "2", "-q", "source")
    assert len(list(source.rglob("*.pyc"))) == 7
    in_chunks = "chunksize=4" in inspect.getsource(compileall.compile_dir)  # since Python 3.13
    assert pools == [("processes", 2 if in_chunks else 7)]


def test_a_script_that_packs_files_with_pools(tmp_path: Path) -> None:
    code = """
    import pathlib, sys, zipfile, zlib
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    def crc(path):
        return zlib.crc32(pathlib.Path(path).read_bytes())

    if __name__ == "__main__":
        files = [f"file_{n}.txt" for n in range(9)]
        with ThreadPoolExecutor(3) as readers:
            list(readers.map(lambda name: pathlib.Path(name).write_text(name * 1000), files))
        with ProcessPoolExecutor(2) as pool, zipfile.ZipFile("all.zip", "w") as archive:
            sums = dict(zip(files, pool.map(crc, files), strict=True))
            for name in files:
                archive.write(name)
        assert {entry.filename: entry.CRC for entry in archive.infolist()} == sums
        print(len(archive.infolist()))
    """
    assert recorded(tmp_path, write(tmp_path, code)) == ("9\n", [("threads", 9), ("processes", 9)])


def test_a_plugin_of_pytest_that_checks_in_a_pool(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        textwrap.dedent("""
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(2)
        checks = []

        def pytest_runtest_logreport(report):
            if report.when == "call":
                checks.append(pool.submit(len, report.nodeid))

        def pytest_terminal_summary(terminalreporter):
            lengths = [check.result() for check in checks]
            terminalreporter.write_line(f"checked {len(lengths)}")
        """)
    )
    (tmp_path / "test_it.py").write_text(
        "import pytest\n@pytest.mark.parametrize('n', range(6))\ndef test_n(n):\n    pass\n"
    )
    printed, pools = recorded(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py")
    assert "checked 6" in printed.splitlines()
    assert "6 passed" in printed
    assert pools == [("threads", 6)]


def test_the_threads_of_joblib(tmp_path: Path) -> None:
    code = """
    from double import double
    from joblib import Parallel, delayed

    with Parallel(n_jobs=2, backend="threading", batch_size=1) as parallel:
        for count in (12, 5):
            print(len(parallel(delayed(double)(n) for n in range(count))))
    """
    assert recorded(tmp_path, write(tmp_path, code)) == ("12\n5\n", [("threads", 17)])
