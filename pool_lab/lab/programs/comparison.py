"""Two runs as one HTML file: what has changed, and the pools of both above each other on one time axis, from 0."""

from html import escape

from pool_lab.lab.programs.differences import changes, pairs
from pool_lab.lab.programs.page import MOST_PANELS, NO_COMMAND, document, log_of, table_of
from pool_lab.lab.programs.run import Facts, Row, Run
from pool_lab.lab.trace.time_axis import pauses_of

__all__ = ["comparison"]

SIDES = ("before", "after")


def comparison(before: Run, after: Run) -> str:
    """The text of the file."""
    runs = (before, after)
    order = [(side, number) for pair in pairs(*runs) for side, number in enumerate(pair) if number is not None]
    log = log_of(_together(runs, order), range(min(len(order), MOST_PANELS)))
    for panel, (side, number) in zip(log["panels"], order, strict=False):
        panel["title"] = f"{runs[side].title(number)}, {SIDES[side]}"
        panel["until"] = runs[side].facts.lasted_s
    omitted = f"<p>Below are the first {MOST_PANELS} pools, of {len(order)}.</p>" if len(order) > MOST_PANELS else ""
    return document(
        title=" and ".join(run.facts.command or NO_COMMAND for run in runs),
        head=f"<h1>Two runs</h1><dl>{''.join(map(_about, SIDES, runs))}</dl>",
        above="".join(table_of(table) for table in changes(*runs)) + omitted,
        log=log,
    )


def _about(side: str, run: Run) -> str:
    words = f"<code>{escape(run.facts.command or NO_COMMAND)}</code><p class=about>{escape(run.facts.about)}</p>"
    return f"<div><dt>{side}</dt><dd>{words}</dd></div>"


def _together(runs: tuple[Run, Run], order: list[tuple[int, int]]) -> Run:
    """One run with the pools of both, in this order of sides and numbers."""
    place = {where: number for number, where in enumerate(order)}

    def moved(side: int, rows: list[Row]) -> list[Row]:
        return [[place[side, row[0]], *row[1:]] for row in rows if row[1] != "pause"]

    pools = tuple(runs[side].pools[number]._replace(process=0) for side, number in order)
    others = [row for side, run in enumerate(runs) for row in moved(side, run.others)]
    pauses = pauses_of(trace for run in runs for trace in run.traces)
    others += [[0, "pause", pause.start, None, None, None, pause.stop] for pause in pauses]
    calls = [row for side, run in enumerate(runs) for row in moved(side, run.calls)]
    lasted_s = max(run.facts.lasted_s for run in runs)
    return Run(Facts(lasted_s=lasted_s), pools, calls, others, sum(run.dropped for run in runs))
