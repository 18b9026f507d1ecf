"""Timelines in an HTML page that has no kernel: an element for each run. recorded.js opens all that are in the page.

The run is what `Timeline.log` holds and `pool_lab.lab.programs.page` makes of a recorded program: a "snapshot" message.
"""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

__all__ = ["timeline_element"]


def timeline_element(log: Mapping[str, Any], caption: str = "") -> str:
    """The timeline of one run, as HTML. Without its script it is the caption."""
    # "<" would end the element in a text such as "</script>".
    data = json.dumps({"log": log, "caption": caption}, separators=(",", ":")).replace("<", "\\u003c")
    words = escape(caption)
    return f'<div class="pool-lab-recorded"><script type="application/json">{data}</script><p>{words}</p></div>'
