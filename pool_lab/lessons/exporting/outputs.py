"""What a page shows in the place of an output: a live timeline, a picture, or words for what needs a kernel."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from nbformat import NotebookNode

from pool_lab.lab.programs.kept_run import KeptRun, kept_run
from pool_lab.lab.programs.page import log_of
from pool_lab.lab.programs.run import Run
from pool_lab.lab.programs.run_file import RunFileError
from pool_lab.lab.trace.summary import counts_in_words
from pool_lab.lab.views.timeline.recorded import timeline_element
from pool_lab.lessons.content import inline_html
from pool_lab.lessons.predictions.spoilers import asks

__all__ = ["for_a_page"]

WIDGETS = "application/vnd.jupyter.widget"
OF_A_LIVE_VIEW = ("pool-lab-saved", "pool-lab-still")
"""What lab/display.py puts around a live view; here it has nothing to do."""
CALLS = "See the calls of this picture"


def for_a_page(cell: NotebookNode) -> int:
    """Change, in place, the outputs of a code cell to what a page can show. Returns how many timelines it has."""
    cell.metadata["is_folded"] = bool(cell.metadata.get("jupyter", {}).get("outputs_hidden"))
    shown, timelines = [], 0
    for output in cell.outputs:
        data = output.get("data", {})
        if _has_nothing_to_show(data, cell.metadata["is_folded"]):
            continue
        kept = _kept(output.get("metadata", {}))
        timelines += kept is not None and kept.run is not None
        html = _question(data) if data and asks(cell.source) else _html(output, kept)
        if html:
            output.data = {"text/html": html}
        shown.append(output)
    cell.outputs = shown
    return timelines


def _has_nothing_to_show(data: dict[str, Any], is_folded: bool) -> bool:
    html = data.get("text/html", "")
    if any(name in html[:60] for name in OF_A_LIVE_VIEW):
        return True
    # A folded cell begins with a picture of one pixel, for JupyterLab.
    return is_folded and set(data) == {"image/png"} and len(data["image/png"]) < 200


def _kept(metadata: dict[str, Any]) -> KeptRun | None:
    try:
        return kept_run(metadata)
    except RunFileError as error:
        return KeptRun(None, f"The calls of this picture cannot be shown: {error}.")


def _html(output: NotebookNode, kept: KeptRun | None) -> str:
    """Empty: the output is shown as it is."""
    data = output.get("data", {})
    picture = _picture(output) if "image/png" in data else ""
    if kept is not None:
        return "".join(_played(kept, picture, _alt(output)))
    if any(kind.startswith(WIDGETS) for kind in data):
        return f'<p class="needs-kernel">This needs a running kernel: {escape(data.get("text/plain", "a widget"))}</p>'
    return picture


def _question(data: dict[str, Any]) -> str:
    """In the place of the form for the answer: the question, and what one can choose, in lines that begin with "- "."""
    asked, *choices = map(inline_html, data.get("text/plain", "").split("\n- "))
    items = "".join(f"<li>{choice}</li>" for choice in choices)
    return f'<div class="question"><p>{asked}</p>{f"<ul>{items}</ul>" if items else ""}</div>'


def _played(kept: KeptRun, picture: str, words: str) -> Iterator[str]:
    """The timeline of the run. Its picture is for readers without JavaScript, and for paper."""
    if kept.run is None:
        yield f'{picture}<p class="note">{escape(kept.left_out)}</p>'
        return
    timeline = _timeline(kept.run, words if kept.is_pictured else "")
    if not kept.is_pictured:
        yield f'{picture}<details class="calls"><summary>{CALLS}</summary>{timeline}</details>'
        return
    yield timeline
    if kept.result:
        result = json.dumps(kept.result, separators=(",", ":")).replace("<", "\\u003c")
        yield f'<div class="pool-lab-kept-result"><script type="application/json">{result}</script></div>'
    yield f'<div class="still">{picture}</div>' if picture else ""


def _timeline(run: Run, words: str) -> str:
    return timeline_element(log_of(run, range(len(run.pools)), is_numbered=False), words or _counts(run))


def _counts(run: Run) -> str:
    pools = zip(run.pools, run.traces, strict=True)
    return " ".join(f"{pool.title}: {counts_in_words(trace) or 'no calls'}." for pool, trace in pools)


def _picture(output: NotebookNode) -> str:
    light = " needs-light" if output.metadata.get("needs_background") == "light" else ""
    source = f"data:image/png;base64,{output.data['image/png'].strip()}"
    return f'<img class="picture{light}" src="{source}" alt="{escape(_alt(output))}">'


def _alt(output: NotebookNode) -> str:
    return str(output.metadata.get("image/png", {}).get("alt", ""))
