"""What is said about a run is true of it, and comes with what shows it."""

import asyncio
import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pool_lab.lab.programs.command import COMPARISONS
from pool_lab.lab.programs.comparison import comparison
from pool_lab.lab.programs.differences import pairs
from pool_lab.lab.programs.evidence import Evidence
from pool_lab.lab.programs.findings import Finding, findings
from pool_lab.lab.programs.page import page
from pool_lab.lab.programs.recording import record
from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.run_file import to_json
from pool_lab.lab.programs.text import figures, text
from pool_lab.lessons.command import main
from tests.lab.programs.test_runs import MS, PROCESSES, THREADS, call, run_with

EIGHT = THREADS._replace(workers=8)


def the_finding(run: Run) -> Finding:
    (found,) = findings(run)
    return found


def held_by(page_of_run: str) -> str:
    """The data from which a page draws its timeline."""
    found = re.search(r'<script type="application/json">(.*?)</script>', page_of_run)
    assert found is not None
    return found[1]


def submitted(row: list[Any], at: int) -> list[Any]:
    """The row of the same call, submitted at this time in ms."""
    return [*row[:3], at * MS, *row[4:]]


def test_unused_workers_are_the_evidence_of_their_finding() -> None:
    found = the_finding(run_with(call(0, 0, 200), call(1, 200, 400), call(2, 400, 500)))
    assert found.evidence == Evidence(workers=(1,))


def test_calls_that_are_submitted_one_by_one_leave_workers_unused() -> None:
    one_by_one = [submitted(call(n, 100 * n, 100 * n + 90), 100 * n) for n in range(9)]
    words, evidence = the_finding(run_with(*one_by_one, pools=(EIGHT,)))
    needed, _, reason = words.partition(": ")
    assert needed == "The pool never needed more than 1 of its 8 workers"
    assert reason == "each call was submitted when the one before it was done."
    assert evidence == Evidence(workers=tuple(range(1, 8)))


def test_too_few_calls_leave_workers_unused() -> None:
    words, _ = the_finding(run_with(call(0, 0, 200), call(1, 0, 200, 1), pools=(EIGHT,)))
    assert words == "The pool never needed more than 2 of its 8 workers: there were only 2 calls."


def test_nothing_is_said_of_the_size_of_the_pool_that_asyncio_makes() -> None:
    async def main(pool: ThreadPoolExecutor | None) -> None:
        await asyncio.get_running_loop().run_in_executor(pool, lambda: None)

    with record() as made, ThreadPoolExecutor(8) as pool:
        asyncio.run(main(None))
        asyncio.run(main(pool))
    chosen, default = (each._replace(workers=8) for each in made.run.pools)
    assert default.note.startswith("asyncio's default executor, ")
    assert findings(run_with(call(0, 0, 500), pools=(default,))) == []
    assert len(findings(run_with(call(0, 0, 500), pools=(chosen,)))) == 1


def test_a_nested_submit_that_ran_out_of_time_is_found_at_the_moment_of_its_queue() -> None:
    outer = [[0, n, "outer", 0, 1, 1, 3000 * MS, 3000 * MS, n, 0, "raised", "TimeoutError"] for n in range(2)]
    inner = [[0, n, "inner", 5, *[3001 * MS] * 2, *[3002 * MS] * 2, 0, 0, "returned"] for n in (2, 3)]
    words, evidence = findings(run_with(*outer, *inner))[0]
    assert words.startswith("For 3.0 s both workers were in calls, and 2 calls queued, until a call raised Timeout")
    assert evidence is not None
    assert evidence.calls == (0, 1)
    assert 1 < (evidence.moment or 0) < 3


@pytest.mark.parametrize("error", ["TimeoutError: timed out", "ValueError"])
def test_another_error_is_no_sign_of_a_nested_submit(error: str) -> None:
    outer = [[0, n, "outer", 0, 1, 1, 3000 * MS, 3000 * MS, n, 0, "raised", error] for n in range(2)]
    inner = [[0, n, "inner", 5, *[3001 * MS] * 2, *[3002 * MS] * 2, 0, 0, "returned"] for n in (2, 3)]
    assert "deadlock" not in " ".join(found.words for found in findings(run_with(*outer, *inner)))


def test_a_program_that_ends_amid_its_calls_is_no_deadlock() -> None:
    done = [call(n, 2400 * n, 2400 * (n + 1)) for n in range(4)]
    running = [[0, number, "work", 0, 9600 * MS, 9600 * MS, None, None, number - 4] for number in (4, 5)]
    words = [found.words for found in findings(run_with(*done, *running, [0, 6, "work", 2]))]
    assert words[0] == "The program ended while 2 calls ran and 1 more queued."


def test_what_helps_against_the_cost_of_sending_depends_on_the_pool() -> None:
    def tiny(taken: int) -> list[list[Any]]:
        return [
            [0, n, "f", 0, n * MS - taken, n * MS, n * MS + 10, n * MS + 900, n % 2, 10, "returned"]
            for n in range(1, 500)
        ]

    def advice(*rows: list[Any], **pool: Any) -> str:
        return the_finding(run_with(*rows, pools=(PROCESSES._replace(**pool),))).words.partition(" to send")[2]

    assert advice(*tiny(0)) == ": use map with a larger chunksize (it is 1 by default), or let each call do more."
    assert advice(*tiny(0), kind="interpreters") == ": let each call do more."
    assert advice(*tiny(5)) == ", although the pool sends short calls together: let each call do more."


def alternating(*begins: int) -> list[list[Any]]:
    """Calls of 1 ms, all submitted at 0, that begin at these times in ms, in turn on each of two workers."""
    return [call(n, at, at + 1, n % 2, 1) for n, at in enumerate(begins)]


def test_a_few_calls_with_large_arguments_cost_more_to_send_than_to_run() -> None:
    large = alternating(300, 340, 381, 421, 461, 501)
    words, evidence = the_finding(run_with(*large, pools=(PROCESSES,)))
    assert words == "A call of 1 ms costs 39 ms to send: send smaller arguments, or let each call do more."
    assert evidence == Evidence(between=(0.341, 0.501))
    assert findings(run_with(*large)) == []  # threads get no copy


def test_a_pause_of_the_program_and_one_of_the_machine_are_no_cost_of_sending() -> None:
    held_up = alternating(300, 301, 302, 303, 603, 604, 605, 606)
    rare = [submitted(call(n, 100 * n, 100 * n + 1, n % 2, 1), 100 * n) for n in range(9)]
    for calls in (held_up, rare):
        assert findings(run_with(*calls, pools=(PROCESSES,))) == []


def test_a_new_process_for_each_call_is_no_cost_of_sending() -> None:
    calls = alternating(300, 340, 381, 421, 461, 501)
    run = run_with(*calls, pools=(PROCESSES,))
    run.others.extend([0, "worker started", row[4] / 1e6 - 0.001, row[8], None, None] for row in calls)
    assert findings(run) == []


def test_the_start_of_workers_is_no_cost_of_sending() -> None:
    late = [[0, n, "f", 0, *[(2000 + n) * MS] * 2, *[(2001 + n) * MS] * 2, n % 2, 10, "returned"] for n in range(200)]
    assert findings(run_with(*late, pools=(PROCESSES,))) == []


def test_more_workers_are_advised_if_calls_wait_outside_and_not_if_they_compute() -> None:
    def eighty(cpu: int) -> Run:
        return run_with(*(call(n, 50 * (n // 2), 50 * (n // 2) + 49, n % 2, cpu) for n in range(80)))

    words, evidence = the_finding(eighty(0))
    assert words.endswith("more workers may help.")
    assert evidence is not None
    assert evidence.moment == 0
    assert findings(eighty(30)) != findings(eighty(0))
    assert "more workers" not in " ".join(found.words for found in findings(eighty(30)))


def test_a_call_that_never_waited_was_not_in_the_queue() -> None:
    queues = [figure for figure in figures(run_with(call(0, 0, 5))) if figure.name == "longest queue"]
    assert queues == [("longest queue", "0 calls", None)]


def test_workers_of_calls_that_never_ended_were_in_calls() -> None:
    running = [[0, number, "outer", 0, 1, 1, None, None, number] for number in range(2)]
    values = {figure.name: figure.value for figure in figures(run_with(*running))}
    assert values["workers in calls"] == "100%"


def test_the_page_gives_each_finding_and_slow_call_its_evidence() -> None:
    made = page(run_with(call(0, 0, 200), call(1, 200, 400), call(2, 400, 500), pools=(THREADS, THREADS)))
    held = [json.loads(html.unescape(each)) for each in re.findall(r'data-evidence="([^"]*)"', made)]
    assert {"panel", "calls", "workers", "between", "moment", "pool"} == set(held[0])
    assert [each["calls"] for each in held if each["calls"]] == [[0], [1], [2]]
    assert [each["workers"] for each in held if each["workers"]] == [[1]]
    assert re.findall(r'data-function="([^"]*)"', made) == ["work"]


def test_pools_of_two_runs_are_matched_by_title_and_order() -> None:
    before = run_with(pools=(THREADS, PROCESSES, THREADS))
    after = run_with(pools=(PROCESSES._replace(title="Other"), THREADS, PROCESSES))
    assert pairs(before, after) == [(0, 1), (1, 2), (2, None), (None, 0)]


def test_a_page_of_two_runs_has_the_calls_of_both_each_in_its_panel() -> None:
    made = comparison(run_with(call(0, 0, 200)), run_with(call(0, 0, 100), call(1, 0, 100, 1)))
    log = json.loads(held_by(made))["log"]
    assert [panel["title"] for panel in log["panels"]] == ["ThreadPoolExecutor, before", "ThreadPoolExecutor, after"]
    assert [row[:2] for row in log["calls"]] == [[0, 0], [1, 0], [1, 1]]
    assert "What changed" in made


def test_two_pools_of_one_class_are_told_apart_on_a_page_of_two_runs() -> None:
    two = run_with(call(0, 0, 200), call(1, 0, 100, pool=1), pools=(THREADS, THREADS))
    titles = [panel["title"] for panel in json.loads(held_by(comparison(two, two)))["log"]["panels"]]
    assert titles == [f"ThreadPoolExecutor {number}, {side}" for number in (1, 2) for side in ("before", "after")]


def test_only_what_both_runs_paused_is_cut_from_their_axis() -> None:
    def pauses(*rows: list[Any]) -> list[list[float]]:
        early = run_with(call(0, 0, 100), submitted(call(1, 6000, 6100), 6000))
        log = json.loads(held_by(comparison(early, run_with(*rows))))
        return [[row[2], row[6]] for row in log["log"]["others"] if row[1] == "pause"]

    assert pauses(call(0, 0, 5000)) == []
    assert pauses(call(0, 0, 300)) == [[0.3, 6.0]]


def test_compare_prints_a_table_or_writes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, ended in (("a.json", 200), ("b.json", 100)):
        (tmp_path / name).write_text(to_json(run_with(call(0, 0, ended))), encoding="utf-8")
    both = [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
    assert main(["compare", *both]) == 0
    assert "0.5 ×" in capsys.readouterr().out
    assert main(["compare", *both, "--out", str(tmp_path / "both.html")]) == 0
    assert (tmp_path / "both.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(["compare", *both, "--out", str(tmp_path / "none" / "both.html")]) == 2
    assert set(COMPARISONS) == {"text", "html"}


def test_in_the_text_all_values_begin_in_one_column_and_it_says_that_nothing_stands_out() -> None:
    run = run_with(*(call(n, 100 * (n // 2), 100 * (n // 2 + 1), n % 2, 95) for n in range(8)), pools=(PROCESSES,))
    _, _, *lines = text(run).splitlines()
    shown = lines[: lines.index("")]
    assert any("travelling back per call" in line for line in shown)
    starts = {line.index(figure.name) + len(figure.name) for line, figure in zip(shown, figures(run), strict=True)}
    assert len(starts) == 1
    assert lines[len(shown) + 1 :][:2] == ["Nothing stands out.", ""]
    found = text(run_with(call(0, 0, 200), call(1, 200, 400), call(2, 400, 500)))
    assert "\n- The pool never needed" in found
    assert "Nothing" not in found
