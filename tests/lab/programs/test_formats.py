"""The format of a file is what `--format` says, or else what the ending of its name says."""

import os
import sys
from pathlib import Path

import pytest

from pool_lab.lab.programs.run import Facts, RecordedPool, Run
from pool_lab.lab.programs.run_file import to_json
from pool_lab.lessons.command import main


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        (["--out", "a.json"], '{"format"'),
        (["--out", "a.perfetto.json"], '{"traceEvents"'),
        (["--out", "a.PERFETTO.json"], '{"traceEvents"'),
        (["--out", "page", "--format", "html"], "<!doctype"),
        (["--out", "a.page", "--format", "json"], '{"format"'),
        (["--out", "a.json", "--format", "html"], "<!doctype"),
    ],
)
def test_a_run_is_written_as_the_format_says_and_else_as_the_ending_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], begins: str
) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run(Facts(lasted_s=1.0), (RecordedPool("ThreadPoolExecutor", "", "threads", 1, 0),))
    Path("run.json").write_text(to_json(run), encoding="utf-8")
    assert main(["show", "run.json", *options]) == 0
    assert Path(options[1]).read_text(encoding="utf-8").startswith(begins)


@pytest.mark.parametrize(
    ("command", "out", "endings"),
    [
        ("show run.json", "a.xml", ".html, .perfetto.json, .json or .txt"),
        ("show run.json", "a", ".html, .perfetto.json, .json or .txt"),
        ("compare run.json run.json", "a.xml", ".html or .txt"),
        ("compare run.json run.json", "html", ".html or .txt"),
        ("compare run.json run.json", "a.json", ".html or .txt"),
        ("record -o a.xml -c pass", "a.xml", ".html, .perfetto.json, .json or .txt"),
    ],
)
def test_an_ending_of_no_format_is_an_error_that_names_those_that_work(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
    out: str,
    endings: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run(Facts(lasted_s=1.0), (RecordedPool("ThreadPoolExecutor", "", "threads", 1, 0),))
    Path("run.json").write_text(to_json(run), encoding="utf-8")
    assert main(command.split() if "-o" in command else [*command.split(), "-o", out]) == 2
    said = f"pool-lab: cannot write {out}: its name must end with {endings}; or choose a format with --format\n"
    assert capfd.readouterr() == ("", said)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="there, nul is a name in every folder")
def test_what_is_no_file_needs_no_ending(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = Run(Facts(lasted_s=1.0), (RecordedPool("ThreadPoolExecutor", "", "threads", 1, 0),))
    (tmp_path / "run.json").write_text(to_json(run), encoding="utf-8")
    assert main(["show", str(tmp_path / "run.json"), "--out", os.devnull]) == 0
    assert capfd.readouterr().err == f"pool-lab: 1 pool, 0 calls: {os.devnull}\n"
