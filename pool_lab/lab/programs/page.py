"""A run as one HTML file, which needs neither a network nor a kernel: what to know on top, then the live timeline."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pool_lab.lab.views
from pool_lab.lab.programs.evidence import Evidence
from pool_lab.lab.programs.findings import Finding, findings
from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.text import NOTHING_FOUND, Table, figures, left_out, slowest, totals
from pool_lab.lab.views.bundle import filled, html_page, program, style
from pool_lab.lab.views.timeline.recorded import timeline_element

__all__ = ["MOST_PANELS", "NO_COMMAND", "document", "log_of", "page", "table_of"]

HERE, VIEWS = Path(__file__).parent, Path(pool_lab.lab.views.__file__).parent
MOST_PANELS = 40
"""A page of more would be too long to read. Those with the most calls are shown."""
NO_COMMAND = "A recorded run"
"""The heading of a run that `record` made: that is not of a whole program."""


def page(run: Run) -> str:
    """The text of the file."""
    shown = run.busiest(MOST_PANELS)
    omitted = "".join(f"<p>{escape(each)}</p>" for each in left_out(run, len(shown)))
    found = f"<section><h2>What stands out</h2>{_list(findings(run), shown)}{omitted}</section>"
    return document(
        title=run.facts.command or NO_COMMAND,
        head=_head(run, shown),
        above=found,
        log=log_of(run, shown),
        below="".join(table_of(table, shown) for table in (totals(run), slowest(run)) if table.rows),
    )


def document(title: str, head: str, above: str, log: Mapping[str, Any], below: str = "") -> str:
    """A page around one timeline, of these parts as HTML (the title is text)."""
    parts = {
        "head": head,
        "above": above,
        "timeline": timeline_element(log),
        "below": below,
        "script": program(HERE / "page.js"),
    }
    css = style(VIEWS / "timeline" / "timeline.css", HERE / "page.css")
    return html_page(title, css, filled(HERE / "page.html", parts))


def log_of(run: Run, shown: Sequence[int], *, is_numbered: bool = True) -> dict[str, Any]:
    """The message from which the timeline draws: see `_Run.snapshot` in views/timeline/view.py.

    is_numbered: whether the titles of several pools have the numbers that the findings use.
    """
    place = {number: panel for panel, number in enumerate(shown)}
    several = len({pool.process for pool in run.pools}) > 1
    panels = []
    for number in shown:
        pool = run.pools[number]
        note = f"process {pool.process} · {pool.note}" if several else pool.note
        title = run.title(number) if is_numbered else pool.title
        named = {"title": title, "note": note, "kind": pool.kind, "names": pool.names, "cores": pool.cores}
        panels.append({**named, "workers": min(pool.workers, 64)})
    calls = [[place[row[0]], *row[1:]] for row in run.calls if row[0] in place]
    others = [[place.get(row[0], 0), *row[1:]] for row in run.others if row[0] in place or row[1] == "pause"]
    # A program that has ended has no running calls; their bars end where it did.
    for panel in panels:
        panel["until"] = run.facts.lasted_s
    now = {"run": 1, "now": run.facts.lasted_s, "running": False}
    return {"type": "snapshot", **now, "panels": panels, "calls": calls, "others": others, "dropped": run.dropped}


def _head(run: Run, shown: Sequence[int]) -> str:
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{_shows(value, evidence, shown)}</dd></div>"
        for name, value, evidence in figures(run)
    )
    command = f"<code>{escape(run.facts.command)}</code>" if run.facts.command else NO_COMMAND
    return f"<h1>{command}</h1><p class=about>{escape(run.facts.about)}</p><dl>{rows}</dl>"


def _list(found: list[Finding], shown: Sequence[int]) -> str:
    if not found:
        return f"<p>{NOTHING_FOUND}</p>"
    return "<ul>" + "".join(f"<li>{_shows(words, evidence, shown)}</li>" for words, evidence in found) + "</ul>"


def _shows(words: str, evidence: Evidence | None, shown: Sequence[int]) -> str:
    """A button that marks the evidence on the timeline, if its pool is there. Else the words."""
    if evidence is None or evidence.pool not in shown:
        return escape(words)
    data = {**evidence._asdict(), "panel": shown.index(evidence.pool)}
    held = f'data-evidence="{escape(json.dumps(data))}"'
    return f'<button type="button" aria-pressed="false" {held}>{escape(words)}</button>'


def table_of(table: Table, shown: Sequence[int] = ()) -> str:
    """A table; in its first column are buttons for what the timeline can show."""
    head = "".join(f"<th scope=col>{escape(column)}</th>" if column else "<td></td>" for column in table.columns)
    body = ""
    for (first, *cells), evidence in zip_longest(table.rows, table.evidence):
        is_function = table.columns[0] == "function" and not evidence
        begins = _is_searched(first) if is_function else _shows(first, evidence, shown)
        body += f"<tr><th scope=row>{begins}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    return (
        f"<section><h2>{escape(table.title)}</h2><div class=wide tabindex=0 role=region "
        f'aria-label="{escape(table.title)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></section>"
    )


def _is_searched(name: str) -> str:
    return f'<button type="button" data-function="{escape(name)}">{escape(name)}</button>'
