"""Run the contests: contestants in turn, round by round, each in an interpreter of its own."""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from . import pieces, pools  # noqa: F401  # they enter their contests
from .contests import CONTESTS, Contest
from .report import chart, machine, table

Numbers = dict[str, dict[str, list[float]]]
"""By contest and contestant, one for each round."""

PATIENCE_S = 300


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parse(arguments)
    if options.alone:
        print(CONTESTS[options.alone[0]].contestants[options.alone[1]]())
        return
    chosen = [contest for name, contest in CONTESTS.items() if all(word in name for word in options.words)]
    if not chosen:
        raise SystemExit("No contest has all of these words in its name:\n  " + "\n  ".join(CONTESTS))
    print(machine(), flush=True)
    numbers = measure(chosen, options.rounds)
    medians = {name: {who: statistics.median(taken) for who, taken in rows.items()} for name, rows in numbers.items()}
    print(table(chosen, medians))
    if options.save:
        folder = Path(options.save)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "numbers.json").write_text(json.dumps({"machine": machine(), "numbers": numbers}, indent=1))
        chart(chosen, medians, folder / "chart.png")


def measure(contests: Sequence[Contest], rounds: int) -> Numbers:
    numbers: Numbers = {contest.name: {who: [] for who in contest.contestants} for contest in contests}
    for turn in range(rounds):
        for contest in contests:
            for who in contest.contestants:
                _show(f"round {turn + 1} of {rounds}: {contest.name}: {who}")
                number = _alone(contest.name, who)
                if number is not None:
                    numbers[contest.name][who].append(number)
    _show("")
    return {name: {who: taken for who, taken in rows.items() if taken} for name, rows in numbers.items()}


def _show(progress: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{progress}", end="", file=sys.stderr, flush=True)
    elif progress:
        print(progress, file=sys.stderr, flush=True)


def _alone(contest: str, who: str) -> float | None:
    """The number, measured in a fresh interpreter; None, with a word on stderr, if the contestant gave up."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks", "--alone", contest, who]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        reason = str(failure.stderr or "").strip().splitlines()[-1:] or [str(failure)]
        print(f"\n{who} gave up: {reason[0]}", file=sys.stderr)
        return None
    return float(ran.stdout.split()[-1])


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("words", nargs="*", help="only contests with all of these words in their names")
    parser.add_argument("-r", "--rounds", type=int, default=5)
    parser.add_argument("--save", metavar="FOLDER", help="write the numbers and the chart there")
    parser.add_argument("--alone", nargs=2, metavar=("CONTEST", "CONTESTANT"), help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
