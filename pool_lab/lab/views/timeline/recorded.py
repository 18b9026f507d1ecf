"""Timelines in an HTML page that has no kernel: the script and the style once, and an element for each run.

The run is what `Timeline.log` holds and `pool_lab.lab.programs.page` makes of a recorded program: a "snapshot" message.
"""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from pool_lab.lab.views.bundle import program, style

__all__ = ["Assets", "timeline_assets", "timeline_element"]

HERE = Path(__file__).parent


class Assets(NamedTuple):
    """What a page needs once, however many timelines it has."""

    css: str
    """For a `<style>`."""
    js: str
    """For a `<script type="module">`, which runs when the page has been read, wherever it is in it."""


def timeline_assets() -> Assets:
    """The style and the script, which opens every element of `timeline_element` that is in the page."""
    return Assets(style(HERE / "timeline.css"), program(HERE / "recorded.js"))


def timeline_element(log: Mapping[str, Any], caption: str = "") -> str:
    """The timeline of one run, as HTML. Without its script it is the caption."""
    # "<" would end the element in a text such as "</script>".
    data = json.dumps({"log": log, "caption": caption}, separators=(",", ":")).replace("<", "\\u003c")
    words = escape(caption)
    return f'<div class="pool-lab-recorded"><script type="application/json">{data}</script><p>{words}</p></div>'
