"""What came out: a table for the terminal, a chart for the README."""

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from pool_lab.lab.stills.style import INK, QUIET, styled

from .contests import FLOOR, OURS, STANDARD, Contest

Medians = Mapping[str, Mapping[str, float]]
"""By contest and contestant."""

MARKS = {
    OURS: ("o", "#0072B2"),
    STANDARD: ("s", "#D55E00"),
    "multiprocessing": ("^", "#009E73"),
    "loky": ("v", "#CC79A7"),
    "joblib": ("D", "#E69F00"),
    "pebble": ("P", "#56B4E9"),
    "mpire": ("X", QUIET),
    FLOOR: ("|", INK),
}


def machine() -> str:
    return (
        f"{platform.python_implementation()} {platform.python_version()} on {platform.system()} {platform.machine()}, "
        f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores"
    )


def table(contests: Sequence[Contest], medians: Medians) -> str:
    """How long each library took, how many times as long as pool_lab, and which targets were reached."""
    return "\n".join(line for contest in contests for line in _rows(contest, medians[contest.name]))


def _rows(contest: Contest, medians: Mapping[str, float]) -> list[str]:
    ours = medians.get(OURS)
    lines = ["", f"{contest.name} ({contest.unit})"]
    for who, number in sorted(medians.items(), key=lambda row: row[1]):
        ratio = f"{number / ours:8.2f} x" if ours and who != OURS else ""
        lines.append(f"  {who:<24}{_short(number):>10}{ratio}")
    for target in contest.targets:
        verdict = {True: "reached", False: "missed", None: "not measured"}[target.reached(medians)]
        lines.append(f"  {verdict}: {target}")
    return lines


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def chart(contests: Sequence[Contest], medians: Medians, path: Path) -> None:
    """How many times as long as pool_lab each contestant took: a row for each contest, a mark for each of them."""
    from matplotlib.figure import Figure

    rows = [(contest, medians[contest.name]) for contest in contests if OURS in medians[contest.name]]
    with styled():
        figure = Figure(figsize=(9.6, 1.2 + 0.3 * len(rows)), layout="constrained")
        axes = figure.subplots()
        for who, (marker, colour) in MARKS.items():
            points = [(taken[who] / taken[OURS], -y) for y, (_, taken) in enumerate(rows) if who in taken]
            if points:
                axes.plot(*zip(*points, strict=True), marker, color=colour, markersize=6, label=who, linestyle="none")
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:g} x")
        axes.xaxis.set_minor_formatter("")
        axes.set_ylim(0.6 - len(rows), 0.4)
        axes.set_yticks([-y for y in range(len(rows))], [contest.name for contest, _ in rows])
        axes.set_xlabel("time taken, as a multiple of pool_lab's: right of 1 is slower")
        axes.grid(visible=True)
        figure.legend(loc="outside lower center", ncols=len(MARKS), frameon=False, fontsize=8.3)
        figure.savefig(path)
