"""A run as one HTML file, which needs neither a network nor a kernel: what to know on top, then the live timeline."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

import pool_lab.lab.views
from pool_lab.lab.programs.findings import Finding, findings
from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.text import figures, slowest, totals
from pool_lab.lab.views.bundle import program, style
from pool_lab.lab.views.timeline.recorded import timeline_element

__all__ = ["log_of", "page"]

HERE, VIEWS = Path(__file__).parent, Path(pool_lab.lab.views.__file__).parent
MOST_PANELS = 40
"""A page of more would be too long to read. Those with the most calls are shown."""


def page(run: Run) -> str:
    """The text of the file."""
    shown = sorted(sorted(range(len(run.pools)), key=lambda number: -len(run.traces[number].spans))[:MOST_PANELS])
    html = (HERE / "page.html").read_text(encoding="utf-8")
    parts = {
        "title": escape(run.facts.command or "a run"),
        "style": style(VIEWS / "timeline" / "timeline.css", HERE / "page.css"),
        "head": _head(run),
        "findings": _list(findings(run)),
        "left_out": _left_out(run, len(shown)),
        "tables": "".join(map(_table, (totals(run), slowest(run)))),
        "timeline": timeline_element(log_of(run, shown)),
        "script": program(HERE / "page.js"),
    }
    return re.sub(r"\{\{ (\w+) \}\}", lambda place: parts[place[1]], html)


def log_of(run: Run, shown: Sequence[int]) -> dict[str, object]:
    """The message from which the timeline draws: see `_Run.snapshot` in views/timeline/view.py."""
    place = {number: panel for panel, number in enumerate(shown)}
    several = len({pool.process for pool in run.pools}) > 1
    panels = []
    for number in shown:
        pool = run.pools[number]
        note = f"process {pool.process} · {pool.note}" if several else pool.note
        named = {"title": pool.title, "note": note, "kind": pool.kind, "names": pool.names, "cores": pool.cores}
        panels.append({**named, "workers": min(pool.workers, 64)})
    calls = [[place[row[0]], *row[1:]] for row in run.calls if row[0] in place]
    others = [[place.get(row[0], 0), *row[1:]] for row in run.others if row[0] in place or row[1] == "pause"]
    # A program that has ended has no running calls; their bars end where it did.
    for panel in panels:
        panel["until"] = run.facts.lasted_s
    now = {"run": 1, "now": run.facts.lasted_s, "running": False}
    return {"type": "snapshot", **now, "panels": panels, "calls": calls, "others": others, "dropped": run.dropped}


def _head(run: Run) -> str:
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in figures(run))
    facts = run.facts
    about = ", ".join(filter(None, [facts.began.replace("T", " "), f"Python {facts.python}", facts.machine]))
    return f"<h1><code>{escape(facts.command)}</code></h1><p class=about>{escape(about)}</p><dl>{rows}</dl>"


def _list(found: list[Finding]) -> str:
    if not found:
        return "<p>Nothing stands out.</p>"
    return "<ul>" + "".join(f"<li>{escape(finding.words)}</li>" for finding in found) + "</ul>"


def _left_out(run: Run, shown: int) -> str:
    words = []
    if len(run.pools) > shown:
        words.append(f"The {shown} pools with the most calls, of {len(run.pools)}.")
    if run.dropped:
        words.append(f"{run.dropped:,} earlier calls are not kept; all numbers here are about the later ones.")
    return "".join(f"<p>{escape(each)}</p>" for each in words)


def _table(table: tuple[str, list[str], list[list[str]]]) -> str:
    title, columns, rows = table
    head = "".join(f"<th scope=col>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<section><h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></section>"
    )
